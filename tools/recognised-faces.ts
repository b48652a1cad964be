import { alignedSize } from '../src/detect/alignment.js';
import type { FoundFace } from '../src/detect/find-faces.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import type { Image } from '../src/math/image.js';
import type { MorphableModel } from '../src/model/morphable-model.js';
import { createHeadPredictor } from '../src/network/head-predictor.js';
import { alignPredicted } from '../src/network/identity/aligned-face.js';
import { embeddingSize } from '../src/network/recognition-view.js';
import { assetFiles, readAsset } from '../src/node/files/assets.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { floatOutput } from '../src/runtime/session.js';

/** What the recognition network that ships says of faces, aligned as they are when heads are made. */
export interface RecognisedFaces {
  /** Numbers whose mean square is 1. */
  embeddingOf(photo: Image | ImagePyramid, face: FoundFace): Promise<Float64Array>;
  release(): Promise<void>;
}

export async function recognisedFaces(model: MorphableModel): Promise<RecognisedFaces> {
  const one = nodeRuntime({ threads: 1 });
  const predictor = await createHeadPredictor(one, await readAsset(assetFiles.regressor));
  const recogniser = await one.createSession(await readAsset(assetFiles.recognition));
  const align = alignPredicted(model);
  const data = new Float32Array(3 * alignedSize * alignedSize);
  return {
    async embeddingOf(photo, { box, roll }) {
      const pyramid = photo instanceof ImagePyramid ? photo : new ImagePyramid(photo);
      align(pyramid, await predictor.predict(pyramid, box, roll), data);
      const outputs = await recogniser.run({ image: { dims: [1, 3, alignedSize, alignedSize], data } });
      const embedding = Float64Array.from(floatOutput(outputs, 'embedding'));
      const square = embedding.reduce((sum, value) => sum + value * value, 0);
      const size = Math.sqrt(square / embeddingSize);
      return embedding.map((value) => value / size);
    },
    async release() {
      await Promise.all([predictor.release(), recogniser.release()]);
    },
  };
}
