import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import { memberBytes, type ShardSample } from '../../data/shards/sample.js';
import { showsFace } from '../../train/labelled-faces.js';
import { decodeSample } from '../../data/synthetic/sample.js';
import { alignedSize } from '../../detect/alignment.js';
import { floatOutput, type Session } from '../../runtime/session.js';
import {
  guidedExample,
  guidedPhotoOf,
  type GuidedExample,
  type GuidedPhoto,
} from '../../train/guided-example.js';
import { guidedBatch } from '../../train/guided-step.js';
import { readPhotoSample } from '../../train/photo-sample.js';
import { skinPictureDefaults } from '../../train/skin-host.js';
import type { Batch } from '../../train/step-graph.js';
import type { ExamplePoints } from '../../train/synthetic-example.js';
import { decodeImage } from '../files/image-codec.js';
import { jpegCodec } from '../files/jpeg-codec.js';
import { decodeMask } from './pretrain-data.js';
import { sampleBatches } from './sample-batches.js';

export interface GuidedDataOptions {
  /** Of the regressor's input, pixels. */
  readonly size: number;
  readonly batch: number;
  readonly seed: number | string;
  /** Whether there are occluded and noisy views of each photo. */
  readonly robust: boolean;
  /** The first so many faces of a batch are recognised. */
  readonly recognised: number;
  readonly onWarning?: (warning: ShardWarning) => void;
}

export interface GuidedDataSource extends ExamplePoints {
  /** The recognition network. */
  readonly recognition: Session;
}

/**
 * Batches of the guided stages from step `start` on, from shards of synthetic photos and of one's own; see
 * `sampleBatches`.
 */
export function guidedBatches(
  source: GuidedDataSource,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: GuidedDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, size, robust, recognised, onWarning } = options;
  const views = { size, pictureSize: skinPictureDefaults.size, robust, codec: jpegCodec };
  return sampleBatches(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg'],
    example: async (sample, own) => {
      const photo = await readGuidedPhoto(source, sample, robust);
      return photo && guidedExample(photo, own, views);
    },
    collate: async (examples) =>
      guidedBatch(
        examples,
        await embeddings(source.recognition, examples.slice(0, recognised)),
        source.points.count,
        size,
      ),
    ...(onWarning && { onWarning }),
  });
}

/** A sample of "rogue synth", or of `writePhotoShards`; none where no face is to be seen. */
export async function readGuidedPhoto(
  source: ExamplePoints,
  sample: ShardSample,
  robust: boolean,
): Promise<GuidedPhoto | undefined> {
  const photo = (await decodeImage(memberBytes(sample, 'jpg'))).image;
  const covered =
    robust && sample.members.has('covered.jpg')
      ? {
          photo: (await decodeImage(memberBytes(sample, 'covered.jpg'))).image,
          mask: await decodeMask(memberBytes(sample, 'mask.png')),
        }
      : undefined;
  if (sample.members.has('photo.json')) {
    const { box, roll, landmarks68, alignment } = readPhotoSample(memberBytes(sample, 'photo.json'));
    return {
      photo,
      covered,
      box,
      roll,
      landmarks: Float32Array.from(landmarks68.flat()),
      alignment: alignment.flat(),
      truth: undefined,
    };
  }
  const stored = decodeSample({
    json: memberBytes(sample, 'json'),
    safetensors: memberBytes(sample, 'safetensors'),
  });
  return showsFace(stored.truth.pose) ? guidedPhotoOf(source, stored, photo, covered) : undefined;
}

async function embeddings(recognition: Session, examples: readonly GuidedExample[]): Promise<Float32Array[]> {
  const result: Float32Array[] = [];
  for (const { aligned } of examples)
    result.push(
      floatOutput(
        await recognition.run({ image: { dims: [1, 3, alignedSize, alignedSize], data: aligned } }),
        'embedding',
      ).slice(),
    );
  return result;
}
