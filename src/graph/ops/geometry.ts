import { sphericalHarmonics as hostSphericalHarmonics } from '../../math/spherical-harmonics.js';
import { Tensor, concat, shapeError, stack, where } from '../tensor.js';
import { constantLike } from './constants.js';

// Traceable twins of src/math: the same conventions (docs/conventions.md), the same formulas.

const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/** `[e]×` for each of the three axes e, row-major: the generators of rotations. */
const generators = Float64Array.of(
  0,
  0,
  0,
  0,
  0,
  -1,
  0,
  1,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  -1,
  0,
  0,
  0,
  -1,
  0,
  1,
  0,
  0,
  0,
  0,
  0,
);

/** Sum of products along an axis, which disappears; the other axes broadcast. */
export const dot = (a: Tensor, b: Tensor, axis = -1): Tensor => a.mul(b).sum(axis);

/** The cross product. @param a `[…, 3]` @param b `[…, 3]`, broadcast against `a` @returns `[…, 3]` */
export function cross(a: Tensor, b: Tensor): Tensor {
  if (a.shape.at(-1) !== 3 || b.shape.at(-1) !== 3)
    throw shapeError('cross', [a.shape, b.shape], 'needs vectors […, 3]');
  // (x, y, z) → (y, z, x). The products come out as (z, x, y) and need one more turn.
  const turn = (v: Tensor): Tensor => concat([v.slice(-1, 1, 3), v.slice(-1, 0, 1)], -1);
  return turn(a.mul(turn(b)).sub(turn(a).mul(b)));
}

/**
 * Vectors of length one.
 * @param epsilon shorter vectors are divided by this instead of by their length, so that zero stays zero
 */
export function normalize(x: Tensor, axis = -1, epsilon = 1e-6): Tensor {
  return x.mul(
    x
      .square()
      .sum(axis, true)
      .maximum(epsilon * epsilon)
      .sqrt()
      .reciprocal(),
  );
}

/**
 * The product of 3×3 matrices: first `b` is applied, then `a`.
 * @param a `[…, 3, 3]`
 * @param b `[…, 3, 3]`, broadcast
 */
export function multiply3x3(a: Tensor, b: Tensor): Tensor {
  needMatrix('multiply3x3', a, b);
  needMatrix('multiply3x3', b, a);
  return a.matmul(b);
}

/**
 * Applies one matrix to one vector each.
 * @param matrix `[…, 3, 3]` @param vector `[…, 3]`, leading axes broadcast @returns `[…, 3]`
 */
export function multiplyVector(matrix: Tensor, vector: Tensor): Tensor {
  needMatrix('multiplyVector', matrix, vector);
  if (vector.shape.at(-1) !== 3)
    throw shapeError('multiplyVector', [matrix.shape, vector.shape], 'needs vectors […, 3]');
  return matrix.mul(vector.unsqueeze(-2)).sum(-1);
}

/**
 * Rotates all points of an object alike: `result[p] = R · points[p]`.
 * @param rotation `[…, 3, 3]` @param points `[…, P, 3]`, leading axes broadcast @returns `[…, P, 3]`
 */
export function rotatePoints(rotation: Tensor, points: Tensor): Tensor {
  needMatrix('rotatePoints', rotation, points);
  if (points.rank < 2 || points.shape.at(-1) !== 3)
    throw shapeError('rotatePoints', [rotation.shape, points.shape], 'needs points […, P, 3]');
  return points.matmul(transpose3x3(rotation));
}

/** The transpose, which for a rotation is its inverse. @param matrix `[…, 3, 3]` */
export function transpose3x3(matrix: Tensor): Tensor {
  needMatrix('transpose3x3', matrix);
  const axes = [...matrix.shape.keys()];
  return matrix.transpose([...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/**
 * The rotation by `|v|` radians about the axis `v` (Rodrigues' formula). Finite with its gradient at `v = 0`,
 * where it is the identity.
 * @param v `[…, 3]`
 * @returns `[…, 3, 3]`
 */
export function rotationFromAxisAngle(v: Tensor): Tensor {
  if (v.shape.at(-1) !== 3) throw shapeError('rotationFromAxisAngle', [v.shape], 'needs vectors […, 3]');
  const squared = v.square().sum(-1, true);
  const small = squared.less(1e-8);
  // The inner selection keeps the root away from zero, where its gradient is infinite; the outer one takes
  // the series.
  const safe = where(small, 1, squared);
  const angle = safe.sqrt();
  const sine = where(small, squared.mul(-1 / 6).add(1), angle.sin().div(angle));
  const half = angle.mul(0.5).sin();
  const versine = where(small, squared.mul(-1 / 24).add(0.5), half.square().mul(2).div(safe));
  // R = (1 − c θ²) I + s [v]× + c v vᵀ with s = sin θ / θ and c = (1 − cos θ) / θ².
  const outer = v.unsqueeze(-1).mul(v.unsqueeze(-2));
  const diagonal = versine
    .mul(squared)
    .mul(-1)
    .add(1)
    .unsqueeze(-1)
    .mul(constantLike(v, identity, [3, 3]));
  return diagonal.add(crossMatrix(v.mul(sine))).add(outer.mul(versine.unsqueeze(-1)));
}

/** The matrix `[v]×` with `[v]× · w = v × w`. @param v `[…, 3]` @returns `[…, 3, 3]` */
export function crossMatrix(v: Tensor): Tensor {
  if (v.shape.at(-1) !== 3) throw shapeError('crossMatrix', [v.shape], 'needs vectors […, 3]');
  return v
    .reshape([-1, 3])
    .matmul(constantLike(v, generators, [3, 9]))
    .reshape([...v.shape, 3]);
}

/**
 * The rotation whose first two columns are the six numbers, made orthonormal (Zhou et al. 2019, "On the
 * continuity of rotation representations in neural networks", eq. 15). The identity is `(1, 0, 0, 0, 1, 0)`.
 * @param x `[…, 6]`: first column, second column; not parallel, not zero
 * @returns `[…, 3, 3]`
 */
export function rotationFrom6d(x: Tensor): Tensor {
  if (x.shape.at(-1) !== 6) throw shapeError('rotationFrom6d', [x.shape], 'needs six numbers […, 6]');
  const first = normalize(x.slice(-1, 0, 3));
  const raw = x.slice(-1, 3, 6);
  const second = normalize(raw.sub(first.mul(first.mul(raw).sum(-1, true))));
  return stack([first, second, cross(first, second)], x.rank);
}

/** What the outer product, the components and 1 give to each of the nine functions, read off src/math. */
const polynomial = harmonicPolynomial();

/**
 * The nine real spherical harmonics of orders 0–2, in the order `1, y, z, x, xy, yz, 3z²−1, xz, x²−y²` with
 * orthonormal factors (docs/conventions.md).
 * @param normals `[…, 3]` unit vectors, camera space
 * @returns `[…, 9]`
 */
export function sphericalHarmonics(normals: Tensor): Tensor {
  if (normals.shape.at(-1) !== 3)
    throw shapeError('sphericalHarmonics', [normals.shape], 'needs vectors […, 3]');
  const rows = normals.reshape([-1, 3]);
  return outerProducts(rows)
    .matmul(constantLike(rows, polynomial.squares, [9, 9]))
    .add(rows.matmul(constantLike(rows, polynomial.linear, [3, 9])))
    .add(constantLike(rows, polynomial.constant, [9]))
    .reshape([...normals.shape.slice(0, -1), 9]);
}

/**
 * The irradiance of each colour channel at unit normals; it may be negative where a light is not physical.
 * @param normals `[B, …, 3]` unit vectors, camera space
 * @param light `[B, 27]` irradiance coefficients `[R0…R8, G0…G8, B0…B8]`
 * @returns `[B, …, 3]`, linear red, green, blue
 */
export function irradiance(normals: Tensor, light: Tensor): Tensor {
  const [batch] = normals.shape;
  if (normals.rank < 2 || normals.shape.at(-1) !== 3 || light.shape.join() !== `${batch},27`) {
    throw shapeError(
      'irradiance',
      [normals.shape, light.shape],
      'expected normals [B, …, 3] and light [B, 27]',
    );
  }
  // As in src/math: the light becomes one polynomial per channel, so that a normal costs no nine basis
  // values.
  const coefficients = light.reshape([batch!, 3, 9]).transpose([0, 2, 1]);
  const rows = normals.reshape([batch!, -1, 3]);
  const part = (values: Float64Array): Tensor =>
    constantLike(light, values, [values.length / 9, 9]).matmul(coefficients);
  return outerProducts(rows)
    .matmul(part(polynomial.squares))
    .add(rows.matmul(part(polynomial.linear)))
    .add(part(polynomial.constant))
    .reshape(normals.shape);
}

const eachThrice = Float64Array.from({ length: 27 }, (_, i) =>
  Math.floor((i % 9) / 3) === Math.floor(i / 9) ? 1 : 0,
);
const allThrice = Float64Array.from({ length: 27 }, (_, i) => (i % 3 === Math.floor(i / 9) ? 1 : 0));

/**
 * The nine products of components. Repeated by thin matrix products: broadcasting along an axis of three, and
 * summing its gradient, took five times as long on a CPU.
 * @param v `[…, 3]` @returns `[…, 9]`, row-major
 */
const outerProducts = (v: Tensor): Tensor =>
  v.matmul(constantLike(v, eachThrice, [3, 9])).mul(v.matmul(constantLike(v, allThrice, [3, 9])));

function needMatrix(operation: string, matrix: Tensor, other?: Tensor): void {
  if (matrix.rank < 2 || matrix.shape.at(-1) !== 3 || matrix.shape.at(-2) !== 3) {
    throw shapeError(
      operation,
      other === undefined ? [matrix.shape] : [matrix.shape, other.shape],
      'needs 3×3 matrices […, 3, 3]',
    );
  }
}

/**
 * The coefficients of the host's polynomials of degree two, found by evaluating them: there is one source of
 * constants.
 */
function harmonicPolynomial(): { squares: Float64Array; linear: Float64Array; constant: Float64Array } {
  const at = (x: number, y: number, z: number): Float64Array =>
    hostSphericalHarmonics(x, y, z, new Float64Array(9));
  const unit = (i: number, sign = 1): [number, number, number] =>
    [0, 1, 2].map((k) => (k === i ? sign : 0)) as [number, number, number];
  const constant = at(0, 0, 0);
  const squares = new Float64Array(81);
  const linear = new Float64Array(27);
  for (let k = 0; k < 9; k++) {
    for (let i = 0; i < 3; i++) {
      const plus = at(...unit(i))[k]! - constant[k]!;
      const minus = at(...unit(i, -1))[k]! - constant[k]!;
      linear[9 * i + k] = (plus - minus) / 2;
      squares[9 * (3 * i + i) + k] = (plus + minus) / 2;
      for (let j = 0; j < i; j++) {
        const both = unit(i).map((value, axis) => value + (axis === j ? 1 : 0)) as [number, number, number];
        const mixed = at(...both)[k]! - at(...unit(i))[k]! - at(...unit(j))[k]! + constant[k]!;
        squares[9 * (3 * i + j) + k] = squares[9 * (3 * j + i) + k] = mixed / 2;
      }
    }
  }
  return { squares, linear, constant };
}
