import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { nowDistances } from '../../src/evaluate/now.js';
import { surfaceDistance } from '../../src/evaluate/surface-distance.js';
import type { TriangleMesh } from '../../src/io/read-obj.js';
import { transformPoints } from '../../src/math/camera.js';
import { rotationFromEuler } from '../../src/math/rotation.js';

const SIDES = 120;

/** A closed surface r(direction) about the origin, on a grid of latitudes and longitudes. */
function globe(radius: (x: number, y: number, z: number) => number): TriangleMesh {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let i = 0; i <= SIDES; i++)
    for (let j = 0; j < 2 * SIDES; j++) {
      const u = (Math.PI * i) / SIDES;
      const v = (Math.PI * j) / SIDES;
      const x = Math.sin(u) * Math.cos(v);
      const y = Math.cos(u);
      const z = Math.sin(u) * Math.sin(v);
      const r = radius(x, y, z);
      positions.push(r * x, r * y, r * z);
    }
  for (let i = 0; i < SIDES; i++)
    for (let j = 0; j < 2 * SIDES; j++) {
      const a = i * 2 * SIDES + j;
      const b = i * 2 * SIDES + ((j + 1) % (2 * SIDES));
      const c = a + 2 * SIDES;
      const d = b + 2 * SIDES;
      triangles.push(a, b, c, b, d, c);
    }
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
}

/** Seven directions as a face has them, y up, z front: eye corners, below the nose, mouth corners. */
const directions = [
  [-0.55, 0.35, 0.75],
  [-0.2, 0.35, 0.92],
  [0.2, 0.35, 0.92],
  [0.55, 0.35, 0.75],
  [0, -0.1, 0.99],
  [-0.3, -0.45, 0.84],
  [0.3, -0.45, 0.84],
].map((d) => d.map((value) => value / Math.hypot(...d)));
const bumpy = (x: number, y: number, z: number): number =>
  80 * (1 + 0.12 * x * x + 0.1 * y * z + 0.05 * Math.sin(4 * x) + 0.06 * Math.cos(3 * y));
const landmarksOf = (radius: (x: number, y: number, z: number) => number): number[] =>
  directions.flatMap(([x, y, z]) => [x!, y!, z!].map((value) => value * radius(x!, y!, z!)));
const moved = (points: ArrayLike<number>, scale = 1): Float32Array =>
  transformPoints(
    rotationFromEuler({ yaw: 40, pitch: -15, roll: 70 }),
    [300, -20, 55],
    points,
    new Float32Array(points.length),
    scale,
  );
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('surfaceDistance', () => {
  it('agrees with every triangle looked at in turn, also degenerate ones', () => {
    const random = createRandom(3);
    const corner = (): number => random.uniform(-1, 1);
    const positions = Float32Array.from({ length: 3 * 60 }, corner);
    const triangles = Uint32Array.from({ length: 3 * 50 }, () => Math.floor(random.uniform() * 60));
    // A point, a segment, and a segment of three corners.
    triangles.set([5, 5, 5, 7, 8, 8], 0);
    positions.set([0, 0, 0, 1, 1, 1, 2, 2, 2], 3 * 20);
    triangles.set([20, 21, 22], 6);
    const surface = surfaceDistance({ positions, triangles });
    for (let k = 0; k < 25; k++) {
      const p = [2 * corner(), 2 * corner(), 2 * corner()];
      const exact = Math.min(
        ...Array.from({ length: triangles.length / 3 }, (_, t) =>
          triangleDistance(p, positions, triangles.subarray(3 * t, 3 * t + 3)),
        ),
      );
      expect(surface.at(p[0]!, p[1]!, p[2]!)).toBeCloseTo(exact, 4);
    }
  });

  it('refuses what has no surface in one line', () => {
    expect(() =>
      surfaceDistance({ positions: Float32Array.of(0, 0, 0), triangles: new Uint32Array(0) }),
    ).toThrow(/no triangles/);
    expect(() =>
      surfaceDistance({ positions: Float32Array.of(0, NaN, 0), triangles: Uint32Array.of(0, 0, 0) }),
    ).toThrow(/coordinate 1 of vertex 0 is NaN/);
  });
});

/** By walking the triangle finely: slow and plain. */
function triangleDistance(p: readonly number[], positions: Float32Array, [a, b, c]: Uint32Array): number {
  const corner = (v: number): number[] => [0, 1, 2].map((axis) => positions[3 * v + axis]!);
  const [A, B, C] = [corner(a!), corner(b!), corner(c!)] as [number[], number[], number[]];
  const at = (u: number, v: number): number =>
    Math.hypot(
      ...p.map((value, axis) => value - (A[axis]! + u * (B[axis]! - A[axis]!) + v * (C[axis]! - A[axis]!))),
    );
  // The distance is convex over the triangle: nested ternary searches find its least value.
  const least = (f: (x: number) => number, high: number): number => {
    let [from, to] = [0, high];
    for (let k = 0; k < 45; k++) {
      const first = from + (to - from) / 3;
      const second = to - (to - from) / 3;
      if (f(first) <= f(second)) to = second;
      else from = first;
    }
    return f((from + to) / 2);
  };
  return least((u) => least((v) => at(u, v), 1 - u), 1);
}

describe('nowDistances', () => {
  const scan = globe(bumpy);
  const scanLandmarks = landmarksOf(bumpy);

  it('of the same surface, moved, turned and scaled, is nothing; nor do vertex order and number matter', () => {
    const predicted = { ...scan, positions: moved(scan.positions, 0.01) };
    const landmarks = moved(scanLandmarks, 0.01);
    expect(mean(nowDistances(predicted, landmarks, scan.positions, scanLandmarks))).toBeLessThan(0.01);
    const order = Uint32Array.from({ length: scan.positions.length / 3 }, (_, v) => v).reverse();
    const reversed = {
      positions: predicted.positions.map(
        (_, i) => predicted.positions[3 * order[Math.floor(i / 3)]! + (i % 3)]!,
      ),
      triangles: predicted.triangles.map((v) => order[v]!),
    };
    expect(mean(nowDistances(reversed, landmarks, scan.positions, scanLandmarks))).toBeLessThan(0.01);
  });

  it('finds its way from landmarks that are off', () => {
    const random = createRandom(5);
    const landmarks = moved(scanLandmarks).map((value) => value + random.normal(0, 4));
    expect(
      mean(
        nowDistances({ ...scan, positions: moved(scan.positions) }, landmarks, scan.positions, scanLandmarks),
      ),
    ).toBeLessThan(0.02);
  });

  it('a ball 10 % larger is no error without scale in the challenge, and is 8 mm at its most in the metrical one', () => {
    const ball = globe(() => 80);
    const larger = { ...ball, positions: ball.positions.map((value) => 1.1 * value) };
    const marks = landmarksOf(() => 80);
    const largerMarks = marks.map((value) => 1.1 * value);
    expect(mean(nowDistances(larger, largerMarks, ball.positions, marks))).toBeLessThan(0.05);
    const metrical = nowDistances(larger, largerMarks, ball.positions, marks, { metrical: true });
    // A cap of a ball lies best on a larger one off its centre: nearer in the middle and at the rim than 8
    // mm.
    expect(mean(metrical)).toBeGreaterThan(0.1);
    expect(Math.max(...metrical)).toBeLessThan(8);
  });

  it('measures noise: distances of a scan whose vertices are off by σ along the radius average √(2/π) σ', () => {
    const random = createRandom(9);
    const sigma = 1;
    const noisy = scan.positions.slice();
    for (let i = 0; i < noisy.length; i += 3) {
      const stretch = 1 + random.normal(0, sigma) / Math.hypot(noisy[i]!, noisy[i + 1]!, noisy[i + 2]!);
      for (let axis = 0; axis < 3; axis++) noisy[i + axis]! *= stretch;
    }
    // The surface is not quite across the radius everywhere: a few hundredths less.
    expect(
      mean(
        nowDistances(
          { ...scan, positions: moved(scan.positions) },
          moved(scanLandmarks),
          noisy,
          scanLandmarks,
        ),
      ),
    ).toBeCloseTo(Math.sqrt(2 / Math.PI) * sigma, 1);
  });

  it('says what is wrong with its input', () => {
    expect(() => nowDistances(scan, [1, 2], scan.positions, scanLandmarks)).toThrow(/7 predicted landmarks/);
    expect(() =>
      nowDistances(
        scan,
        scanLandmarks,
        scan.positions,
        scanLandmarks.map((value, i) => (i === 3 ? NaN : value)),
      ),
    ).toThrow(/7 scan landmarks/);
    expect(() => nowDistances(scan, scanLandmarks, Float32Array.of(900, 0, 0), scanLandmarks)).toThrow(
      /no scan vertex lies near/,
    );
  });
});
