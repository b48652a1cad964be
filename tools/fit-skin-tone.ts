/**
 * Fits what an identity network says of the skin's tone (src/network/identity/skin-tone.ts) to photos of
 * which somebody has told it, whatever light they stand in: for names of photos classes from 1, very fair,
 * to 7, very dark, as `tools/skin-tones-*.json` has them. How well it does is told of each fifth of the
 * photos by what the others teach; what is written has learned from all.
 *
 *     npx tsx tools/fit-skin-tone.ts <identity.onnx> <out.onnx> <skin-tones.json> <folder of its photos>
 *
 * Whoever trains a recognition or an identity network fits the tone again after it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Image } from '../src/math/image.js';
import { solveCholesky } from '../src/math/linear-solve.js';
import { addRow, flushRows, normalEquations } from '../src/math/normal-equations.js';
import { embeddingSize } from '../src/network/recognition-view.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { byteOfLinear, linearOfByte } from '../src/render/color.js';
import { recognisedFaces } from './recognised-faces.js';
import { writeTold } from './write-told.js';

/** Parts of the photos, each of which is told by what the others teach. */
const PARTS = 5;
/** Lights in which each photo is seen: as it is, dim, bright, warm, cool; linear gains. */
const LIGHTS = [
  [1, 1, 1],
  [0.45, 0.45, 0.45],
  [1.5, 1.5, 1.5],
  [1.15, 1, 0.75],
  [0.9, 1, 1.2],
] as const;
/**
 * CIE L* of the classes: about what instruments read on faces from Northern Europe to Central Africa, a
 * little less as brows, lips and beards are in a face's mean.
 */
const LIGHTNESS = [65.5, 62, 58.5, 54, 49, 42, 34] as const;
/** Penalty on the weights of standardised numbers, per photo and light. */
const RIDGE = 0.02;
/** Dark skin is rarer than fair skin: photos count by this power of how rare their tones are, within L*. */
const ALIKE = 3;
const RARITY = 0.75;
/**
 * Regression draws towards the middle: dark skin is said to be too light, fair skin too dark. So what it says
 * is stretched. More would make the tones between worse than it makes these better (docs/skin.md).
 */
const STRETCH = 1.1;
const LARGEST_SIDE = 640;

const [network, out, tonesFile, folder] = process.argv.slice(2);
if (network === undefined || out === undefined || tonesFile === undefined || folder === undefined) {
  console.error('fit-skin-tone: expected an identity network, the file to write, tones and their photos');
  process.exit(2);
}
interface Told {
  readonly lightness: number;
  /** Of each light. */
  readonly embeddings: readonly Float64Array[];
}

const tones = z
  .record(z.string(), z.number().min(1).max(LIGHTNESS.length))
  .parse(JSON.parse(await readFile(tonesFile, 'utf8')));
const rogue = await loadRogue({ node: { threads: 1 } });
const faces = await recognisedFaces(rogue.model);
const told: Told[] = [];
for (const [name, tone] of Object.entries(tones).sort(([a], [b]) => (a < b ? -1 : 1))) {
  const embeddings = await embeddingsOf(join(folder, name));
  if (embeddings.length > 0) told.push({ lightness: lightnessOf(tone), embeddings });
  process.stdout.write(`\r${told.length} of ${Object.keys(tones).length} photos`);
}
process.stdout.write('\n');
const parts = Array.from({ length: PARTS }, (_, part) => told.filter((_photo, k) => k % PARTS === part));
report(
  parts.flatMap((part) => {
    const layer = learn(told.filter((photo) => !part.includes(photo)));
    return part.map(({ lightness, embeddings }) => ({
      lightness,
      said: embeddings.map((embedding) => say(layer, embedding)),
    }));
  }),
);
const { weights, bias } = learn(told);
const layer = { 'tone.weight': Float32Array.from(weights), 'tone.bias': Float32Array.of(bias) };
await writeTold(rogue.model, network, layer, out);
await Promise.all([rogue.release(), faces.release()]);

/** Of a class, or between two. */
function lightnessOf(tone: number): number {
  const below = Math.min(LIGHTNESS.length - 2, Math.floor(tone - 1));
  const share = tone - 1 - below;
  return (1 - share) * LIGHTNESS[below]! + share * LIGHTNESS[below + 1]!;
}

/** What recognition says of a photo's face in each light, of mean square 1; nothing without a face. */
async function embeddingsOf(path: string): Promise<Float64Array[]> {
  const { image } = await decodeImage(path, { maxSide: LARGEST_SIDE });
  const [face] = await rogue.findFaces(image, { maxFaces: 1 });
  if (!face) return [];
  const embeddings: Float64Array[] = [];
  for (const gains of LIGHTS) {
    embeddings.push(await faces.embeddingOf(inLight(image, gains), face));
  }
  return embeddings;
}

function inLight(image: Image, gains: readonly number[]): Image {
  const bytes = gains.map((gain) =>
    Uint8Array.from({ length: 256 }, (_, byte) => byteOfLinear(Math.min(1, gain * linearOfByte[byte]!))),
  );
  const { channels } = image;
  return {
    ...image,
    data: image.data.map((value, at) => bytes[at % channels]?.[value] ?? value),
  };
}

/** What each photo counts; the mean is 1. */
function rarities(some: readonly Told[]): number[] {
  const raw = some.map(({ lightness }) => {
    const alike = some.reduce(
      (sum, other) => sum + Math.exp(-(((other.lightness - lightness) / ALIKE) ** 2)),
      0,
    );
    return alike ** -RARITY;
  });
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => (value * raw.length) / total);
}

/** A linear layer: what it says of an embedding is a lightness. */
interface Layer {
  readonly weights: Float64Array;
  readonly bias: number;
}

function say({ weights, bias }: Layer, embedding: Float64Array): number {
  return embedding.reduce((sum, value, k) => sum + value * weights[k]!, bias);
}

function learn(some: readonly Told[]): Layer {
  return fitRidge(
    some.flatMap(({ embeddings }) => embeddings),
    some.flatMap(({ lightness }) => LIGHTS.map(() => lightness)),
    rarities(some).flatMap((rarity) => LIGHTS.map(() => rarity)),
  );
}

/** Ridge regression, numbers standardised, then stretched. @param counts of each row, 1 in the mean */
function fitRidge(
  rows: readonly Float64Array[],
  values: readonly number[],
  counts: readonly number[],
): Layer {
  const d = embeddingSize;
  const mean = new Float64Array(d);
  const spread = new Float64Array(d);
  rows.forEach((row, i) => {
    row.forEach((value, k) => (mean[k]! += (counts[i]! * value) / rows.length));
  });
  rows.forEach((row, i) => {
    row.forEach((value, k) => (spread[k]! += (counts[i]! * (value - mean[k]!) ** 2) / rows.length));
  });
  for (let k = 0; k < d; k++) spread[k] = Math.sqrt(spread[k]!) + 1e-6;
  const level = values.reduce((sum, value, i) => sum + counts[i]! * value, 0) / values.length;
  const equations = normalEquations(d);
  rows.forEach((row, i) => {
    const z = row.map((value, k) => (value - mean[k]!) / spread[k]!);
    addRow(equations, z, level - values[i]!, counts[i]!);
  });
  flushRows(equations);
  const { hessian, gradient: weights } = equations;
  for (let k = 0; k < d; k++) hessian[k * d + k]! += RIDGE * rows.length;
  if (!solveCholesky(hessian, weights, d)) throw new Error('fit-skin-tone: too few photos');
  for (let k = 0; k < d; k++) weights[k]! *= STRETCH / spread[k]!;
  return { weights, bias: level - weights.reduce((sum, value, k) => sum + value * mean[k]!, 0) };
}

/** A photo's lightness, and what is said of it in each light. */
interface Said {
  readonly lightness: number;
  readonly said: readonly number[];
}

function report(photos: readonly Said[]): void {
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const groups: [string, (lightness: number) => boolean][] = [
    ['all', () => true],
    ['dark (below 45)', (value) => value < 45],
    ['brown (below 52)', (value) => value >= 45 && value < 52],
    ['medium (below 60)', (value) => value >= 52 && value < 60],
    ['fair', (value) => value >= 60],
  ];
  for (const [name, belongs] of groups) {
    const group = photos.filter(({ lightness }) => belongs(lightness));
    const off = group.map(({ lightness, said }) => said[0]! - lightness);
    const moved = group.flatMap(({ said }) => said.slice(1).map((value) => Math.abs(value - said[0]!)));
    const [error, bias, light] = [meanOf(off.map(Math.abs)), meanOf(off), meanOf(moved)].map((value) =>
      value.toFixed(2),
    );
    console.log(`${name}, ${group.length}: off by ${error}, bias ${bias}, other lights ${light} L*`);
  }
}
