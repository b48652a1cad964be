/** Points of MediaPipe's mesh: outer corners of the lids, right one first; middles of hairline and chin. */
const RIGHT_CORNER = 33;
const LEFT_CORNER = 263;
const TOP = 10;
const CHIN = 152;

export type Vector3 = readonly [number, number, number];

/**
 * Where a mesh faces: a unit vector, x right and y down in the photo, z towards the camera.
 * @param points MediaPipe's mesh in the photo, (x, y, z) each, a smaller z nearer to the camera
 */
export function meshFacing(points: ArrayLike<number>): Vector3 {
  const across = between(points, RIGHT_CORNER, LEFT_CORNER);
  const down = between(points, TOP, CHIN);
  const normal = [
    across[1] * down[2] - across[2] * down[1],
    across[2] * down[0] - across[0] * down[2],
    across[0] * down[1] - across[1] * down[0],
  ] as const;
  const length = Math.hypot(...normal) || 1;
  return [-normal[0] / length, -normal[1] / length, normal[2] / length];
}

function between(points: ArrayLike<number>, from: number, to: number): Vector3 {
  const step = (k: number): number => points[3 * to + k]! - points[3 * from + k]!;
  return [step(0), step(1), step(2)];
}
