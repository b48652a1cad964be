import type { Random } from '../data/random.js';
import type { Image } from '../math/image.js';
import { solveCholesky } from '../math/linear-solve.js';
import { smoothstep } from '../math/smoothstep.js';
import type { GuidedPhoto } from './guided-example.js';

/** Chances of what of the other face is taken: a share of all of it, its upper or its lower part. */
const WHOLE = 0.5;
/** Shares of the other face in a face that both have all of. */
const MIXED = [0.35, 1] as const;
/** Half the height of the border between two parts, of the face's. */
const SOFT = 0.08;
/** Radii, of the ellipse in the landmarks' box, between which the other face fades. */
const FADE = [0.8, 1] as const;
/** How far a landmark's displacement reaches, of the face's size, and how little it is believed. */
const REACH = 0.25;
const RIDGE = 0.1;
/** Pixels between the places where the displacement is computed. */
const GRID = 8;
/** Most by which contrast changes. */
const LARGEST_GAIN = 1.5;
/** The end of the nose's bridge and its base, of the 68 points: parts meet between them. */
const BRIDGE = 29;
const NOSE = 33;

/**
 * A face of no one: one photo with parts of another's face, laid on its landmarks and in its colours. What
 * covers the first photo covers it, too.
 */
export function chimera(photo: GuidedPhoto, other: GuidedPhoto, random: Random): GuidedPhoto {
  const area = ellipseOf(photo.landmarks);
  const share = shareOf(photo.landmarks, area, random);
  const place = warp(photo.landmarks, other.landmarks, Math.sqrt(area.width * area.height));
  const laid = layOver(photo.photo, other.photo, area, share, place);
  const covered = photo.covered && {
    photo: joined(laid, photo.covered.photo, photo.covered.mask),
    mask: photo.covered.mask,
  };
  return { ...photo, photo: laid, covered, truth: undefined };
}

interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function ellipseOf(landmarks: Float32Array): Ellipse {
  const range = (axis: number): readonly [number, number] => {
    const values = landmarks.filter((_, i) => i % 2 === axis);
    return [Math.min(...values), Math.max(...values)];
  };
  const [[left, right], [top, bottom]] = [range(0), range(1)];
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

/** How much of the other face each pixel takes. */
type ShareAt = (x: number, y: number) => number;

function shareOf(landmarks: Float32Array, { x, y, width, height }: Ellipse, random: Random): ShareAt {
  const whole = random.uniform() < WHOLE;
  const most = whole ? random.uniform(...MIXED) : 1;
  const lower = random.uniform() < 0.5;
  const border =
    landmarks[2 * BRIDGE + 1]! + random.uniform() * (landmarks[2 * NOSE + 1]! - landmarks[2 * BRIDGE + 1]!);
  const soft = SOFT * height;
  return (px, py) => {
    const radius = Math.hypot((px - x) / (width / 2), (py - y) / (height / 2));
    const inside = most * (1 - smoothstep(FADE[0], FADE[1], radius));
    if (whole) return inside;
    const below = smoothstep(border - soft, border + soft, py);
    return inside * (lower ? below : 1 - below);
  };
}

/** Where the pixels of one photo are in another, by their landmarks. */
type Warp = (x: number, y: number) => readonly [number, number];

/**
 * The best affine map of the landmarks, and a sum of Gaussians that brings them nearer to each other.
 * @param size of the face, pixels
 */
export function warp(from: Float32Array, to: Float32Array, size: number): Warp {
  const count = from.length / 2;
  const rows = Array.from({ length: count }, (_, i) => [1, from[2 * i]! / size, from[2 * i + 1]! / size]);
  const normal = (): Float64Array =>
    Float64Array.from({ length: 9 }, (_, k) =>
      rows.reduce((sum, row) => sum + row[Math.floor(k / 3)]! * row[k % 3]!, 0),
    );
  const affine = [0, 1].map((axis) => {
    const right = Float64Array.from({ length: 3 }, (_, k) =>
      rows.reduce((sum, row, i) => sum + row[k]! * to[2 * i + axis]!, 0),
    );
    solveCholesky(normal(), right);
    return right;
  });
  const near = (i: number, u: number, v: number): number =>
    Math.exp(-((u - rows[i]![1]!) ** 2 + (v - rows[i]![2]!) ** 2) / (2 * REACH ** 2));
  const linear = (axis: number, u: number, v: number): number =>
    affine[axis]![0]! + affine[axis]![1]! * u + affine[axis]![2]! * v;
  const strengths = [0, 1].map((axis) => {
    const kernel = Float64Array.from({ length: count * count }, (_, k) => {
      const [i, j] = [Math.floor(k / count), k % count];
      return near(i, rows[j]![1]!, rows[j]![2]!) + (i === j ? RIDGE : 0);
    });
    const left = Float64Array.from(rows, ([, u, v], i) => to[2 * i + axis]! - linear(axis, u!, v!));
    solveCholesky(kernel, left);
    return left;
  });
  return (x, y) => {
    const [u, v] = [x / size, y / size];
    let dx = 0;
    let dy = 0;
    for (let i = 0; i < count; i++) {
      const weight = near(i, u, v);
      dx += strengths[0]![i]! * weight;
      dy += strengths[1]![i]! * weight;
    }
    return [linear(0, u, v) + dx, linear(1, u, v) + dy];
  };
}

/** The photo with the other face over it, in the photo's mean and contrast of each channel. */
function layOver(photo: Image, other: Image, area: Ellipse, share: ShareAt, place: Warp): Image {
  const left = Math.max(0, Math.floor(area.x - area.width / 2));
  const top = Math.max(0, Math.floor(area.y - area.height / 2));
  const width = Math.min(photo.width, Math.ceil(area.x + area.width / 2)) - left;
  const height = Math.min(photo.height, Math.ceil(area.y + area.height / 2)) - top;
  if (width <= 0 || height <= 0) return photo;
  const coarse = onGrid(width, height, (x, y) => place(left + x, top + y));
  const laid = new Float32Array(width * height * 3);
  const shares = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      shares[i] = share(left + x + 0.5, top + y + 0.5);
      if (shares[i]! > 0) readPixel(other, coarse(x + 0.5, y + 0.5), laid, 3 * i);
    }
  const data = Uint8Array.from(photo.data);
  const at = (i: number): number =>
    photo.channels * ((top + Math.floor(i / width)) * photo.width + left + (i % width));
  for (let c = 0; c < 3; c++) {
    const own = spread(shares, (i) => data[at(i) + c]!);
    const theirs = spread(shares, (i) => laid[3 * i + c]!);
    const gain = Math.min(LARGEST_GAIN, own.deviation / Math.max(1, theirs.deviation));
    for (let i = 0; i < shares.length; i++) {
      const value = own.mean + gain * (laid[3 * i + c]! - theirs.mean);
      const before = data[at(i) + c]!;
      data[at(i) + c] = Math.max(0, Math.min(255, Math.round(before + shares[i]! * (value - before))));
    }
  }
  return { ...photo, data };
}

/** A map computed every few pixels, linear between. */
function onGrid(width: number, height: number, map: Warp): Warp {
  const columns = Math.ceil(width / GRID) + 2;
  const rows = Math.ceil(height / GRID) + 2;
  const known = Array.from({ length: columns * rows }, (_, k) =>
    map((k % columns) * GRID, Math.floor(k / columns) * GRID),
  );
  return (x, y) => {
    const [u, v] = [x / GRID, y / GRID];
    const [column, row] = [Math.floor(u), Math.floor(v)];
    const [a, b] = [u - column, v - row];
    const corner = row * columns + column;
    const axis = (k: 0 | 1): number =>
      (1 - b) * ((1 - a) * known[corner]![k] + a * known[corner + 1]![k]) +
      b * ((1 - a) * known[corner + columns]![k] + a * known[corner + columns + 1]![k]);
    return [axis(0), axis(1)];
  };
}

/** Bilinear; beyond the border its pixels continue. */
function readPixel(
  { width, height, channels, data }: Image,
  [x, y]: readonly [number, number],
  target: Float32Array,
  offset: number,
): void {
  const u = Math.max(0, Math.min(width - 1, x - 0.5));
  const v = Math.max(0, Math.min(height - 1, y - 0.5));
  const [column, row] = [Math.min(width - 2, Math.floor(u)), Math.min(height - 2, Math.floor(v))];
  const [a, b] = [u - column, v - row];
  const at = channels * (row * width + column);
  const below = at + channels * width;
  for (let c = 0; c < 3; c++)
    target[offset + c] =
      (1 - b) * ((1 - a) * data[at + c]! + a * data[at + channels + c]!) +
      b * ((1 - a) * data[below + c]! + a * data[below + channels + c]!);
}

/** Weighed mean and standard deviation. */
function spread(weights: Float32Array, value: (i: number) => number): { mean: number; deviation: number } {
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    total += weights[i]!;
    sum += weights[i]! * value(i);
    squares += weights[i]! * value(i) ** 2;
  }
  const mean = total > 0 ? sum / total : 0;
  return { mean, deviation: Math.sqrt(Math.max(0, total > 0 ? squares / total - mean * mean : 0)) };
}

/** What the mask hides from the covered photo, the rest from the other. */
function joined(photo: Image, covered: Image, mask: Image): Image {
  const data = Uint8Array.from(photo.data);
  for (let i = 0; i < mask.data.length; i++)
    for (let c = 0; c < photo.channels; c++) {
      const k = photo.channels * i + c;
      data[k] = Math.round(data[k]! + (mask.data[i]! / 255) * (covered.data[k]! - data[k]!));
    }
  return { ...photo, data };
}
