import { createRandom, type Random } from '../data/random.js';
import type { Image } from '../math/image.js';
import { landmarkBox } from './landmark-error.js';

/**
 * What is put over faces to see whether they are still found: half the face, its lower part, the eyes, 40 %
 * of its area anywhere, noise, and half with noise.
 */
export const plainCovers = ['clean', 'half', 'lower', 'eyes', 'rand40', 'noise25', 'half+noise'] as const;
export type PlainCover = (typeof plainCovers)[number];

/** A face is lost where the nearest head is off by more than this, % (inner 51); lost ones count as this. */
export const lostBeyond = 15;

type Color = readonly [number, number, number];
interface Cover {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly color: Color;
}

/** Parts of the landmarks' box that the face reaches beyond it. */
const SIDES = 0.08;
const BELOW = 0.06;
const ABOVE = 0.15;
/** Parts of the box's height above the brows and below the lids that a band over the eyes covers. */
const ABOVE_BROWS = 0.03;
const BELOW_LIDS = 0.05;
const RANDOM_AREA = 0.4;
/** Standard deviation of the noise, of 255. */
const SIGMA = 25;
/** The end of the nose's bridge, of the 68 points. */
const BRIDGE = 29;

/**
 * A copy of a photo with one face covered.
 * @param landmarks 68 points of the face, iBUG order, x and y in pixels
 * @param image three channels
 * @param seed decides which half is covered, and the random rectangle and its colour
 * @throws RangeError for another number of points
 */
export function plainCover(
  image: Image,
  landmarks: ArrayLike<number>,
  cover: PlainCover,
  seed: string,
): Image {
  if (landmarks.length !== 136)
    throw new RangeError(`plainCover: expected 68 points, received ${landmarks.length / 2}.`);
  const random = createRandom(seed).fork('plain cover').fork(cover);
  const data = Uint8Array.from(image.data);
  for (const rectangle of rectanglesOf(landmarks, cover, random)) fill(image, data, rectangle);
  if (cover === 'noise25' || cover === 'half+noise') addNoise(data, random.fork('noise'));
  return { ...image, data };
}

/** The colour that {@link plainCover} lays over a face, sRGB; none where it lays nothing over it. */
export function plainCoverColor(
  landmarks: ArrayLike<number>,
  cover: PlainCover,
  seed: string,
): Color | undefined {
  return rectanglesOf(landmarks, cover, createRandom(seed).fork('plain cover').fork(cover))[0]?.color;
}

function rectanglesOf(landmarks: ArrayLike<number>, cover: PlainCover, random: Random): Cover[] {
  const { left, top, right, bottom } = landmarkBox(landmarks);
  const [width, height] = [right - left, bottom - top];
  const face = {
    left: left - SIDES * width,
    right: right + SIDES * width,
    top: top - ABOVE * height,
    bottom: bottom + BELOW * height,
  };
  const ys = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, k) => landmarks[2 * (from + k) + 1]!);
  switch (cover) {
    case 'clean':
    case 'noise25':
      return [];
    case 'half':
    case 'half+noise': {
      const middle = (face.left + face.right) / 2;
      const side = random.uniform() < 0.5 ? { right: middle } : { left: middle };
      return [{ ...face, ...side, color: [128, 128, 128] }];
    }
    case 'lower':
      return [{ ...face, top: landmarks[2 * BRIDGE + 1]!, color: [160, 190, 190] }];
    case 'eyes': {
      const brows = Math.min(...ys(17, 27)) - ABOVE_BROWS * height;
      const lids = Math.max(...ys(36, 48)) + BELOW_LIDS * height;
      return [{ ...face, top: brows, bottom: lids, color: [30, 30, 30] }];
    }
    case 'rand40':
      return [randomRectangle(face, random)];
  }
}

function randomRectangle(face: Omit<Cover, 'color'>, random: Random): Cover {
  const share = random.uniform(RANDOM_AREA, 1);
  const width = share * (face.right - face.left);
  const height = (RANDOM_AREA / share) * (face.bottom - face.top);
  const left = random.uniform(face.left, face.right - width);
  const top = random.uniform(face.top, face.bottom - height);
  const color: Color = [random.integer(0, 255), random.integer(0, 255), random.integer(0, 255)];
  return { left, top, right: left + width, bottom: top + height, color };
}

function fill({ width, height, channels }: Image, data: Uint8Array, cover: Cover): void {
  const [left, right] = [Math.max(0, Math.round(cover.left)), Math.min(width, Math.round(cover.right))];
  const [top, bottom] = [Math.max(0, Math.round(cover.top)), Math.min(height, Math.round(cover.bottom))];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) data.set(cover.color, channels * (y * width + x));
}

function addNoise(data: Uint8Array, random: Random): void {
  const numbers = new Float32Array(data.length);
  random.fillNormal(numbers);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.max(0, Math.min(255, Math.round(data[i]! + SIGMA * numbers[i]!)));
}
