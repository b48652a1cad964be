import type { MorphableModel } from '../../model/morphable-model.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { Contact, LandmarkObservations } from './fit-landmarks.js';

/** The mesh's outline in order, from the forehead's middle over the subject's left side and the chin. */
const OUTLINE: readonly number[] = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
  150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/** Outline points across the forehead: the hairline is not a place on the head, so they say little. */
const FOREHEAD_OUTLINE = new Set([10, 338, 297, 332, 284, 251, 21, 54, 103, 67, 109, 162, 389]);

/** Points of the dense mesh that the head model is fitted to; the irises after them give the gaze. */
export const FACE_POINTS = 468;

/**
 * A priori trust by region: points with a definite place (lids, lips, nostrils) say more than those on smooth
 * skin.
 */
const TRUST: Readonly<Record<string, number>> = {
  eyes: 1.5,
  mouth: 1.5,
  nose: 0.8,
  brows: 0.6,
  forehead: 0.1,
  cheeks: 0.15,
};
/** Smooth skin has many points that say the same: one in this many is used, with the trust of all. */
const SKIN_STRIDE = 3;
const TRUST_ELSEWHERE = 0.15;
const TRUST_OUTLINE = 0.5;
const TRUST_FOREHEAD_OUTLINE = 0.08;

/** Trust in each of the 468 points, from the regions in which the model has them. */
export function landmarkTrust(model: MorphableModel): Float32Array {
  const points = model.landmarks.mediapipe!;
  const trust = new Float32Array(FACE_POINTS);
  for (let i = 0; i < FACE_POINTS; i++) {
    let best = TRUST_ELSEWHERE;
    let bestMask = 0;
    for (const [name, value] of Object.entries(TRUST)) {
      const mask = model.regions.get(name)?.[points.vertices[i * 3]!] ?? 0;
      if (mask <= bestMask) continue;
      bestMask = mask;
      best = TRUST_ELSEWHERE + mask * (value - TRUST_ELSEWHERE);
    }
    trust[i] = best > 2 * TRUST_ELSEWHERE ? best : i % SKIN_STRIDE === 0 ? SKIN_STRIDE * best : 0;
  }
  for (const index of OUTLINE)
    trust[index] = FOREHEAD_OUTLINE.has(index) ? TRUST_FOREHEAD_OUTLINE : TRUST_OUTLINE;
  return trust;
}

/** The chin: the outline's part below the mouth, and the skin between it and the lower lip. */
const CHIN = new Set([
  ...[397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172],
  ...[18, 32, 83, 135, 140, 169, 170, 171, 175, 182, 194, 199, 200, 201, 202, 204, 208, 210, 211],
  ...[262, 313, 364, 369, 394, 395, 396, 406, 418, 421, 422, 424, 428, 430, 431],
]);
/** Inner lips in the middle, upper and lower, and where they meet, right and left. */
const INNER_LIPS = [13, 14, 78, 308] as const;
/**
 * A mouth's height in widths from which on the mesh's chin begins to stay behind the photo's, and where it
 * says next to nothing: the network draws the chin of a nearly closed mouth.
 */
const OPEN_MOUTH = 0.3;
const WIDE_MOUTH = 0.6;
const LEAST_CHIN = 0.1;

/** Points of the upper lip's inner edge and those of the lower lip that they lie on in a closed mouth. */
const TOUCHING = [
  [191, 95],
  [80, 88],
  [81, 178],
  [82, 87],
  [13, 14],
  [312, 317],
  [311, 402],
  [310, 318],
  [415, 324],
] as const;
/** A mouth's height in widths up to which it is closed, and from which on its edges alone say how open. */
const CLOSED = 0.025;
const PARTED = 0.08;

/**
 * Lips that touch, or nearly. The mesh puts either lip's edge where it looks right and is off by a millimetre
 * or two; a fit to that alone bares the teeth of most closed mouths.
 */
function lipContacts(points: Float32Array): Contact[] {
  const [, , right, left] = INNER_LIPS;
  const width = apart(points, right, left) || 1;
  const along = (axis: 0 | 1): number => (points[3 * left + axis]! - points[3 * right + axis]!) / width;
  const [x, y] = [along(0), along(1)];
  return TOUCHING.map(([upper, lower]) => {
    const dx = points[3 * lower]! - points[3 * upper]!;
    const dy = points[3 * lower + 1]! - points[3 * upper + 1]!;
    const gap = x * dy - y * dx;
    return { upper, lower, gap, weight: 1 - smoothstep(CLOSED, PARTED, gap / width) };
  });
}

const apart = (points: Float32Array, a: number, b: number): number =>
  Math.hypot(points[3 * a]! - points[3 * b]!, points[3 * a + 1]! - points[3 * b + 1]!);

/** How much the chin's points count, 0…1, by how far the mouth is open. */
function chinTrust(points: Float32Array): number {
  const [upper, lower, right, left] = INNER_LIPS;
  const height = apart(points, upper, lower) / (apart(points, right, left) || 1);
  const open = Math.max(0, Math.min(1, (height - OPEN_MOUTH) / (WIDE_MOUTH - OPEN_MOUTH)));
  return 1 - (1 - LEAST_CHIN) * open;
}

/**
 * How far outside the photo, as a share of its size, a point counts for nothing: the network only guesses
 * there.
 */
const OFF_IMAGE_MARGIN = 0.02;

/**
 * Observations of one face.
 * @param points 478×3 of the dense landmark network
 */
export function observe(
  points: Float32Array,
  trust: Float32Array,
  image: { readonly width: number; readonly height: number },
): LandmarkObservations {
  const chin = chinTrust(points);
  const weights = Float32Array.from(trust, (value, i) => {
    const x = points[i * 3]! / image.width;
    const y = points[i * 3 + 1]! / image.height;
    const outside = Math.max(-x, x - 1, -y, y - 1, 0);
    return (CHIN.has(i) ? chin : 1) * value * Math.max(0, 1 - outside / OFF_IMAGE_MARGIN);
  });
  return {
    points: points.subarray(0, FACE_POINTS * 3),
    weights,
    outlineNormals: outlineNormals(points),
    contacts: lipContacts(points),
  };
}

/** Unit normals of the outline polygon in the image; NaN for all other points. */
function outlineNormals(points: Float32Array): Float32Array {
  const normals = new Float32Array(FACE_POINTS * 2).fill(NaN);
  OUTLINE.forEach((index, k) => {
    const before = OUTLINE[(k + OUTLINE.length - 1) % OUTLINE.length]!;
    const after = OUTLINE[(k + 1) % OUTLINE.length]!;
    const dx = points[after * 3]! - points[before * 3]!;
    const dy = points[after * 3 + 1]! - points[before * 3 + 1]!;
    const length = Math.hypot(dx, dy) || 1;
    normals[index * 2] = dy / length;
    normals[index * 2 + 1] = -dx / length;
  });
  return normals;
}
