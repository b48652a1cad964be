import { alignedSize } from '../../detect/alignment.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import type { Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { floatOutput, type HostTensor, type Runtime } from '../../runtime/session.js';
import type { PredictedHead } from '../head-predictor.js';
import { embeddingSize } from '../recognition-view.js';
import type { FaceHair } from './face-hair.js';
import { alignPredicted } from './aligned-face.js';

/** What is known of somebody because of who it is. */
export interface RecognisedPerson {
  /** The albedo in which the face is recognised, standard deviations. */
  readonly identity: Float32Array;
  /** CIE L* of the face's albedo, of networks that tell it. */
  readonly tone?: number;
  /** Of networks that tell of it. */
  readonly faceHair?: FaceHair;
}

/** Says whose skin a face has. */
export interface IdentityPredictor {
  /** @param head what the regressor sees in this photo */
  recognise(photo: Image | ImagePyramid, head: PredictedHead): Promise<RecognisedPerson>;
  release(): Promise<void>;
}

/** The two networks of an {@link IdentityPredictor}. */
export interface IdentityNetworks {
  /** Aligned faces, covered ones too, to embeddings: a file of `exportRecogniser`. */
  readonly recogniser: Uint8Array;
  /** Embeddings to albedo: a file of `exportIdentity`. */
  readonly identity: Uint8Array;
}

/**
 * Loads the networks that say in which albedo a face is recognised.
 * @throws Error of one line when the bytes are no such networks, or those of another head model
 */
export async function createIdentityPredictor(
  runtime: Runtime,
  model: MorphableModel,
  networks: IdentityNetworks,
): Promise<IdentityPredictor> {
  const [recogniser, identity] = await Promise.all([
    runtime.createSession(networks.recogniser),
    runtime.createSession(networks.identity),
  ]);
  const release = async (): Promise<void> => {
    await Promise.all([recogniser.release(), identity.release()]);
  };
  const fits =
    recogniser.outputNames.join() === 'embedding' &&
    identity.outputNames.includes('identity') &&
    identity.inputDims['embedding']?.at(-1) === embeddingSize &&
    identity.inputDims['albedo']?.at(-1) === model.albedo?.count;
  if (!fits) {
    await release();
    throw new Error(
      `createIdentityPredictor: the files are no identity networks of the head model "${model.name}"; use those that "rogue export" wrote.`,
    );
  }
  const align = alignPredicted(model);
  const image: HostTensor<Float32Array> = {
    dims: [1, 3, alignedSize, alignedSize],
    data: new Float32Array(3 * alignedSize * alignedSize),
  };
  return {
    async recognise(photo, head) {
      align(photo instanceof ImagePyramid ? photo : new ImagePyramid(photo), head, image.data);
      const embedding = {
        dims: [1, embeddingSize],
        data: floatOutput(await recogniser.run({ image }), 'embedding'),
      };
      const albedo = { dims: [1, head.albedo.length], data: head.albedo };
      const outputs = await identity.run({ embedding, albedo });
      const said = (name: string): Float32Array => floatOutput(outputs, name).slice();
      return {
        identity: said('identity'),
        ...(outputs['tone'] && { tone: said('tone')[0]! }),
        ...(outputs['hair-length'] && {
          faceHair: { lengths: said('hair-length'), curls: said('hair-curl'), tones: said('hair-tone') },
        }),
      };
    },
    release,
  };
}
