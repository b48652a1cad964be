import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { project } from '../../src/math/camera.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../src/render/rasterize.js';
import { sphereMesh } from './meshes.js';

/** At z = −100 with this camera one mm is one pixel, and (x, −y) is the pixel position. */
const flat = { focal: 100, cx: 0, cy: 0 };

/** A camera-space triangle list at z = −100 from pixel coordinates. */
function atPixels(points: readonly (readonly [number, number])[], depth = 100): Float32Array {
  return Float32Array.from(points.flatMap(([u, v]) => [(u * depth) / 100, (-v * depth) / 100, -depth]));
}

function draw(target: RasterTarget): string[] {
  return Array.from({ length: target.height }, (_, y) =>
    Array.from(target.triangle.subarray(y * target.width, (y + 1) * target.width), (id) =>
      id < 0 ? '.' : String(id % 10),
    ).join(''),
  );
}

describe('rasterize', () => {
  it('covers the pixel centres of one triangle', () => {
    const target = createRasterTarget(6, 5);
    // The long edge runs through pixel centres: it is a right edge, so they stay outside.
    rasterize(
      target,
      atPixels([
        [0, 0],
        [0, 5],
        [5, 0],
      ]),
      Uint32Array.of(0, 1, 2),
      flat,
    );
    expect(draw(target)).toEqual(['0000..', '000...', '00....', '0.....', '......']);
    // Seen from its other side, the same pixels.
    rasterize(
      target,
      atPixels([
        [0, 0],
        [5, 0],
        [0, 5],
      ]),
      Uint32Array.of(0, 1, 2),
      flat,
    );
    expect(draw(target)).toEqual(['0000..', '000...', '00....', '0.....', '......']);
  });

  it('follows the top-left rule', () => {
    const target = createRasterTarget(4, 4);
    const square = atPixels([
      [0.5, 0.5],
      [2.5, 0.5],
      [2.5, 2.5],
      [0.5, 2.5],
    ]);
    rasterize(target, square, Uint32Array.of(0, 1, 2, 0, 2, 3), flat);
    expect(draw(target).map((row) => row.replace(/\d/g, '#'))).toEqual(['##..', '##..', '....', '....']);
  });

  it('covers every pixel of a random triangulated grid exactly once', () => {
    const size = 24;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.double({ min: -0.45, max: 0.45, noNaN: true }), { minLength: 400, maxLength: 400 }),
        fc.boolean(),
        (cells, jitter, snapped) => {
          const step = (size + 4) / cells;
          const points: [number, number][] = [];
          for (let i = 0; i <= cells; i++)
            for (let j = 0; j <= cells; j++) {
              const k = 2 * (i * (cells + 1) + j);
              const inner = i > 0 && i < cells && j > 0 && j < cells ? step : 0;
              const x = -2 + j * step + inner * jitter[k]! * 0.9;
              const y = -2 + i * step + inner * jitter[k + 1]! * 0.9;
              // Half-pixel positions put vertices and edges right onto pixel centres.
              points.push(snapped ? [Math.round(2 * x) / 2, Math.round(2 * y) / 2] : [x, y]);
            }
          const positions = atPixels(points);
          const one = createRasterTarget(size, size);
          const counts = new Uint8Array(size * size);
          for (const corners of gridTriangles(points, cells)) {
            rasterize(one, positions, Uint32Array.from(corners), flat);
            one.triangle.forEach((id, i) => {
              if (id >= 0) counts[i]!++;
            });
          }
          expect(counts.every((count) => count === 1)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives perspective-correct barycentrics and depth on a plane', () => {
    const camera = { focal: 90, cx: 32, cy: 30 };
    const positions = Float32Array.of(-40, -30, -80, 50, -35, -200, 0, 60, -140);
    const target = createRasterTarget(64, 64);
    rasterize(target, positions, Uint32Array.of(0, 1, 2), camera);
    let covered = 0;
    for (let i = 0; i < 64 * 64; i++) {
      if (target.triangle[i]! < 0) continue;
      covered++;
      const b0 = target.barycentric[2 * i]!;
      const b1 = target.barycentric[2 * i + 1]!;
      const b2 = 1 - b0 - b1;
      const point = [0, 1, 2].map(
        (k) => b0 * positions[k]! + b1 * positions[3 + k]! + b2 * positions[6 + k]!,
      );
      const [u, v] = project(point, camera, new Float64Array(2));
      expect(Math.abs(u! - ((i % 64) + 0.5))).toBeLessThan(0.01);
      expect(Math.abs(v! - (Math.floor(i / 64) + 0.5))).toBeLessThan(0.01);
      expect(target.depth[i]! / -point[2]!).toBeCloseTo(1, 5);
      expect(target.inverseDepth[i]! * target.depth[i]!).toBeCloseTo(1, 2);
    }
    expect(covered).toBeGreaterThan(500);
  });

  it('sees a sphere where it is', () => {
    const size = 128;
    const camera = { focal: 300, cx: 64, cy: 64 };
    const radius = 100;
    const distance = 700;
    const { positions, triangles } = sphereMesh(100, 100, radius, [0, 0, -distance]);
    const target = createRasterTarget(size, size);
    rasterize(target, positions, triangles, camera);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const dx = (x + 0.5 - 64) / 300;
        const dy = (y + 0.5 - 64) / 300;
        const square = 1 + dx * dx + dy * dy;
        const discriminant = distance * distance - square * (distance * distance - radius * radius);
        const hit = target.depth[y * size + x]!;
        if (discriminant > 3000)
          expect(Math.abs(hit - (distance - Math.sqrt(discriminant)) / square)).toBeLessThan(0.4);
        else if (discriminant < 0) expect(hit).toBe(Infinity);
      }
  });

  it('keeps the nearest of overlapping triangles whatever their order', () => {
    const target = createRasterTarget(4, 4);
    const near = atPixels(
      [
        [0, 0],
        [0, 9],
        [9, 0],
      ],
      50,
    );
    const far = atPixels(
      [
        [0, 0],
        [0, 9],
        [9, 0],
      ],
      200,
    );
    const positions = Float32Array.of(...near, ...far);
    for (const triangles of [Uint32Array.of(0, 1, 2, 3, 4, 5), Uint32Array.of(3, 4, 5, 0, 1, 2)]) {
      rasterize(target, positions, triangles, flat);
      expect(target.depth.every((d) => Math.abs(d - 50) < 1e-4)).toBe(true);
    }
  });

  it('draws on without clearing, with ids told apart, and peels what lies behind', () => {
    const target = createRasterTarget(4, 4);
    const triangles = Uint32Array.of(0, 1, 2);
    const near = atPixels(
      [
        [0, 0],
        [0, 9],
        [9, 0],
      ],
      50,
    );
    const far = atPixels(
      [
        [0, 0],
        [0, 9],
        [9, 0],
      ],
      200,
    );
    rasterize(target, near, triangles, flat, { idOffset: 7 });
    const front = target.inverseDepth.slice();
    rasterize(target, far, triangles, flat, { clear: false });
    expect(target.triangle.every((id) => id === 7)).toBe(true);
    rasterize(target, near, triangles, flat, { behind: front });
    expect(target.triangle.every((id) => id === -1)).toBe(true);
    rasterize(target, far, triangles, flat, { behind: front });
    expect(target.triangle.every((id) => id === 0)).toBe(true);
  });

  it('culls triangles seen from behind and draws ranges', () => {
    const target = createRasterTarget(4, 4);
    const front = atPixels([
      [0, 0],
      [0, 9],
      [9, 0],
    ]);
    rasterize(target, front, Uint32Array.of(0, 1, 2), flat, { cull: 'back' });
    expect(target.triangle.every((id) => id === 0)).toBe(true);
    rasterize(target, front, Uint32Array.of(0, 2, 1), flat, { cull: 'back' });
    expect(target.triangle.every((id) => id === -1)).toBe(true);
    rasterize(target, front, Uint32Array.of(0, 2, 1, 0, 1, 2), flat, { cull: 'back', first: 0, count: 1 });
    expect(target.triangle.every((id) => id === -1)).toBe(true);
  });

  it('clips at the near plane and keeps the barycentrics of the whole triangle', () => {
    // A floor 50 mm below the camera, from behind it to far ahead: everything below the horizon.
    const positions = Float32Array.of(-1e5, -50, 1000, 1e5, -50, 1000, 0, -50, -1e5);
    const camera = { focal: 100, cx: 32, cy: 32 };
    const target = createRasterTarget(64, 64);
    rasterize(target, positions, Uint32Array.of(0, 1, 2), camera);
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const i = y * 64 + x;
        if (y < 32) {
          expect(target.triangle[i]).toBe(-1);
          continue;
        }
        if (y < 33) continue;
        expect(target.triangle[i]).toBe(0);
        const distance = (50 * 100) / (y + 0.5 - 32);
        expect(target.depth[i]! / distance).toBeCloseTo(1, 4);
        const b0 = target.barycentric[2 * i]!;
        const b1 = target.barycentric[2 * i + 1]!;
        expect(((b0 + b1) * 1000 + (1 - b0 - b1) * -1e5) / -distance).toBeCloseTo(1, 1);
      }
  });

  it('stays watertight across the near plane and the guard band', () => {
    const camera = { focal: 500, cx: 16, cy: 16 };
    const one = createRasterTarget(32, 32);
    const coordinate = fc.double({ min: -300, max: 300, noNaN: true });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 9, maxLength: 9 }), (jitter) => {
        // A fan around a point ahead whose rim reaches behind the camera and far beyond the image.
        const rim = 5;
        const positions = new Float32Array(3 * (rim + 1));
        positions.set([jitter[0]! / 100, jitter[1]! / 100, -500]);
        for (let k = 0; k < rim; k++) {
          const angle = (2 * Math.PI * k) / rim;
          positions.set([3000 * Math.cos(angle), 3000 * Math.sin(angle), jitter[2 + k]!], 3 * (k + 1));
        }
        const counts = new Uint8Array(32 * 32);
        for (let k = 0; k < rim; k++) {
          rasterize(one, positions, Uint32Array.of(0, 1 + k, 1 + ((k + 1) % rim)), camera);
          one.triangle.forEach((id, i) => {
            if (id >= 0) counts[i]!++;
          });
        }
        expect(counts.every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('ignores what cannot be drawn', () => {
    const target = createRasterTarget(8, 8);
    const bad: number[][] = [
      [NaN, 0, -100, 5, 0, -100, 0, -5, -100],
      [0, 0, -100, Infinity, 0, -100, 0, -5, -100],
      [0, 0, -100, 0, 0, -100, 0, 0, -100],
      [1, -1, -100, 2, -2, -100, 3, -3, -100],
      [0, 0, 100, 5, 0, 100, 0, -5, 100],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
      [-900, 0, -100, -800, 0, -100, -850, -5, -100],
    ];
    for (const positions of bad) {
      rasterize(target, Float32Array.from(positions), Uint32Array.of(0, 1, 2), flat);
      expect(target.triangle.every((id) => id === -1)).toBe(true);
    }
  });

  it('never leaves weights outside 0…1 or a broken depth, whatever it is given', () => {
    const target = createRasterTarget(16, 16);
    const camera = { focal: 20, cx: 8, cy: 8 };
    const value = fc.oneof(
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double(),
      fc.constantFrom(0, 1e30, -1e30, 1e-30),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 9, maxLength: 36 }), (values) => {
        const count = Math.floor(values.length / 9);
        const positions = Float32Array.from(values.slice(0, 9 * count));
        rasterize(
          target,
          positions,
          Uint32Array.from({ length: 3 * count }, (_, i) => i),
          camera,
        );
        for (let i = 0; i < 256; i++) {
          if (target.triangle[i]! < 0) continue;
          const b0 = target.barycentric[2 * i]!;
          const b1 = target.barycentric[2 * i + 1]!;
          expect(b0 >= 0 && b1 >= 0 && b0 + b1 <= 1 + 1e-6).toBe(true);
          expect(target.depth[i]).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses lists and sizes that do not fit', () => {
    const target = createRasterTarget(2, 2);
    const positions = new Float32Array(9);
    expect(() => {
      rasterize(target, positions, Uint32Array.of(0, 1, 3), flat);
    }).toThrow(/below 3, got 3/);
    expect(() => {
      rasterize(target, positions, Uint32Array.of(0, 1, 2), flat, { first: 1, count: 1 });
    }).toThrow(/within 1 triangles/);
    expect(() => {
      rasterize(target, positions, Uint32Array.of(0, 1, 2), flat, { near: 0 });
    }).toThrow(/near distance/);
    expect(() => {
      rasterize(target, positions, Uint32Array.of(0, 1, 2), flat, { behind: new Float32Array(1) });
    }).toThrow(/expected 4 values/);
    expect(() => createRasterTarget(0, 5)).toThrow(/got 0×5/);
    expect(() => createRasterTarget(20_000, 5)).toThrow(/tiles/);
  });
});

/** Both triangles of each grid cell, split along the diagonal that keeps them unfolded where one exists. */
function* gridTriangles(
  points: readonly (readonly [number, number])[],
  cells: number,
): Generator<[number, number, number]> {
  const turn = (a: number, b: number, c: number) => {
    const [p, q, r] = [points[a]!, points[b]!, points[c]!];
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  };
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const a = i * (cells + 1) + j;
      const b = a + 1;
      const c = a + cells + 1;
      const d = c + 1;
      if (Math.min(turn(a, b, d), turn(a, d, c)) >= 0) {
        yield [a, b, d];
        yield [a, d, c];
      } else {
        yield [a, b, c];
        yield [b, d, c];
      }
    }
}
