import { createRandom } from '../data/random.js';
import { memberBytes, type ShardSample } from '../data/shards/sample.js';
import { readShards, type ShardSource, type ShardWarning } from '../data/shards/reader.js';
import { decodeSample } from '../data/synthetic/sample.js';
import type { Image } from '../math/image.js';
import { pretrainBatch } from '../train/pretrain.js';
import { syntheticExample, type ExamplePoints, type SyntheticExample } from '../train/synthetic-example.js';
import type { Batch } from '../train/step-graph.js';
import { augmentView, cleanViews, viewAugmentationDefaults } from '../train/view-augmentation.js';
import { decodeImage } from './image-codec.js';
import sharp from 'sharp';

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

/** Samples held undecoded for a random order. */
const BUFFER = 1000;

/**
 * Batches from step `start` on, without end: the same step gives the same batch, whether or not the training was interrupted before it.
 * @param samplesPerEpoch as the index lists them
 */
export async function* pretrainBatches(source: ExamplePoints, shards: readonly ShardSource[], samplesPerEpoch: number, start: number, options: PretrainDataOptions): AsyncGenerator<Batch, void, undefined> {
  const { batch, seed, size } = options, firstEpoch = Math.floor((start * batch) / samplesPerEpoch);
  let index = firstEpoch * samplesPerEpoch, waiting: Promise<SyntheticExample | undefined>[] = [];
  const stream = readShards(shards, {
    required: ['jpg', 'json', 'safetensors'], decode: (sample) => sample, epochs: Infinity, firstEpoch, shuffle: { buffer: BUFFER, seed },
    ...(options.onWarning && { onWarning: options.onWarning }),
  });
  let step = start;
  for await (const sample of stream) {
    const at = index++;
    if (at < start * batch) continue;
    waiting.push(exampleOf(source, sample, `${seed}/${at}`, options).catch((error: unknown) => {
      options.onWarning?.({ shard: sample.key, message: `sample ${sample.key}: ${String((error as Error).message).split('\n')[0]}` });
      return undefined;
    }));
    if (waiting.length < batch) continue;
    const examples = (await Promise.all(waiting)).filter((example) => example !== undefined);
    waiting = [];
    // A damaged picture's place is taken by its neighbour, so that batches keep their size.
    if (examples.length > 0) yield pretrainBatch(Array.from({ length: batch }, (_, i) => examples[i % examples.length]!), size, options.softness(step));
    step++;
  }
}

async function exampleOf(source: ExamplePoints, sample: ShardSample, seed: string, { size, covered, robust }: PretrainDataOptions): Promise<SyntheticExample> {
  const random = createRandom(seed), stored = decodeSample({ json: memberBytes(sample, 'json'), safetensors: memberBytes(sample, 'safetensors') });
  const isCovered = sample.members.has('covered.jpg') && random.uniform() < covered;
  const photo = (await decodeImage(memberBytes(sample, isCovered ? 'covered.jpg' : 'jpg'))).image, mask = isCovered ? await readMask(memberBytes(sample, 'mask.png')) : undefined;
  const example = syntheticExample(source, stored, photo, mask, size, random.fork('view'));
  augmentView(example.image, size, example.visible, example.points, random.fork('look'), robust ? viewAugmentationDefaults : cleanViews);
  return example;
}

async function readMask(file: Uint8Array): Promise<Image> {
  const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 1, data };
}
