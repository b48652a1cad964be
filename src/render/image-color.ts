import type { Image } from '../math/image.js';
import { linearOfByte } from './color.js';

/** Linear colour of the pixel that holds a point, pixels; beyond the picture that of its border. */
export function colorAt(
  { width, height, channels, data }: Image,
  x: number,
  y: number,
): [number, number, number] {
  const column = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(height - 1, Math.max(0, Math.floor(y)));
  const at = (row * width + column) * channels;
  return [linearOfByte[data[at]!]!, linearOfByte[data[at + 1]!]!, linearOfByte[data[at + 2]!]!];
}

/** The same at a point of a texture, 0…1 from the top left. */
export function textureColorAt(texture: Image, u: number, v: number): [number, number, number] {
  return colorAt(texture, u * texture.width, v * texture.height);
}
