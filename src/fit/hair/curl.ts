import { sampleCrop } from '../../detect/crop.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { FaceParsing } from '../../network/parsing/face-parser.js';

/** Pixels of the crop per pixel of the maps. */
const FINER = 3;
/** Side of the windows in which strands run one way, pixels of the finer crop. */
const WINDOW = 9;
const SURE = 0.8;
/** Coherence of strands between which hair is taken for curled. */
const STRAIGHT = 0.48;
const CURLED = 0.38;
const LEAST_WINDOWS = 20;

/**
 * How curled hair is, 0…1: in straight hair the gradients of a small window all run across the strands, in
 * curls any way (coherence of the structure tensor, Bigün & Granlund 1987).
 * @param hair likelihood over the maps
 */
export function curliness(image: ImagePyramid, { crop, size }: FaceParsing, hair: Float32Array): number {
  const coherence = strandCoherence(image, { crop, size }, hair);
  return coherence === undefined ? 0 : 1 - smoothstep(CURLED, STRAIGHT, coherence);
}

export function strandCoherence(
  image: ImagePyramid,
  { crop, size }: Pick<FaceParsing, 'crop' | 'size'>,
  hair: Float32Array,
): number | undefined {
  const side = FINER * size;
  const plane = side * side;
  const rgb = new Float32Array(3 * plane);
  sampleCrop(
    image,
    { ...crop, scale: (crop.scale * crop.width) / side, width: side, height: side },
    { gain: 1, offset: 0 },
    rgb,
  );
  const grey = (x: number, y: number): number => {
    const at = y * side + x;
    return Math.sqrt(Math.max(0, 0.3 * rgb[at]! + 0.6 * rgb[plane + at]! + 0.1 * rgb[2 * plane + at]!));
  };
  let sum = 0;
  let weights = 0;
  let windows = 0;
  for (let top = 1; top + WINDOW < side; top += WINDOW)
    for (let left = 1; left + WINDOW < side; left += WINDOW) {
      let xx = 0;
      let xy = 0;
      let yy = 0;
      let inside = true;
      for (let y = top; y < top + WINDOW && inside; y++)
        for (let x = left; x < left + WINDOW; x++) {
          if (hair[Math.floor(y / FINER) * size + Math.floor(x / FINER)]! < SURE) {
            inside = false;
            break;
          }
          const gx = grey(x + 1, y) - grey(x - 1, y);
          const gy = grey(x, y + 1) - grey(x, y - 1);
          xx += gx * gx;
          xy += gx * gy;
          yy += gy * gy;
        }
      const energy = xx + yy;
      if (!inside || energy < 1e-6) continue;
      windows++;
      const weight = Math.sqrt(energy);
      sum += (weight * Math.hypot(xx - yy, 2 * xy)) / energy;
      weights += weight;
    }
  return windows < LEAST_WINDOWS ? undefined : sum / weights;
}
