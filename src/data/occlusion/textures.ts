import { createFloatTexture, type Texture } from '../../render/texture.js';
import { createRandom } from '../random.js';

/**
 * Brightness patterns that multiply an object's colour. Made once each, from fixed seeds, so that they are
 * the same everywhere.
 */
export type PatternName =
  | 'fleece'
  | 'knit'
  | 'weave'
  | 'stripes'
  | 'checks'
  | 'dots'
  | 'print'
  | 'crumb'
  | 'waffle'
  | 'cover'
  | 'foam'
  | 'photo'
  | 'skin';

const SIZE = 256;
const made = new Map<PatternName, Texture>();

/** A pattern, 256×256, that covers texture coordinates 0…1 once. */
export function pattern(name: PatternName): Texture {
  let texture = made.get(name);
  if (!texture) {
    const data = new Float32Array(SIZE * SIZE * 3);
    const at = painters[name]();
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const value = at((x + 0.5) / SIZE, (y + 0.5) / SIZE);
        for (let k = 0; k < 3; k++)
          data[3 * (y * SIZE + x) + k] = typeof value === 'number' ? value : value[k]!;
      }
    }
    texture = createFloatTexture(SIZE, SIZE, 3, data);
    made.set(name, texture);
  }
  return texture;
}

type Painter = (u: number, v: number) => number | readonly number[];

const painters: Readonly<Record<PatternName, () => Painter>> = {
  fleece: () => {
    const n = smoothNoise('fleece', 24);
    const f = smoothNoise('fleece-fine', 120);
    return (u, v) => 0.9 + 0.1 * n(u, v) + 0.12 * (f(u, v) - 0.5);
  },
  knit: () => {
    const n = smoothNoise('knit', 40);
    return (u, v) => {
      // Columns of V-shaped stitches.
      const x = u * 22;
      const inside = Math.abs((x % 1) - 0.5) * 2;
      const y = v * 30 + inside * 0.55;
      const across = Math.sin(Math.PI * (x % 1)) ** 0.5;
      return (
        (0.45 + 0.55 * across * (0.55 + 0.45 * Math.abs(Math.sin(Math.PI * y)))) * (0.85 + 0.3 * n(u, v))
      );
    };
  },
  weave: () => {
    const n = smoothNoise('weave', 60);
    return (u, v) => 0.86 + 0.07 * Math.sin(u * 400) * Math.sin(v * 400) + 0.1 * n(u, v);
  },
  stripes: () => (u) => (Math.floor(u * 18) % 2 === 0 ? 1 : 0.35),
  checks: () => (u, v) => (1 - 0.45 * (Math.floor(u * 14) % 2)) * (1 - 0.45 * (Math.floor(v * 12) % 2)),
  dots: () => (u, v) => {
    const y = v * 12;
    const x = u * 14 + 0.5 * (Math.floor(y) % 2);
    return Math.hypot((x % 1) - 0.5, (y % 1) - 0.5) < 0.24 ? 2.4 : 0.8;
  },
  print: () => {
    const random = createRandom('print');
    const lengths = Array.from({ length: 64 }, () => random.uniform(0.5, 0.86));
    const n = smoothNoise('words', 90);
    return (u, v) => {
      const line = v * 30;
      const row = Math.floor(line);
      const inLine = line % 1;
      const margin =
        u < 0.1 || u > (row % 7 === 6 ? 0.5 * lengths[row]! : lengths[row]! + 0.04) || v < 0.1 || v > 0.92;
      const big = v < 0.2 && v > 0.12 && u > 0.12 && u < 0.7;
      if (big) return v > 0.14 && v < 0.17 && n(u * 0.5, v * 0.8) > 0.35 ? 0.15 : 0.95;
      return !margin && v > 0.24 && inLine > 0.3 && inLine < 0.7 && n(u, row / 64) > 0.36 ? 0.3 : 0.95;
    };
  },
  crumb: () => {
    const n = smoothNoise('crumb', 16);
    const f = smoothNoise('crumb-fine', 70);
    return (u, v) => 0.62 + 0.3 * n(u, v) + 0.35 * (f(u, v) - 0.3);
  },
  waffle: () => (u, v) => {
    const a = Math.abs(((u * 20 + v * 8) % 1) - 0.5);
    const b = Math.abs(((u * 20 - v * 8 + 40) % 1) - 0.5);
    return Math.min(a, b) < 0.1 ? 0.5 : 0.95;
  },
  cover: () => {
    const n = smoothNoise('cover', 5);
    const letters = smoothNoise('letters', 44);
    return (u, v) => {
      if (v > 0.14 && v < 0.3 && u > 0.14 && u < 0.86 && (v < 0.21 || v > 0.235))
        return letters(u * 1.2, v * 1.2) > 0.45 && ((v > 0.15 && v < 0.2) || (v > 0.245 && v < 0.28))
          ? 2.2
          : 0.95;
      if (v > 0.84 && v < 0.88 && u > 0.3 && u < 0.7) return letters(u * 2, 0.4) > 0.4 ? 1.9 : 0.9;
      const p = n(u, v);
      const q = n(v, u);
      return v > 0.36 && v < 0.78 && u > 0.14 && u < 0.86
        ? [0.5 + 1.6 * p, 0.6 + q, 0.4 + 1.5 * (1 - p)]
        : 0.95;
    };
  },
  foam: () => {
    const f = smoothNoise('foam', 100);
    const g = smoothNoise('foam-coarse', 50);
    return (u, v) => 0.5 + 0.7 * f(u, v) * (0.6 + 0.6 * g(u, v));
  },
  skin: () => {
    // Fine creases, pores, and faint blotches that are redder.
    const crease = smoothNoise('skin-creases', 60);
    const pore = smoothNoise('skin-pores', 140);
    const blotch = smoothNoise('skin-blotches', 10);
    return (u, v) => {
      const fine = 0.965 + 0.035 * crease(u, v) + 0.035 * pore(u, v);
      const red = 0.09 * (blotch(u, v) - 0.5);
      return [fine * (1 + 0.3 * red), fine * (1 - red), fine * (1 - red)];
    };
  },
  photo: () => {
    const a = smoothNoise('sky', 4);
    const b = smoothNoise('hills', 9);
    return (u, v) =>
      v < 0.45 + 0.15 * (b(u, 0.3) - 0.5)
        ? [0.35 + 0.3 * a(u, v), 0.55 + 0.25 * a(u, v), 0.95]
        : [0.2 + 0.35 * b(u, v), 0.4 + 0.3 * b(u, v), 0.12 + 0.2 * a(u, v)];
  },
};

/** Smooth noise 0…1 with `cells` random values along each side. */
export function smoothNoise(seed: string, cells: number): (u: number, v: number) => number {
  const values = new Float32Array(cells * cells);
  createRandom(seed).fillUniform(values);
  return (u, v) => {
    const x = u * cells;
    const y = v * cells;
    const i = Math.floor(x);
    const j = Math.floor(y);
    const fx = x - i;
    const fy = y - j;
    const sx = fx * fx * (3 - 2 * fx);
    const sy = fy * fy * (3 - 2 * fy);
    // Repeats beyond 0…1, also on the negative side.
    const left = ((i % cells) + cells) % cells;
    const right = (left + 1) % cells;
    const above = (((j % cells) + cells) % cells) * cells;
    const below = (above + cells) % values.length;
    return (
      (1 - sy) * ((1 - sx) * values[above + left]! + sx * values[above + right]!) +
      sy * ((1 - sx) * values[below + left]! + sx * values[below + right]!)
    );
  };
}
