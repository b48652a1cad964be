import { sampleCrop } from '../../detect/crop.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import type { FaceParsing } from '../../network/parsing/face-parser.js';
import { labOfSrgb } from '../../render/lab-color.js';

/** CIELAB of each pixel of a parsing's maps, size²×3. */
export function mapColors(
  image: ImagePyramid,
  { crop, size }: Pick<FaceParsing, 'crop' | 'size'>,
): Float32Array {
  const plane = size * size;
  const rgb = new Float32Array(3 * plane);
  const scaled = { ...crop, scale: (crop.scale * crop.width) / size, width: size, height: size };
  sampleCrop(image, scaled, { gain: 1, offset: 0 }, rgb);
  const out = new Float32Array(3 * plane);
  for (let at = 0; at < plane; at++)
    out.set(labOfSrgb(rgb[at]!, rgb[plane + at]!, rgb[2 * plane + at]!), 3 * at);
  return out;
}
