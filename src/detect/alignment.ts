import type { Crop } from './crop.js';

/**
 * Dense points that recognition networks align faces by: irises, nose tip, corners of the mouth, the
 * subject's right first.
 */
export const alignmentPoints: readonly number[] = [468, 473, 1, 61, 291];

/** Width and height of an aligned face, pixels. */
export const alignedSize = 112;

/**
 * Where these points lie in an aligned face (x, y): InsightFace's template, of which most recognition
 * networks learnt.
 */
export const alignmentTemplate: readonly number[] = [
  38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
];

/**
 * The aligned face of a photo: the similarity from photo to template that fits five points best (Umeyama
 * 1991).
 * @param points five pairs, pixels
 */
export function alignmentCrop(points: ArrayLike<number>): Crop {
  const mean = (values: ArrayLike<number>, axis: number): number =>
    [0, 1, 2, 3, 4].reduce((sum, k) => sum + values[2 * k + axis]! / 5, 0);
  const [px, py, qx, qy] = [
    mean(points, 0),
    mean(points, 1),
    mean(alignmentTemplate, 0),
    mean(alignmentTemplate, 1),
  ];
  // As complex numbers: z = Σ q̃ · conj(p̃) / Σ |p̃|² turns and scales photo pixels to those of the template.
  let real = 0;
  let imaginary = 0;
  let spread = 0;
  for (let k = 0; k < 5; k++) {
    const x = points[2 * k]! - px;
    const y = points[2 * k + 1]! - py;
    const u = alignmentTemplate[2 * k]! - qx;
    const v = alignmentTemplate[2 * k + 1]! - qy;
    real += u * x + v * y;
    imaginary += v * x - u * y;
    spread += x * x + y * y;
  }
  const square = real * real + imaginary * imaginary;
  const c = (spread * real) / square;
  const d = (spread * imaginary) / square;
  const dx = alignedSize / 2 - qx;
  const dy = alignedSize / 2 - qy;
  return {
    centreX: px + dx * c + dy * d,
    centreY: py + dy * c - dx * d,
    scale: Math.hypot(c, d),
    roll: (Math.atan2(imaginary, real) * 180) / Math.PI,
    width: alignedSize,
    height: alignedSize,
  };
}
