import type { Image } from '../../math/image.js';
import type { Random } from '../random.js';
import { smoothNoise } from './textures.js';

/** sRGB colours 0…255 over the photo's pixels: writes three values for pixel (x, y). */
export type Fill = (x: number, y: number, out: Float64Array) => void;

/** Makes a fill. @param size typical length of the shape, pixels */
export type FillMaker = (random: Random, photo: Image, size: number) => Fill;

type Color = readonly [number, number, number];

function anyColor(random: Random): Color {
  return [random.uniform(0, 255), random.uniform(0, 255), random.uniform(0, 255)];
}

function flat([red, green, blue]: Color): Fill {
  return (_x, _y, out) => {
    out[0] = red;
    out[1] = green;
    out[2] = blue;
  };
}

/** Between two colours by a share 0…1. */
function between(a: Color, b: Color, share: (x: number, y: number) => number): Fill {
  return (x, y, out) => {
    const t = share(x, y);
    for (let k = 0; k < 3; k++) out[k] = a[k]! + t * (b[k]! - a[k]!);
  };
}

/** What synthetic occluders are filled with, by name. */
export const fills: Readonly<Record<string, FillMaker>> = {
  grey: (random) => {
    const g = random.uniform(70, 185);
    return flat([g, g, g]);
  },
  black: () => flat([0, 0, 0]),
  white: () => flat([255, 255, 255]),
  colour: (random) => flat(anyColor(random)),
  gradient: (random, _photo, size) => {
    const a = random.uniform(0, 6.283);
    const c = Math.cos(a) / size;
    const s = Math.sin(a) / size;
    const shift = random.uniform(0, 2);
    return between(
      anyColor(random),
      anyColor(random),
      (x, y) => 0.5 + 0.5 * Math.sin(2.2 * (c * x + s * y) + shift),
    );
  },
  noise: (random) => {
    const grain = random.uniform(25, 110);
    const base = anyColor(random);
    const n = smoothNoise(`grain ${random.integer(0, 15)}`, 64);
    const grey = random.uniform() < 0.4;
    return (x, y, out) => {
      for (let k = 0; k < 3; k++)
        out[k] = base[k]! + grain * 2.4 * (n((x + 0.5 + (grey ? 0 : 17.3 * k)) / 64, (y + 0.5) / 64) - 0.5);
    };
  },
  clouds: (random, _photo, size) => {
    const key = random.integer(0, 15);
    const coarse = smoothNoise(`clouds ${key}`, 8);
    const fine = smoothNoise(`clouds fine ${key}`, 32);
    const per = 1 / (size * random.uniform(2, 6));
    return between(
      anyColor(random),
      anyColor(random),
      (x, y) => 0.65 * coarse(x * per, y * per) + 0.35 * fine(x * per, y * per),
    );
  },
  checks: (random, _photo, size) => {
    const step = size * random.uniform(0.08, 0.35);
    return between(
      anyColor(random),
      anyColor(random),
      (x, y) => (Math.floor(x / step) + Math.floor(y / step)) & 1,
    );
  },
  copy: (random, { width, height, data }) => {
    // Mirrored beyond the border, so that there is something everywhere.
    const dx = Math.round(random.uniform(0.25, 0.75) * width);
    const dy = Math.round(random.uniform(0.25, 0.75) * height);
    const turn = random.choice([-1, 1]);
    const fold = (value: number, count: number) => {
      const m = ((value % (2 * count)) + 2 * count) % (2 * count);
      return m < count ? m : 2 * count - 1 - m;
    };
    return (x, y, out) => {
      const i = 3 * (fold(y + dy, height) * width + fold(turn * x + dx, width));
      for (let k = 0; k < 3; k++) out[k] = data[i + k]!;
    };
  },
};
