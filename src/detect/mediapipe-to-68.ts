/**
 * For each of the 68 iBUG 300-W landmarks the MediaPipe mesh point (of 478) nearest to it by definition.
 *
 * The jaw (0–16) runs along the mesh's outline, which ends before the ears: these points are only
 * approximate. The inner 51 (17–67) are the same anatomical points, apart from small differences at brows and
 * nostrils.
 */
export const mediapipeTo68: readonly number[] = [
  // jaw, from the subject's right ear over the chin
  127, 234, 132, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 361, 454, 356,
  // brows
  70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
  // nose: ridge, then nostrils
  168, 197, 5, 4, 75, 97, 2, 326, 305,
  // eyes: right, then left
  33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
  // lips: outer, then inner
  61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
];

/**
 * The 68-point subset of a dense mesh.
 * @param points 478 points, `stride` values each, x and y first
 * @returns x, y of 68 points
 */
export function subset68(points: Float32Array, stride = 3): Float32Array {
  const subset = new Float32Array(136);
  mediapipeTo68.forEach((index, k) => {
    subset[2 * k] = points[index * stride]!;
    subset[2 * k + 1] = points[index * stride + 1]!;
  });
  return subset;
}
