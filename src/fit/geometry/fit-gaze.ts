import type { Camera } from '../../math/camera.js';
import { evaluatePoints, gazeRotation, sphereCentre, type Gaze } from '../../model/evaluate.js';
import type { MorphableModel } from '../../model/morphable-model.js';

/** Eyes turn at most this far, radians (about 40°, near the limit of human eyes). */
const LARGEST_TURN = 0.7;
/** From the centre of a human eyeball to its iris, mm; for models without iris landmarks. */
const TYPICAL_RADIUS = 12;
/** First iris point of the subject's right and left eye among the 478. */
export const IRIS_CENTRES = [468, 473] as const;
/** How strongly gaze is drawn straight ahead, relative to a landmark error of 1 % of the eye distance. */
const PRIOR = 0.02;

/**
 * The common turn of both eyes that brings the irises' centres onto the observed ones: least squares over the
 * two eyes with a weak pull straight ahead; closed eyes tell nothing.
 *
 * @param vertices V×3, mm, head space, eyes looking straight ahead
 * @param points 478×3 observed landmarks, pixels
 * @param openness of the right and left eye, 0…1
 */
export function fitGaze(
  model: MorphableModel,
  vertices: Float32Array,
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  camera: Camera,
  points: Float32Array,
  openness: readonly [number, number],
): Gaze {
  const eyes = model.parts.filter((part) => part.turnsAbout === 'sphereCentre');
  if (eyes.length !== 2) return { yaw: 0, pitch: 0 };
  const centres = eyes.map((part) => sphereCentre(part, vertices)).sort((a, b) => a[0] - b[0]);
  const irises = irisOffsets(model, vertices, centres);
  const scale = camera.focal / -translation[2]!;
  const residual = (gaze: Gaze): number[] => {
    const r = gazeRotation(gaze);
    return centres.flatMap((centre, k) => {
      const [x, y, z] = irises[k]!;
      const p = [0, 1, 2].map(
        (axis) => centre[axis]! + r[axis * 3]! * x + r[axis * 3 + 1]! * y + r[axis * 3 + 2]! * z,
      );
      const c = [0, 1, 2].map(
        (row) =>
          rotation[row * 3]! * p[0]! +
          rotation[row * 3 + 1]! * p[1]! +
          rotation[row * 3 + 2]! * p[2]! +
          translation[row]!,
      );
      const at = IRIS_CENTRES[k]! * 3;
      const weight = openness[k]! / scale;
      return [
        weight * (camera.cx - (camera.focal * c[0]!) / c[2]! - points[at]!),
        weight * (camera.cy + (camera.focal * c[1]!) / c[2]! - points[at + 1]!),
      ];
    });
  };
  return gaussNewton(residual, PRIOR * 10);
}

/** From each eyeball's centre to its iris when it looks straight ahead, mm. */
function irisOffsets(
  model: MorphableModel,
  vertices: Float32Array,
  centres: readonly (readonly number[])[],
): [number, number, number][] {
  const landmarks = model.landmarks.mediapipe;
  const points =
    landmarks && landmarks.count > IRIS_CENTRES[1] ? evaluatePoints(landmarks, vertices) : undefined;
  return centres.map((centre, k) => {
    const at = IRIS_CENTRES[k]! * 3;
    return points
      ? [points[at]! - centre[0]!, points[at + 1]! - centre[1]!, points[at + 2]! - centre[2]!]
      : [0, 0, TYPICAL_RADIUS];
  });
}

/** Two parameters, so derivatives by differences are exact enough and cheap. */
function gaussNewton(residual: (gaze: Gaze) => number[], prior: number): Gaze {
  const limit = (value: number) => Math.min(LARGEST_TURN, Math.max(-LARGEST_TURN, value));
  let gaze: Gaze = { yaw: 0, pitch: 0 };
  const h = 1e-3;
  for (let iteration = 0; iteration < 6; iteration++) {
    const e = residual(gaze);
    const ey = residual({ ...gaze, yaw: gaze.yaw + h });
    const ep = residual({ ...gaze, pitch: gaze.pitch + h });
    let yy = prior;
    let pp = prior;
    let yp = 0;
    let gy = -prior * gaze.yaw;
    let gp = -prior * gaze.pitch;
    e.forEach((value, i) => {
      const dy = (ey[i]! - value) / h;
      const dp = (ep[i]! - value) / h;
      yy += dy * dy;
      pp += dp * dp;
      yp += dy * dp;
      gy -= dy * value;
      gp -= dp * value;
    });
    const determinant = yy * pp - yp * yp;
    gaze = {
      yaw: limit(gaze.yaw + (pp * gy - yp * gp) / determinant),
      pitch: limit(gaze.pitch + (yy * gp - yp * gy) / determinant),
    };
  }
  return gaze;
}
