import type { Random } from '../random.js';

/**
 * Fractal value noise: octaves of smoothly interpolated random lattices, each twice as fine and half as
 * strong.
 * @param size width and height in pixels
 * @param cells lattice cells across the picture in the first octave
 * @returns size×size values of mean 0 and standard deviation about 1
 */
export function cloud(size: number, cells: number, octaves: number, random: Random): Float32Array {
  const out = new Float32Array(size * size);
  for (let octave = 0, strength = 1, count = cells; octave < octaves; octave++, strength /= 2, count *= 2) {
    const side = Math.ceil(count) + 2;
    const lattice = Float32Array.from({ length: side * side }, () => random.normal() * strength);
    for (let y = 0; y < size; y++) {
      const v = (y * count) / size;
      const j = Math.floor(v);
      const fy = smooth(v - j);
      for (let x = 0; x < size; x++) {
        const u = (x * count) / size;
        const i = Math.floor(u);
        const fx = smooth(u - i);
        const at = j * side + i;
        const top = lattice[at]! + fx * (lattice[at + 1]! - lattice[at]!);
        const bottom = lattice[at + side]! + fx * (lattice[at + side + 1]! - lattice[at + side]!);
        out[y * size + x]! += top + fy * (bottom - top);
      }
    }
  }
  const deviation = Math.sqrt(out.reduce((sum, value) => sum + value * value, 0) / out.length) || 1;
  return out.map((value) => value / deviation);
}

const smooth = (t: number): number => t * t * (3 - 2 * t);
