import { byteOfLinear } from '../../render/color.js';
import { createImage, type Image } from '../../math/image.js';
import type { Random } from '../random.js';
import { cloud } from './cloud.js';

/** Pixels along each side of the picture that is enlarged: backdrops are out of focus. */
const COARSE = 48;

/**
 * What is behind a person: a plain wall, a gradient, a clutter of things, foliage-like texture, all out of
 * focus.
 * @returns sRGB, three channels
 */
export function paintBackdrop(width: number, height: number, random: Random): Image {
  const linear = new Float32Array(COARSE * COARSE * 3);
  const level = Math.exp(random.normal(-1.4, 0.7));
  const tint = (): [number, number, number] => {
    const saturation = random.uniform() < 0.75 ? 0.1 : 0.3;
    return [0, 1, 2]
      .map(() => level * (1 + saturation * random.normal()))
      .map((value) => Math.max(0.005, value)) as [number, number, number];
  };
  const [above, below] = [tint(), tint()];
  const plain = random.uniform() < 0.3;
  const noise = cloud(COARSE, random.uniform(2, 10), 3, random);
  const rough = plain ? 0.05 : random.uniform(0.05, 0.6);
  for (let y = 0; y < COARSE; y++) {
    const t = plain ? 0 : y / COARSE;
    for (let x = 0; x < COARSE; x++) {
      const at = y * COARSE + x;
      for (let c = 0; c < 3; c++)
        linear[at * 3 + c] = (above[c]! * (1 - t) + below[c]! * t) * Math.exp(rough * noise[at]!);
    }
  }
  for (let i = plain ? 0 : random.integer(0, 14); i > 0; i--) thing(linear, random, tint());
  for (let i = random.integer(1, 4); i > 0; i--) soften(linear);
  return enlarge(linear, width, height);
}

/** One pass of a 3×3 average, in place, borders repeated. */
function soften(linear: Float32Array): void {
  const source = linear.slice();
  const inside = (k: number): number => Math.min(COARSE - 1, Math.max(0, k));
  for (let y = 0; y < COARSE; y++) {
    for (let x = 0; x < COARSE; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) sum += source[(inside(y + dy) * COARSE + inside(x + dx)) * 3 + c]!;
        linear[(y * COARSE + x) * 3 + c] = sum / 9;
      }
    }
  }
}

/** A box or a disk somewhere. */
function thing(linear: Float32Array, random: Random, color: readonly number[]): void {
  const x = random.uniform(0, COARSE);
  const y = random.uniform(0, COARSE);
  const w = random.uniform(1, 18);
  const h = random.uniform(1, 24);
  const round = random.uniform() < 0.4;
  const opacity = random.uniform(0.4, 1);
  for (let py = Math.max(0, Math.floor(y - h)); py < Math.min(COARSE, y + h); py++) {
    for (let px = Math.max(0, Math.floor(x - w)); px < Math.min(COARSE, x + w); px++) {
      if (round && ((px - x) / w) ** 2 + ((py - y) / h) ** 2 > 1) continue;
      for (let c = 0; c < 3; c++)
        linear[(py * COARSE + px) * 3 + c]! += opacity * (color[c]! - linear[(py * COARSE + px) * 3 + c]!);
    }
  }
}

function enlarge(linear: Float32Array, width: number, height: number): Image {
  const image = createImage(width, height, 3);
  for (let y = 0; y < height; y++) {
    const v = Math.min(COARSE - 1.001, Math.max(0, ((y + 0.5) * COARSE) / height - 0.5));
    const j = Math.floor(v);
    const fy = v - j;
    for (let x = 0; x < width; x++) {
      const u = Math.min(COARSE - 1.001, Math.max(0, ((x + 0.5) * COARSE) / width - 0.5));
      const i = Math.floor(u);
      const fx = u - i;
      for (let c = 0; c < 3; c++) {
        const at = (j * COARSE + i) * 3 + c;
        const top = linear[at]! + fx * (linear[at + 3]! - linear[at]!);
        const bottom =
          linear[at + COARSE * 3]! + fx * (linear[at + COARSE * 3 + 3]! - linear[at + COARSE * 3]!);
        image.data[(y * width + x) * 3 + c] = byteOfLinear(top + fy * (bottom - top));
      }
    }
  }
  return image;
}
