import type { Random } from '../random.js';

/**
 * A flat shape about (0, 0): signed distance of a point to its outline, negative inside. Sizes are about 1;
 * only its sign need be exact further out.
 */
export type Shape = (x: number, y: number) => number;

/** Makes shapes by name. `fill` is the share of its area that a shape of many pieces should hide. */
export type ShapeMaker = (random: Random, fill: number) => Shape;

const segment = (x: number, y: number, [ax, ay, bx, by]: Stroke): number => {
  const dx = bx - ax;
  const dy = by - ay;
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
};
type Stroke = readonly [number, number, number, number];

function polygon(points: readonly (readonly [number, number])[]): Shape {
  return (x, y) => {
    const far = Math.hypot(x, y) - 1.35;
    if (far > 0.3) return far;
    let inside = false;
    let nearest = Infinity;
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [ax, ay] = points[i]!;
      const [bx, by] = points[j]!;
      nearest = Math.min(nearest, segment(x, y, [ax, ay, bx, by]));
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside ? -nearest : nearest;
  };
}

/** A turned box whose pieces are given in its own axes. */
function windowed(random: Random, pieces: (x: number, y: number) => number): Shape {
  const wide = random.uniform(0.75, 1.3);
  const high = random.uniform(0.75, 1.3);
  return (x, y) => Math.max(Math.abs(x) - wide, Math.abs(y) - high, pieces(x, y));
}

/** Strokes of simple letters in a box of 1 × 1.5, the origin at the lower left. */
const glyphs: readonly (readonly Stroke[])[] = [
  [
    [0, 0, 0.5, 1.5],
    [0.5, 1.5, 1, 0],
    [0.2, 0.55, 0.8, 0.55],
  ],
  [
    [0, 0, 0, 1.5],
    [0, 1.5, 1, 1.5],
    [0, 0.8, 0.7, 0.8],
    [0, 0, 1, 0],
  ],
  [
    [0, 0, 0, 1.5],
    [1, 0, 1, 1.5],
    [0, 0.75, 1, 0.75],
  ],
  [
    [0, 1.5, 0, 0],
    [0, 0, 1, 0],
  ],
  [
    [0, 0, 0, 1.5],
    [0, 1.5, 0.5, 0.7],
    [0.5, 0.7, 1, 1.5],
    [1, 1.5, 1, 0],
  ],
  [
    [0, 0, 0, 1.5],
    [0, 1.5, 1, 0],
    [1, 0, 1, 1.5],
  ],
  [
    [0, 0, 1, 0],
    [1, 0, 1, 1.5],
    [1, 1.5, 0, 1.5],
    [0, 1.5, 0, 0],
  ],
  [
    [0, 1.5, 1, 1.5],
    [0.5, 1.5, 0.5, 0],
  ],
  [
    [0, 1.5, 0.5, 0],
    [0.5, 0, 1, 1.5],
  ],
  [
    [0, 0, 1, 1.5],
    [0, 1.5, 1, 0],
  ],
  [
    [0, 1.5, 1, 1.5],
    [1, 1.5, 0, 0],
    [0, 0, 1, 0],
  ],
  [
    [0, 1.5, 0.5, 0.8],
    [1, 1.5, 0.5, 0.8],
    [0.5, 0.8, 0.5, 0],
  ],
];

/** Shapes by name: `simple` ones hide all that they span, the others a part. */
export const shapes: Readonly<Record<string, ShapeMaker>> = {
  box: (random) => {
    const aspect = random.uniform(0.5, 2) ** 0.5;
    const round = random.uniform(0, 0.3);
    return (x, y) => {
      const dx = Math.abs(x) - aspect + round;
      const dy = Math.abs(y) - 1 / aspect + round;
      return Math.hypot(Math.max(0, dx), Math.max(0, dy)) + Math.min(0, Math.max(dx, dy)) - round;
    };
  },
  ellipse: (random) => {
    const aspect = random.uniform(0.45, 2.2) ** 0.5;
    return (x, y) => Math.hypot(x / aspect, y * aspect) - 1;
  },
  polygon: (random) => {
    const count = random.integer(3, 9);
    return polygon(
      Array.from({ length: count }, (_, k) => {
        const a = ((k + random.uniform(-0.35, 0.35)) * 2 * Math.PI) / count;
        const r = random.uniform(0.6, 1.3);
        return [r * Math.cos(a), r * Math.sin(a)] as const;
      }),
    );
  },
  blob: (random) => {
    const waves = [2, 3, 4, 5].map((k) => ({
      k,
      size: random.normal(0, 0.34 / k),
      phase: random.uniform(0, 6.283),
    }));
    return (x, y) => {
      const a = Math.atan2(y, x);
      return (
        Math.hypot(x, y) -
        1 -
        waves.reduce((sum, { k, size, phase }) => sum + size * Math.sin(k * a + phase), 0)
      );
    };
  },
  stripes: (random, fill) => {
    const step = random.uniform(0.16, 0.5);
    const share = Math.max(random.uniform(0.4, 0.65), fill);
    return windowed(random, (x) => Math.abs(x - step * Math.round(x / step)) - 0.5 * share * step);
  },
  grid: (random, fill) => {
    const step = random.uniform(0.22, 0.55);
    const hole = Math.sqrt(1 - Math.max(random.uniform(0.4, 0.6), fill));
    return windowed(
      random,
      (x, y) =>
        0.5 * hole * step -
        Math.max(Math.abs(x - step * Math.round(x / step)), Math.abs(y - step * Math.round(y / step))),
    );
  },
  checkerboard: (random, fill) => {
    const step = random.uniform(0.16, 0.45);
    const grow = Math.max(0, fill - 0.5) * step;
    return windowed(random, (x, y) => {
      const i = Math.floor(x / step);
      const j = Math.floor(y / step);
      const dx = x / step - i - 0.5;
      const dy = y / step - j - 0.5;
      const out = (0.5 - Math.max(Math.abs(dx), Math.abs(dy))) * step;
      return ((i + j) & 1) === 0 ? -out - grow : out - grow;
    });
  },
  text: (random, fill) => {
    const rows = random.integer(2, 5);
    const columns = random.integer(4, 8);
    const cell = 2.2 / columns;
    const thick = 0.13 + 0.42 * Math.max(0, fill - 0.25);
    const letters = Array.from({ length: rows * columns }, () =>
      random.uniform() < 0.1 ? [] : random.choice(glyphs),
    );
    return (x, y) => {
      const column = Math.floor((x + 1.1) / cell);
      const row = Math.floor((y + rows * cell * 1.15) / (cell * 2.3) + 0);
      if (column < 0 || column >= columns || row < 0 || row >= rows) return 0.2;
      const gx = ((x + 1.1) / cell - column) * 1.5 - 0.25;
      const gy = 1.5 - (((y + rows * cell * 1.15) / (cell * 2.3) - row) * 2.1 - 0.3);
      return (
        letters[row * columns + column]!.reduce(
          (least, stroke) => Math.min(least, segment(gx, gy, stroke)),
          0.6,
        ) *
          cell *
          0.67 -
        thick * cell * 0.67
      );
    };
  },
  star: (random) => {
    const points = random.integer(4, 8);
    const inner = random.uniform(0.4, 0.7);
    return polygon(
      Array.from({ length: 2 * points }, (_, k) => {
        const r = k % 2 === 0 ? 1.25 : 1.25 * inner;
        const a = (k * Math.PI) / points;
        return [r * Math.sin(a), -r * Math.cos(a)] as const;
      }),
    );
  },
  logo: (random) => {
    // A disc in a ring, cut by a bar or a wedge.
    const ring = random.uniform(0.78, 0.88);
    const bar = random.uniform(0.1, 0.2);
    const lean = random.uniform(-0.6, 0.6);
    return (x, y) => {
      const r = Math.hypot(x, y);
      const disc = Math.max(r - ring + 0.12, bar - Math.abs(y - lean * x));
      return Math.min(Math.max(r - 1.1, ring - r), disc);
    };
  },
  cross: (random) => {
    const arm = random.uniform(0.3, 0.5);
    return (x, y) =>
      Math.max(Math.max(Math.abs(x), Math.abs(y)) - 1.2, Math.min(Math.abs(x), Math.abs(y)) - arm);
  },
};
