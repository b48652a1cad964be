import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { median } from '../../src/math/median.js';
import { ATLAS_SIZE, WINDOW_SIZE, type CollectedSkin } from './collected-skin.js';

/** Mean and principal modes of skins; linear RGB, one standard deviation each. */
export interface SkinBasis {
  /** WINDOW_SIZE²×3. */
  readonly mean: Float32Array;
  readonly face: readonly Float32Array[];
  readonly atlas: readonly Float32Array[];
  /** Of the weighed variance, by mode. */
  readonly explained: readonly number[];
  /** Skins that were used, and what each counts. */
  readonly used: readonly { readonly file: string; readonly weight: number }[];
}

export interface SkinStatisticsOptions {
  readonly modes: number;
  /** Rounds of filling in what is hidden. */
  readonly rounds: number;
  readonly log: (line: string) => void;
}

const CELLS = WINDOW_SIZE * WINDOW_SIZE;
/** Skins of which less of the face is seen, or whose head is turned further, are left out. */
const LEAST_SEEN = 0.72;
const LEAST_FRONTAL = 0.8;
const LEAST_SCORE = 0.5;
/** Cells that this share of all skins shows are the face. */
const SHOWN = 0.5;
/** What cells beyond it count. */
const BEYOND = 0.1;
/** Less colour than this has a black-and-white photo: red over blue, linear. */
const LEAST_COLOUR = 1.18;
/**
 * Eyes see ratios: skins count by this power of how dark they are, within limits.
 */
const DARKNESS_POWER = 0.55;
const DARKNESS_LIMITS = [0.7, 2.5] as const;
/** Bins of tone over which skins are balanced, and the most that one counts. */
const TONE_BINS = 10;
const MOST_WEIGHT = 3;
/** Modes that fill in what is hidden, and those that judge whether a skin is one. */
const FILLING = 60;
const JUDGING = 40;
/** Share of the skins that is left out after each of the first two rounds: covers, hard light, paint. */
const LEFT_OUT = 0.08;

interface Sample extends CollectedSkin {
  readonly tone: number;
  /** What differences from the mean count more because the skin is dark. */
  readonly gain: number;
  /** With what is hidden filled in. */
  readonly filled: Float32Array;
  weight: number;
}

/**
 * Principal components of skins of which each photo shows a part: what is hidden is filled in by the modes
 * of the round before (expectation maximisation, Roweis 1998), skins that the others do not explain are left
 * out, tones are balanced. Each skin counts once as it is and once mirrored, so modes are symmetric or
 * antisymmetric.
 */
export function skinStatistics(
  skins: readonly CollectedSkin[],
  { modes, rounds, log }: SkinStatisticsOptions,
): SkinBasis {
  const face = faceCells(skins);
  let samples = chosen(skins, face);
  log(`${samples.length} of ${skins.length} skins show enough of a face`);
  const cellWeights = face.map((share) => BEYOND + (1 - BEYOND) * share);
  for (let round = 0; round < rounds - 1; round++) {
    balance(samples);
    const mean = meanOf(samples);
    const { vectors } = components(samples, mean, cellWeights, FILLING);
    const filling = modesOver(samples, vectors, WINDOW_SIZE, ({ filled }) => filled);
    const norms = filling.map((mode) => weighedDot(mode, mode, cellWeights));
    const errors = samples.map((sample) => fillIn(sample, mean, filling, norms, cellWeights));
    log(`round ${round + 1}: residual ${(1000 * median(errors)).toFixed(2)}‰ of ${samples.length} skins`);
    if (round >= 2) continue;
    const limit = errors.toSorted((a, b) => a - b)[Math.floor((1 - LEFT_OUT) * errors.length)]!;
    samples = samples.filter((_, k) => errors[k]! <= limit);
  }
  balance(samples);
  const mean = meanOf(samples);
  const { vectors, shares } = components(samples, mean, cellWeights, modes);
  return {
    mean,
    ...extended(samples, mean, vectors, cellWeights),
    explained: shares,
    used: samples.map(({ file, weight }) => ({ file, weight })),
  };
}

/** Which cells show the face: how many of the skins show them, 0 or 1, softened. */
function faceCells(skins: readonly CollectedSkin[]): Float32Array {
  const shown = new Float32Array(CELLS);
  for (const { seen } of skins) for (let i = 0; i < CELLS; i++) shown[i]! += seen[i]! / skins.length;
  const sharp = shown.map((share, i) => {
    const row = i - (i % WINDOW_SIZE);
    const mirror = shown[row + WINDOW_SIZE - 1 - (i % WINDOW_SIZE)]!;
    return share + mirror > 2 * SHOWN ? 1 : 0;
  });
  return sharp;
}

function chosen(skins: readonly CollectedSkin[], face: Float32Array): Sample[] {
  return skins.flatMap((skin) => {
    if (skin.score < LEAST_SCORE || skin.frontal < LEAST_FRONTAL) return [];
    const sums = [0, 0, 0];
    let seen = 0;
    let all = 0;
    for (let i = 0; i < CELLS; i++) {
      const weight = face[i]! * skin.seen[i]!;
      seen += weight;
      all += face[i]!;
      for (let c = 0; c < 3; c++) sums[c]! += weight * skin.face[3 * i + c]!;
    }
    const [r, g, b] = sums.map((sum) => sum / Math.max(1, seen)) as [number, number, number];
    if (seen < LEAST_SEEN * all || r < LEAST_COLOUR * b) return [];
    const tone = Math.log(0.2126 * r + 0.7152 * g + 0.0722 * b);
    return [{ ...skin, tone, gain: 1, filled: skin.face.slice(), weight: 1 }];
  });
}

/** Makes tones count alike, and differences of dark skins as much as eyes see them. */
function balance(samples: Sample[]): void {
  const tones = samples.map(({ tone }) => tone).toSorted((a, b) => a - b);
  const low = tones[Math.floor(0.01 * tones.length)]!;
  const high = tones[Math.floor(0.99 * tones.length)]!;
  const binOf = (tone: number): number =>
    Math.min(TONE_BINS - 1, Math.max(0, Math.floor(((tone - low) / (high - low)) * TONE_BINS)));
  const counts = new Array<number>(TONE_BINS).fill(0);
  for (const { tone } of samples) counts[binOf(tone)]!++;
  const usual = median(tones);
  samples.forEach((sample, k) => {
    const weight = Math.min(MOST_WEIGHT, samples.length / TONE_BINS / counts[binOf(sample.tone)]!);
    const darker = Math.exp(DARKNESS_POWER * (usual - sample.tone));
    const gain = Math.min(DARKNESS_LIMITS[1], Math.max(DARKNESS_LIMITS[0], darker));
    samples[k] = { ...sample, weight, gain };
  });
}

/** What is filled in says this much of the mean. */
const FILLED_SAYS = 0.02;

/** Weighed mean of the skins, as far as they are seen, and their mirror images. */
function meanOf(samples: readonly Sample[]): Float32Array {
  const sum = new Float64Array(3 * CELLS);
  const totals = new Float64Array(CELLS);
  for (const { filled, seen, weight } of samples)
    for (let cell = 0, i = 0; cell < CELLS; cell++) {
      const by = weight * Math.max(FILLED_SAYS, seen[cell]!);
      totals[cell]! += by;
      for (let c = 0; c < 3; c++, i++) sum[i]! += by * filled[i]!;
    }
  const mean = Float32Array.from(sum, (value, i) => value / totals[Math.floor(i / 3)]!);
  const mirror = mirrored(mean, WINDOW_SIZE);
  return mean.map((value, i) => (value + mirror[i]!) / 2);
}

/** A square RGB grid mirrored. */
export function mirrored(values: Float32Array, size: number): Float32Array {
  const out = values.slice();
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let c = 0; c < 3; c++) out[3 * (y * size + x) + c] = values[3 * (y * size + size - 1 - x) + c]!;
  return out;
}

/** A mode as a weighed sum of the samples, or of their mirror images' differences. */
interface SampleVector {
  readonly symmetric: boolean;
  /** One number a sample. */
  readonly scores: Float64Array;
  readonly variance: number;
}

interface Components {
  readonly vectors: readonly SampleVector[];
  readonly shares: readonly number[];
}

/** The largest principal components, symmetric and antisymmetric ones together. */
function components(
  samples: readonly Sample[],
  mean: Float32Array,
  cellWeights: Float32Array,
  count: number,
): Components {
  const parts = [true, false].map((symmetric) => ({
    symmetric,
    eigen: eigenOf(halves(samples, mean, cellWeights, symmetric)),
  }));
  const total = parts.reduce((sum, { eigen }) => sum + eigen.reduce((s, { value }) => s + value, 0), 0);
  const vectors = parts
    .flatMap(({ symmetric, eigen }) =>
      eigen.map(({ value, vector }) => ({ symmetric, scores: vector, variance: value })),
    )
    .toSorted((a, b) => b.variance - a.variance)
    .slice(0, count);
  return { vectors, shares: vectors.map(({ variance }) => variance / total) };
}

/** Differences from the mean, weighed, of one half of the window: of the even or the odd part. */
function halves(
  samples: readonly Sample[],
  mean: Float32Array,
  cellWeights: Float32Array,
  symmetric: boolean,
): Float32Array[] {
  const half = WINDOW_SIZE / 2;
  return samples.map(({ filled, gain, weight }) => {
    const out = new Float32Array((3 * CELLS) / 2);
    const scale = gain * Math.sqrt(weight / 2);
    for (let y = 0, to = 0; y < WINDOW_SIZE; y++)
      for (let x = 0; x < half; x++) {
        const here = y * WINDOW_SIZE + x;
        const there = y * WINDOW_SIZE + WINDOW_SIZE - 1 - x;
        const by = scale * Math.sqrt(cellWeights[here]!);
        for (let c = 0; c < 3; c++, to++) {
          const a = filled[3 * here + c]! - mean[3 * here + c]!;
          const b = filled[3 * there + c]! - mean[3 * there + c]!;
          out[to] = by * (symmetric ? a + b : a - b);
        }
      }
    return out;
  });
}

function eigenOf(rows: readonly Float32Array[]): { value: number; vector: Float64Array }[] {
  const n = rows.length;
  const gram = new Matrix(n, n);
  // Blocks of rows that stay near the processor.
  const BLOCK = 24;
  for (let a0 = 0; a0 < n; a0 += BLOCK)
    for (let b0 = 0; b0 <= a0; b0 += BLOCK)
      for (let a = a0; a < Math.min(n, a0 + BLOCK); a++)
        for (let b = b0; b <= Math.min(a, b0 + BLOCK - 1); b++) {
          const value = dot(rows[a]!, rows[b]!);
          gram.set(a, b, value);
          gram.set(b, a, value);
        }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  return realEigenvalues
    .map((value, column) => ({ value, column }))
    .filter(({ value }) => value > 1e-9)
    .toSorted((p, q) => q.value - p.value)
    .slice(0, 400)
    .map(({ value, column }) => ({
      value,
      vector: Float64Array.from({ length: n }, (_, row) => eigenvectorMatrix.get(row, column)),
    }));
}

function dot(a: Float32Array, b: Float32Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < a.length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  return s0 + s1 + s2 + s3;
}

/** Modes over any grid: the same sums of other values of the samples. */
function modesOver(
  samples: readonly Sample[],
  vectors: readonly SampleVector[],
  size: number,
  valuesOf: (sample: Sample) => Float32Array,
): Float32Array[] {
  const mean = new Float32Array(3 * size * size);
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  for (const sample of samples) {
    const values = valuesOf(sample);
    for (let i = 0; i < mean.length; i++) mean[i]! += (sample.weight / total) * values[i]!;
  }
  return vectors.map(({ symmetric, scores }) => {
    const sum = new Float32Array(mean.length);
    samples.forEach((sample, k) => {
      const by = scores[k]! * sample.gain * Math.sqrt(sample.weight / 2);
      const values = valuesOf(sample);
      for (let i = 0; i < sum.length; i++) sum[i]! += by * (values[i]! - mean[i]!);
    });
    const mirror = mirrored(sum, size);
    return sum.map((value, i) => (symmetric ? value + mirror[i]! : value - mirror[i]!));
  });
}

/** Modes of one standard deviation over the face and over the atlas. */
function extended(
  samples: readonly Sample[],
  mean: Float32Array,
  vectors: readonly SampleVector[],
  cellWeights: Float32Array,
): Pick<SkinBasis, 'face' | 'atlas'> {
  const face = modesOver(samples, vectors, WINDOW_SIZE, ({ filled }) => filled);
  const atlas = modesOver(samples, vectors, ATLAS_SIZE, (sample) => sample.atlas);
  const total = 2 * samples.reduce((sum, { weight }) => sum + weight, 0);
  face.forEach((mode, k) => {
    const norm = weighedDot(mode, mode, cellWeights);
    let variance = 0;
    const mirror = mirrored(mode, WINDOW_SIZE);
    for (const { filled, weight } of samples) {
      const change = filled.map((value, i) => value - mean[i]!);
      const straight = weighedDot(change, mode, cellWeights) / norm;
      const reversed = weighedDot(change, mirror, cellWeights) / norm;
      variance += (weight * (straight ** 2 + reversed ** 2)) / total;
    }
    const bright = mode.reduce((sum, value) => sum + value, 0) < 0 ? -1 : 1;
    const deviation = bright * Math.sqrt(variance);
    for (let i = 0; i < mode.length; i++) mode[i]! *= deviation;
    for (let i = 0; i < atlas[k]!.length; i++) atlas[k]![i]! *= deviation;
  });
  return { face, atlas };
}

function weighedDot(a: Float32Array, b: Float32Array, cellWeights: Float32Array): number {
  let sum = 0;
  for (let cell = 0, i = 0; cell < CELLS; cell++)
    for (let c = 0; c < 3; c++, i++) sum += cellWeights[cell]! * a[i]! * b[i]!;
  return sum;
}

/**
 * Fills in what a photo does not show of a skin.
 * @returns how badly the first modes explain what it shows: root of the weighed mean square, as eyes see it
 */
function fillIn(
  sample: Sample,
  mean: Float32Array,
  modes: readonly Float32Array[],
  norms: readonly number[],
  cellWeights: Float32Array,
): number {
  const change = sample.filled.map((value, i) => value - mean[i]!);
  const explained = mean.slice();
  let error = 0;
  modes.forEach((mode, k) => {
    const score = weighedDot(change, mode, cellWeights) / norms[k]!;
    for (let i = 0; i < explained.length; i++) explained[i]! += score * mode[i]!;
    if (k === JUDGING - 1) error = unexplained(sample, explained, cellWeights);
  });
  for (let cell = 0, i = 0; cell < CELLS; cell++) {
    const seen = sample.seen[cell]!;
    for (let c = 0; c < 3; c++, i++)
      sample.filled[i] = seen * sample.face[i]! + (1 - seen) * Math.max(0, explained[i]!);
  }
  return error;
}

function unexplained(
  { face, seen, gain }: Sample,
  explained: Float32Array,
  cellWeights: Float32Array,
): number {
  let sum = 0;
  let total = 0;
  for (let cell = 0, i = 0; cell < CELLS; cell++) {
    const weight = seen[cell]! * cellWeights[cell]!;
    total += 3 * weight;
    for (let c = 0; c < 3; c++, i++) sum += weight * (face[i]! - explained[i]!) ** 2;
  }
  return gain * Math.sqrt(sum / total);
}
