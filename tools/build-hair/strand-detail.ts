import { boxMeans } from '../../src/math/box-filter.js';
import { valueAt } from '../../src/math/value-at.js';
import { neutralLightness, type HairTexture } from '../../src/model/hair-file.js';
import { byteOfLinear, linearOfByte } from '../../src/render/color.js';

/** Texels per side of textures with drawn strands. */
const SIZE = 512;
/** Radius over which strands run one way, texels of the texture as it is stored. */
const SMOOTHING = 5;
/** Doublings of the length over which noise is smeared: 2ⁿ texels. Strands, and locks of many of them. */
const STRAND_DOUBLINGS = 5;
const LOCK_DOUBLINGS = 6;
/** How wide locks are, texels. */
const LOCK_WIDTH = 9;
/**
 * Standard deviation that the logarithm of lightness shall have from that around it, and the least that is
 * added to what is stored; how it is divided among strands and locks.
 */
const CONTRAST = 0.65;
const LEAST_ADDED = 0.2;
const STRAND_SHARE = 0.65;
const LOCK_SHARE = 0.76;
/** How far dark strands reach less far than light ones where hair ends, of full alpha. */
const RAGGED = 0.35;
const LEAST_ALPHA = 4;
/** Alpha from which there is nothing but hair; linear lightness below which it is all black. */
const OPAQUE = 250;
const DARKEST = 0.01;
/** Lightness and alpha go in steps: a noisy picture of fewer values packs into fewer bytes. */
const LIGHT_STEP = 12;
const ALPHA_STEP = 17;

/**
 * A style's texture with strands drawn in, as stored ones are too coarse to show any: noise that is smeared
 * along the way in which the stored strands run (line integral convolution, Cabral & Leedom 1993; the way by
 * the structure tensor, Bigün & Granlund 1987), once in strands and once in locks. Mean lightness stays.
 */
export function withStrands(texture: HairTexture): HairTexture {
  const [lightness, alpha] = [enlarged(texture, 0), enlarged(texture, 1)];
  const texels = Int32Array.from(alpha.keys()).filter((i) => alpha[i]! >= LEAST_ALPHA);
  const directions = strandDirections(texture, texels);
  const noise = new Float32Array(SIZE * SIZE).map((_, i) => hashed(i) - 0.5);
  const strands = normalised(smeared(noise, texels, directions, STRAND_DOUBLINGS), texels);
  const wide = boxMeans(boxMeans(noise, SIZE, LOCK_WIDTH), SIZE, LOCK_WIDTH);
  const locks = normalised(smeared(wide, texels, directions, LOCK_DOUBLINGS), texels);
  const added = Math.sqrt(Math.max(LEAST_ADDED ** 2, CONTRAST ** 2 - storedContrast(texture) ** 2));
  const data = new Uint8Array(2 * SIZE * SIZE);
  const light = new Float32Array(SIZE * SIZE);
  let wanted = 0;
  for (const i of texels) {
    const value = linearOfByte[Math.round(lightness[i]!)]!;
    light[i] = value * Math.exp(added * (STRAND_SHARE * strands[i]! + LOCK_SHARE * locks[i]!));
    const ragged = alpha[i]! * (1 - (1 - alpha[i]! / 255) * RAGGED * (1 - strands[i]!));
    data[2 * i + 1] = stepped(Math.min(255, Math.max(0, ragged)), ALPHA_STEP);
    wanted += data[2 * i + 1]! * value;
  }
  const gain = gainOf(light, data, wanted);
  for (let i = 0; i < SIZE * SIZE; i++)
    data[2 * i] =
      light[i]! > 0 ? stepped(byteOfLinear(Math.min(1, gain * light[i]!)), LIGHT_STEP) : neutralLightness;
  return { size: SIZE, data };
}

/** The nearest multiple of a step, up to 255. */
const stepped = (value: number, step: number): number => Math.min(255, step * Math.round(value / step));

/** What light, cut off at white, has to be multiplied with to be as much as wanted in the sum over alpha. */
function gainOf(light: Float32Array, data: Uint8Array, wanted: number): number {
  let gain = 1;
  for (let round = 0; round < 4; round++) {
    let sum = 0;
    for (let i = 0; i < light.length; i++) sum += data[2 * i + 1]! * Math.min(1, gain * light[i]!);
    if (sum > 0) gain *= wanted / sum;
  }
  return gain;
}

/** Standard deviation of the logarithm of lightness from that around it, where there is hair. */
function storedContrast({ size, data }: HairTexture): number {
  const isHair = new Float32Array(size * size).map((_, i) => (data[2 * i + 1]! >= OPAQUE ? 1 : 0));
  const light = isHair.map((hair, i) => hair * Math.log(Math.max(DARKEST, linearOfByte[data[2 * i]!]!)));
  const around = boxMeans(light, size, SMOOTHING);
  const amount = boxMeans(isHair, size, SMOOTHING);
  let [count, squares] = [0, 0];
  for (let i = 0; i < size * size; i++) {
    if (amount[i]! < 0.99) continue;
    count++;
    squares += (light[i]! - around[i]! / amount[i]!) ** 2;
  }
  return Math.sqrt(squares / Math.max(1, count));
}

/** A number of each integer that looks drawn at random, 0…1 (Wellons' low-bias hash). */
function hashed(i: number): number {
  let x = i + 0x9e3779b9;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Lightness or alpha between the stored texels at each of the drawn. */
function enlarged({ size, data }: HairTexture, channel: 0 | 1): Float32Array {
  const out = new Float32Array(SIZE * SIZE);
  const scale = size / SIZE;
  const place = (k: number): number => Math.min(size - 1.001, Math.max(0, (k + 0.5) * scale - 0.5));
  for (let y = 0; y < SIZE; y++) {
    const top = Math.floor(place(y));
    const fy = place(y) - top;
    for (let x = 0; x < SIZE; x++) {
      const left = Math.floor(place(x));
      const fx = place(x) - left;
      const at = 2 * (top * size + left) + channel;
      const above = data[at]! + fx * (data[at + 2]! - data[at]!);
      const below = data[at + 2 * size]! + fx * (data[at + 2 * size + 2]! - data[at + 2 * size]!);
      out[y * SIZE + x] = above + fy * (below - above);
    }
  }
  return out;
}

/** Unit vectors, each component for each drawn texel. */
interface Directions {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Unit vectors along the strands for each drawn texel: across them lightness changes most. */
function strandDirections({ size, data }: HairTexture, texels: Int32Array): Directions {
  const tensor = [0, 1, 2].map(() => new Float32Array(size * size));
  const isHair = (at: number): boolean => data[2 * at + 1]! >= OPAQUE;
  for (let y = 1; y + 1 < size; y++)
    for (let x = 1; x + 1 < size; x++) {
      const at = y * size + x;
      // The border of hair is no strand.
      if (![at - 1, at + 1, at - size, at + size].every(isHair)) continue;
      const gx = data[2 * at + 2]! - data[2 * at - 2]!;
      const gy = data[2 * (at + size)]! - data[2 * (at - size)]!;
      tensor[0]![at] = gx * gx;
      tensor[1]![at] = gx * gy;
      tensor[2]![at] = gy * gy;
    }
  const [xx, xy, yy] = tensor.map((plane) => boxMeans(boxMeans(plane, size, SMOOTHING), size, SMOOTHING));
  const directions = { x: new Float32Array(SIZE * SIZE), y: new Float32Array(SIZE * SIZE) };
  for (const i of texels) {
    const x = Math.floor(((i % SIZE) * size) / SIZE);
    const y = Math.floor((Math.floor(i / SIZE) * size) / SIZE);
    const at = y * size + x;
    // Where nothing tells, strands hang down.
    const across = 0.5 * Math.atan2(2 * xy![at]!, xx![at]! - yy![at]! + 1e-6);
    directions.x[i] = -Math.sin(across);
    directions.y[i] = Math.cos(across);
  }
  return directions;
}

/** A plane smeared along directions over 2ⁿ texels, by means of two places twice as far apart each time. */
function smeared(
  plane: Float32Array,
  texels: Int32Array,
  { x: directionX, y: directionY }: Directions,
  doublings: number,
): Float32Array {
  // Beyond the hair there is nothing: noise that nothing smears would dot its borders.
  let from = new Float32Array(plane.length);
  for (const i of texels) from[i] = plane[i]!;
  for (let n = 0; n < doublings; n++) {
    const step = 2 ** n / 2;
    const to = new Float32Array(plane.length);
    for (const i of texels) {
      const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
      const [dx, dy] = [step * directionX[i]!, step * directionY[i]!];
      to[i] = (valueAt(from, SIZE, x + dx, y + dy) + valueAt(from, SIZE, x - dx, y - dy)) / 2;
    }
    from = to;
  }
  return from;
}

/** With a mean of 0 and a standard deviation of 1 over some texels, in place. */
function normalised(plane: Float32Array, texels: Int32Array): Float32Array {
  let [sum, squares] = [0, 0];
  for (const i of texels) {
    sum += plane[i]!;
    squares += plane[i]! ** 2;
  }
  const mean = sum / Math.max(1, texels.length);
  const scale = 1 / Math.sqrt(Math.max(0, squares / Math.max(1, texels.length) - mean * mean) + 1e-12);
  for (const i of texels) plane[i] = scale * (plane[i]! - mean);
  return plane;
}
