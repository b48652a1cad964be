import { densePointCount, leftIrisStart, meshPointCount, rightIrisStart } from './mesh-regions.js';

/** Points of the mesh in the middle of the face, which are their own mirror image. */
const middle: ReadonlySet<number> = new Set([
  0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 94, 151, 152, 164, 168, 175, 195, 197, 199,
  200,
]);
/** The points of the left side come last, in the order of those of the right. */
const leftStart = 248;
/** Of five iris points: the centre, then two that change sides and two above and below that do not. */
const irisMirror = [0, 3, 2, 1, 4];

/**
 * For each of the dense points the one on the other side of the face. Nobody publishes a table of them: they
 * are the nearest mirrored neighbours on the mean head.
 */
export const mirroredPoint: Uint16Array = Uint16Array.from({ length: densePointCount }, (_, k) => k);
const pair = (right: number, left: number): void => {
  mirroredPoint[right] = left;
  mirroredPoint[left] = right;
};
let left = leftStart;
for (let right = 0; left < meshPointCount; right++) if (!middle.has(right)) pair(right, left++);
irisMirror.forEach((other, k) => {
  pair(rightIrisStart + k, leftIrisStart + other);
});
