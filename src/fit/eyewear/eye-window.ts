import { sampleCrop, type Crop } from '../../detect/crop.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { meshFacing, type Vector3 } from '../../detect/mesh-facing.js';
import { boxMeans } from '../../math/box-filter.js';
import { valueAt } from '../../math/value-at.js';

/** Side of the window and the distance between the eyes in it, pixels: a wire of a millimetre has one. */
const SIDE = 256;
const APART = 80;
/** Points of MediaPipe's mesh: lids' corners, right eye first. */
const CORNERS = [
  [33, 133],
  [362, 263],
] as const;
/** Lenses stand before the eyes, and their middles a little below, in distances between the eyes. */
const BEFORE = 0.2;
const BELOW = 0.06;
/** Heads turned further are seen as if turned so far: 0.3 of the width. */
const NARROWEST = 0.3;
/** Radius of the square in which contrast is told, pixels, and what is not contrast yet. */
const AROUND = 10;
const FAINT = 0.02;
const USUAL = 0.5;

/** Where an eye's lens may be, pixels of the window. */
export interface LensPlace {
  readonly x: number;
  readonly y: number;
  /** How much narrower it is seen than from the front, 0…1. */
  readonly narrow: number;
}

/** What a photo shows around the eyes, upright. */
export interface EyeWindow {
  readonly crop: Crop;
  /** Distance between the eyes seen from the front, pixels. */
  readonly apart: number;
  /** The person's right eye, which is on the left, then the other. */
  readonly lenses: readonly [LensPlace, LensPlace];
  /**
   * 0…1: how plainly a thin line, dark or bright, lies at a place, running across (`nx`, `ny`).
   * @param nx and ny unit vector
   */
  readonly line: (x: number, y: number, nx: number, ny: number) => number;
  /** What is seen at a place, sRGB bytes. */
  readonly color: (x: number, y: number) => [number, number, number];
}

/** @param points MediaPipe's mesh in the photo, 478 × (x, y, z) */
export function eyeWindow(image: ImagePyramid, points: Float32Array): EyeWindow {
  const eyes = CORNERS.map(([a, b]) => middle(pointOf(points, a), pointOf(points, b))) as [Vector3, Vector3];
  const across = minus(eyes[1], eyes[0]);
  const roll = Math.atan2(-across[1], across[0]);
  const apart = Math.hypot(across[0], across[1]);
  const narrow = Math.max(NARROWEST, apart / Math.hypot(...across));
  const [x, y] = middle(...eyes);
  const crop: Crop = {
    centreX: x,
    centreY: y,
    scale: apart / narrow / APART,
    roll: (roll * 180) / Math.PI,
    width: SIDE,
    height: SIDE,
  };
  const facing = meshFacing(points);
  const shiftX = BEFORE * (facing[0] * Math.cos(roll) - facing[1] * Math.sin(roll));
  const shiftY = BEFORE * (facing[0] * Math.sin(roll) + facing[1] * Math.cos(roll)) + BELOW;
  const lensAt = (side: number): LensPlace => ({
    x: SIDE / 2 + APART * ((side * narrow) / 2 + shiftX),
    y: SIDE / 2 + APART * shiftY,
    narrow,
  });
  const rgb = new Float32Array(3 * SIDE * SIDE);
  sampleCrop(image, crop, { gain: 1 / 255, offset: 0 }, rgb);
  return {
    crop,
    apart: APART,
    lenses: [lensAt(-1), lensAt(1)],
    line: linesOf(rgb),
    color: (x, y) => colorAt(rgb, x, y),
  };
}

/** Distances from a line's middle at which its sides are looked at, pixels: of wires, of rims. */
const REACHES = [2, 3.5] as const;

/** Of the nearest pixel. */
function colorAt(rgb: Float32Array, x: number, y: number): [number, number, number] {
  const [column, row] = [x, y].map((value) => Math.min(SIDE - 1, Math.max(0, Math.floor(value)))) as [
    number,
    number,
  ];
  return [0, 1, 2].map((c) => 255 * rgb[(c * SIDE + row) * SIDE + column]!) as [number, number, number];
}

function linesOf(rgb: Float32Array): EyeWindow['line'] {
  const plane = SIDE * SIDE;
  const bright = new Float32Array(plane);
  for (let at = 0; at < plane; at++)
    bright[at] = Math.sqrt(0.3 * rgb[at]! + 0.6 * rgb[plane + at]! + 0.1 * rgb[2 * plane + at]! + FAINT);
  const mean = boxMeans(bright, SIDE, AROUND);
  const squares = bright.slice();
  for (let at = 0; at < plane; at++) squares[at] = (bright[at]! - mean[at]!) ** 2;
  const varied = boxMeans(squares, SIDE, AROUND);
  const smooth = boxMeans(bright, SIDE, 1);
  const smoothAt = (x: number, y: number): number => valueAt(smooth, SIDE, x - 0.5, y - 0.5);
  return (x, y, nx, ny) => {
    const margin = REACHES[1] + 1;
    if (!(x > margin && y > margin && x < SIDE - margin && y < SIDE - margin)) return 0;
    const at = Math.floor(y) * SIDE + Math.floor(x);
    const here = smoothAt(x, y);
    let most = 0;
    for (const reach of REACHES) {
      const before = here - smoothAt(x - reach * nx, y - reach * ny);
      const after = here - smoothAt(x + reach * nx, y + reach * ny);
      // An edge differs from one side only.
      if (before * after > 0) most = Math.max(most, Math.min(Math.abs(before), Math.abs(after)));
    }
    return Math.min(1, most / (FAINT + USUAL * Math.sqrt(varied[at]!)));
  };
}

const pointOf = (points: Float32Array, k: number): Vector3 => [
  points[3 * k]!,
  points[3 * k + 1]!,
  points[3 * k + 2]!,
];
const minus = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const middle = (a: Vector3, b: Vector3): Vector3 => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
