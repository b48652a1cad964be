/**
 * Real, orthonormal spherical harmonics of orders 0–2, and light expressed in them (docs/conventions.md).
 *
 * A light is 27 numbers, channel-major `[R0…R8, G0…G8, B0…B8]`: irradiance coefficients, the cosine lobe
 * folded in. The irradiance at a unit normal n is `Σ L_k Y_k(n)`; the colour of a matt surface is albedo ×
 * irradiance, so a light of constant irradiance 1 shows the albedo itself.
 */

import { factorCholesky, substituteCholesky } from './linear-solve.js';

/** The constants in front of `1, (y, z, x), (xy, yz, xz), 3z²−1, x²−y²`. */
const c0 = Math.sqrt(1 / (4 * Math.PI));
const c1 = Math.sqrt(3 / (4 * Math.PI));
const c2 = Math.sqrt(15 / (4 * Math.PI));
const c3 = Math.sqrt(5 / (16 * Math.PI));
const c4 = Math.sqrt(15 / (16 * Math.PI));

/** The order of each of the nine functions. */
const orders = [0, 1, 1, 1, 2, 2, 2, 2, 2] as const;

/** What the clamped cosine multiplies each order by (Ramamoorthi & Hanrahan 2001, eq. 8). */
export const cosineLobe: readonly [number, number, number] = [Math.PI, (2 * Math.PI) / 3, Math.PI / 4];

/** Writes the nine basis values of the unit normal `(x, y, z)` to `out[offset…offset + 8]`. */
export function sphericalHarmonics<T extends Float32Array | Float64Array>(
  x: number,
  y: number,
  z: number,
  out: T,
  offset = 0,
): T {
  out[offset] = c0;
  out[offset + 1] = c1 * y;
  out[offset + 2] = c1 * z;
  out[offset + 3] = c1 * x;
  out[offset + 4] = c2 * x * y;
  out[offset + 5] = c2 * y * z;
  out[offset + 6] = c3 * (3 * z * z - 1);
  out[offset + 7] = c2 * x * z;
  out[offset + 8] = c4 * (x * x - y * y);
  return out;
}

/**
 * The polynomial of each channel: irradiance `p0 + p1 y + p2 z + p3 x + p4 xy + p5 yz + p6 z² + p7 xz + p8
 * (x² − y²)`. Folding the constants in makes the evaluation per pixel cheaper.
 *
 * @param light 27 irradiance coefficients.
 * @param out Receives 27 polynomial coefficients, channel-major.
 */
export function irradiancePolynomial(light: ArrayLike<number>, out = new Float64Array(27)): Float64Array {
  for (let k = 0; k < 27; k += 9) {
    out[k] = c0 * light[k]! - c3 * light[k + 6]!;
    out[k + 1] = c1 * light[k + 1]!;
    out[k + 2] = c1 * light[k + 2]!;
    out[k + 3] = c1 * light[k + 3]!;
    out[k + 4] = c2 * light[k + 4]!;
    out[k + 5] = c2 * light[k + 5]!;
    out[k + 6] = 3 * c3 * light[k + 6]!;
    out[k + 7] = c2 * light[k + 7]!;
    out[k + 8] = c4 * light[k + 8]!;
  }
  return out;
}

/**
 * The irradiance per channel at unit normals. May be negative where a light is not physical; shading clamps
 * it at 0.
 *
 * @param normals `[x, y, z]` triples of length one, camera space.
 * @param out Receives `[r, g, b]` triples, linear.
 */
export function irradiance<T extends Float32Array | Float64Array>(
  normals: ArrayLike<number>,
  light: ArrayLike<number>,
  out: T,
): T {
  const p = irradiancePolynomial(light);
  for (let i = 0; i + 2 < normals.length; i += 3) {
    const x = normals[i]!;
    const y = normals[i + 1]!;
    const z = normals[i + 2]!;
    for (let channel = 0, k = 0; channel < 3; channel++, k += 9) {
      out[i + channel] =
        p[k]! +
        p[k + 1]! * y +
        p[k + 2]! * z +
        p[k + 3]! * x +
        p[k + 4]! * x * y +
        p[k + 5]! * y * z +
        p[k + 6]! * z * z +
        p[k + 7]! * x * z +
        p[k + 8]! * (x * x - y * y);
    }
  }
  return out;
}

/** The light on what faces the camera: red, green and blue. */
export function frontalIrradiance(light: ArrayLike<number>): [number, number, number] {
  const [red, green, blue] = irradiance([0, 0, 1], light, new Float64Array(3));
  return [red!, green!, blue!];
}

/** The light whose irradiance is `red, green, blue` everywhere. */
export function constantLight(red = 1, green = red, blue = red): Float32Array {
  const light = new Float32Array(27);
  light[0] = red / c0;
  light[9] = green / c0;
  light[18] = blue / c0;
  return light;
}

/**
 * Adds a distant lamp to a light, in place. Order 2 blurs the clamped cosine: it is 1/16 too bright straight
 * towards the lamp and straight away from it, and at most 0.1 off in between.
 *
 * @param direction From the surface towards the lamp, any length but zero, camera space.
 * @param color Linear irradiance of a surface that faces a clamped-cosine lamp of this colour.
 */
export function addDirectionalLight(
  light: Float32Array,
  direction: readonly [number, number, number],
  color: readonly [number, number, number],
): Float32Array {
  const length = Math.hypot(...direction);
  const basis = sphericalHarmonics(
    direction[0] / length,
    direction[1] / length,
    direction[2] / length,
    new Float64Array(9),
  );
  for (let channel = 0; channel < 3; channel++) {
    for (let k = 0; k < 9; k++)
      light[9 * channel + k]! += color[channel]! * cosineLobe[orders[k]!]! * basis[k]!;
  }
  return light;
}

/**
 * More directions than coefficients, spread evenly over the sphere (Vogel 1979), and the pseudo-inverse of
 * the harmonics there.
 */
const spread = harmonicFit(24);

function harmonicFit(count: number): {
  readonly directions: Float64Array;
  readonly pseudoInverse: Float64Array;
} {
  const directions = new Float64Array(3 * count);
  const basis = new Float64Array(9 * count);
  const normal = new Float64Array(81);
  for (let i = 0; i < count; i++) {
    const y = 1 - (2 * (i + 0.5)) / count;
    const radius = Math.sqrt(1 - y * y);
    const angle = i * Math.PI * (3 - Math.sqrt(5));
    directions.set([radius * Math.cos(angle), y, radius * Math.sin(angle)], 3 * i);
    basis.set(sphericalHarmonics(directions[3 * i]!, y, directions[3 * i + 2]!, new Float64Array(9)), 9 * i);
    for (let a = 0; a < 9; a++)
      for (let b = 0; b < 9; b++) normal[9 * a + b]! += basis[9 * i + a]! * basis[9 * i + b]!;
  }
  factorCholesky(normal, 9);
  const pseudoInverse = new Float64Array(9 * count);
  for (let i = 0; i < count; i++) {
    const column = basis.slice(9 * i, 9 * i + 9);
    substituteCholesky(normal, column, 9);
    pseudoInverse.set(column, 9 * i);
  }
  return { directions, pseudoInverse };
}

/**
 * A light seen from a turned coordinate system: `rotated(R · n) = light(n)`. Exact, as rotations keep each
 * order.
 *
 * @param rotation row-major 3×3
 * @param light 27 irradiance coefficients
 */
export function rotateLight(
  rotation: ArrayLike<number>,
  light: ArrayLike<number>,
  out = new Float32Array(27),
): Float32Array {
  const { directions: d, pseudoInverse } = spread;
  const values = new Float64Array(9);
  const rotated = new Float64Array(27);
  for (let i = 0; i < d.length; i += 3) {
    // Rᵀ · d
    const [x, y, z] = [0, 1, 2].map(
      (axis) => rotation[axis]! * d[i]! + rotation[3 + axis]! * d[i + 1]! + rotation[6 + axis]! * d[i + 2]!,
    ) as [number, number, number];
    sphericalHarmonics(x, y, z, values);
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let k = 0; k < 9; k++) sum += values[k]! * light[9 * channel + k]!;
      for (let k = 0; k < 9; k++) rotated[9 * channel + k]! += sum * pseudoInverse[3 * i + k]!;
    }
  }
  out.set(rotated);
  return out;
}
