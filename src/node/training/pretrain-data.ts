import sharp from 'sharp';
import { createRandom } from '../../data/random.js';
import type { ShardSource, ShardWarning } from '../../data/shards/reader.js';
import { memberBytes, type ShardSample } from '../../data/shards/sample.js';
import { decodeSample } from '../../data/synthetic/sample.js';
import type { Image } from '../../math/image.js';
import { showsFace } from '../../train/labelled-faces.js';
import { pretrainBatch } from '../../train/pretrain.js';
import type { Batch } from '../../train/step-graph.js';
import {
  syntheticExample,
  type ExamplePoints,
  type SyntheticExample,
} from '../../train/synthetic-example.js';
import { augmentView, cleanViews, viewAugmentationDefaults } from '../../train/view-augmentation.js';
import { decodeImage } from '../files/image-codec.js';
import { sampleBatches } from './sample-batches.js';

/** How synthetic samples become batches. */
export interface PretrainDataOptions {
  /** Of the crop, pixels. */
  readonly size: number;
  readonly batch: number;
  readonly seed: number | string;
  /** Share of the samples whose covered version is taken, where there is one. */
  readonly covered: number;
  /** Whether views are covered by boxes and made noisy as well. */
  readonly robust: boolean;
  /** ε of the landmark loss at a step. */
  readonly softness: (step: number) => number;
  readonly onWarning?: (warning: ShardWarning) => void;
}

/** Batches of the supervised stage from step `start` on; see `sampleBatches`. */
export function pretrainBatches(
  source: ExamplePoints,
  shards: readonly ShardSource[],
  samplesPerEpoch: number,
  start: number,
  options: PretrainDataOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, size, softness, onWarning } = options;
  return sampleBatches(shards, samplesPerEpoch, start, {
    batch,
    seed,
    required: ['jpg', 'json', 'safetensors'],
    example: (sample, own) => exampleOf(source, sample, own, options),
    collate: (examples, step) => pretrainBatch(examples, size, softness(step)),
    ...(onWarning && { onWarning }),
  });
}

async function exampleOf(
  source: ExamplePoints,
  sample: ShardSample,
  seed: string,
  { size, covered, robust }: PretrainDataOptions,
): Promise<SyntheticExample | undefined> {
  const random = createRandom(seed);
  const stored = decodeSample({
    json: memberBytes(sample, 'json'),
    safetensors: memberBytes(sample, 'safetensors'),
  });
  if (!showsFace(stored.truth.pose)) return undefined;
  const isCovered = sample.members.has('covered.jpg') && random.uniform() < covered;
  const photo = (await decodeImage(memberBytes(sample, isCovered ? 'covered.jpg' : 'jpg'))).image;
  const mask = isCovered ? await decodeMask(memberBytes(sample, 'mask.png')) : undefined;
  const example = syntheticExample(source, stored, photo, mask, size, random.fork('view'));
  augmentView(
    example.image,
    size,
    example.visible,
    example.points,
    random.fork('look'),
    robust ? viewAugmentationDefaults : cleanViews,
  );
  return example;
}

/** A mask of a covered photo, one channel. */
export async function decodeMask(file: Uint8Array): Promise<Image> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 1, data };
}
