import { irradiancePolynomial } from '../math/spherical-harmonics.js';

/**
 * Matt shading of a list of surface points: albedo × irradiance, in linear light.
 *
 * @param albedo N×3 linear.
 * @param normals N×3 unit normals, camera space.
 * @param light 27 irradiance coefficients (docs/conventions.md); negative irradiance counts as none.
 * @param out N×3 linear, not clamped above; may be `albedo`.
 */
export function shade(
  albedo: Float32Array,
  normals: Float32Array,
  light: ArrayLike<number>,
  out: Float32Array,
): Float32Array {
  const p = irradiancePolynomial(light);
  for (let i = 0; i + 2 < albedo.length; i += 3) {
    const x = normals[i]!;
    const y = normals[i + 1]!;
    const z = normals[i + 2]!;
    for (let channel = 0; channel < 3; channel++) {
      const e = irradianceAt(p, 9 * channel, x, y, z);
      out[i + channel] = e > 0 ? albedo[i + channel]! * e : 0;
    }
  }
  return out;
}

/** One channel of the irradiance at a normal, from an {@link irradiancePolynomial} starting at `k`. */
export function irradianceAt(p: Float64Array, k: number, x: number, y: number, z: number): number {
  return (
    p[k]! +
    p[k + 1]! * y +
    p[k + 2]! * z +
    p[k + 3]! * x +
    p[k + 4]! * x * y +
    p[k + 5]! * y * z +
    p[k + 6]! * z * z +
    p[k + 7]! * x * z +
    p[k + 8]! * (x * x - y * y)
  );
}
