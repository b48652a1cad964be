import type { MorphableModel } from '../../model/morphable-model.js';
import { createTexelMap } from '../../render/texel-map.js';
import type { FaceMeasures } from './face-areas.js';

type Point = readonly [number, number];

/** A crease on one half of the face: points (x, y) of the mean head, mm, how deep, and how wide, mm. */
interface Crease {
  readonly points: readonly Point[];
  readonly depth: number;
  readonly width: number;
}

/**
 * Where skin creases with age: forehead, between the brows, beside the eyes, below them, from nose to mouth,
 * below its corners.
 * @returns size×size over the skin's atlas, 0…1, 1 in the deepest crease
 */
export function wrinkleMap(
  { parts, meanShape }: MorphableModel,
  measures: FaceMeasures,
  size: number,
): Float32Array {
  const skin = parts[0]!;
  const { triangle, weights } = createTexelMap(skin.uvs, skin.uvTriangles, size);
  const creases = creasesOf(measures);
  const out = new Float32Array(size * size);
  // Behind the ears nothing creases.
  const back = measures.landmark(0)[2];
  for (let i = 0; i < out.length; i++) {
    const t = triangle[i]! * 3;
    if (t < 0) continue;
    const w0 = weights[2 * i]!;
    const w1 = weights[2 * i + 1]!;
    const [x, y, z] = [0, 1, 2].map(
      (axis) =>
        w0 * meanShape[skin.triangles[t]! * 3 + axis]! +
        w1 * meanShape[skin.triangles[t + 1]! * 3 + axis]! +
        (1 - w0 - w1) * meanShape[skin.triangles[t + 2]! * 3 + axis]!,
    ) as [number, number, number];
    if (z < back) continue;
    let deepest = 0;
    for (const { points, depth, width } of creases) {
      const d = distance(points, Math.abs(x), y);
      if (d < 4 * width) deepest = Math.max(deepest, depth * Math.exp(-((d / width) ** 2)));
    }
    out[i] = deepest;
  }
  return out;
}

function creasesOf({ landmark, mouthWidth }: FaceMeasures): Crease[] {
  const at = (k: number): Point => [Math.abs(landmark(k)[0]), landmark(k)[1]];
  const brow = Math.max(at(19)[1], at(24)[1]);
  const [outerX, outerY] = at(45);
  const [innerX, innerY] = at(42);
  const [wingX, wingY] = at(35);
  const mouthY = landmark(54)[1];
  const forehead = [13, 22, 31, 40].map((up, k): Crease => ({
    points: [
      [0, brow + up],
      [14, brow + up + 2.5],
      [32, brow + up],
      [44, brow + up - 7],
    ],
    depth: 0.8 - 0.12 * k,
    width: 1.3,
  }));
  const feet = [9, 1, -7].map((rise, k): Crease => ({
    points: [
      [outerX + 5, outerY + rise * 0.3],
      [outerX + 13, outerY + rise * 0.8],
      [outerX + 20, outerY + rise * 1.5],
    ],
    depth: 0.65 - 0.1 * k,
    width: 1.1,
  }));
  return [
    ...forehead,
    ...feet,
    {
      points: [
        [4, brow - 6],
        [5, brow + 3],
        [4.5, brow + 11],
      ],
      depth: 0.8,
      width: 1.3,
    },
    {
      points: [
        [innerX + 2, innerY - 8],
        [(innerX + outerX) / 2, innerY - 14],
        [outerX - 2, outerY - 9],
      ],
      depth: 0.75,
      width: 1.7,
    },
    {
      points: [
        [wingX + 3, wingY + 6],
        [wingX + 11, wingY - 5],
        [mouthWidth + 9, mouthY + 4],
        [mouthWidth + 10, mouthY - 6],
      ],
      depth: 1,
      width: 1.8,
    },
    {
      points: [
        [mouthWidth + 2, mouthY - 2],
        [mouthWidth + 5, mouthY - 12],
        [mouthWidth + 4, mouthY - 20],
      ],
      depth: 0.7,
      width: 1.6,
    },
  ];
}

/** From a point to a line of segments, mm. */
function distance(points: readonly Point[], x: number, y: number): number {
  let least = Infinity;
  for (let k = 0; k + 1 < points.length; k++) {
    const [ax, ay] = points[k]!;
    const [bx, by] = points[k + 1]!;
    const dx = bx - ax;
    const dy = by - ay;
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return least;
}
