/**
 * Rotations as row-major 3×3 matrices, in the conventions of docs/conventions.md (right-handed, Euler order
 * YXZ, degrees).
 *
 * Inputs are any nine numbers; every function writes into `out` (a new Float64Array by default) and returns
 * it, so that hot loops can run without allocating. `out` may be one of the inputs.
 */

/** Nine numbers, row-major: element (row, column) is at `3 * row + column`. */
export type Matrix3 = ArrayLike<number>;

/** Head pose in degrees, applied as `Ry(yaw) · Rx(pitch) · Rz(roll)`. */
export interface EulerAngles {
  /** About +y; positive turns the face towards +x (picture right). */
  readonly yaw: number;
  /** About +x; positive turns the face down. In −90…90 when it comes from a matrix. */
  readonly pitch: number;
  /** About +z; positive turns the face anticlockwise in the picture. */
  readonly roll: number;
}

const radians = Math.PI / 180;

/** The identity matrix. */
export function identityRotation(): Float64Array {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** The product `a · b`: first `b` is applied, then `a`. */
export function multiplyRotations(a: Matrix3, b: Matrix3, out = new Float64Array(9)): Float64Array {
  const b0 = b[0]!;
  const b1 = b[1]!;
  const b2 = b[2]!;
  const b3 = b[3]!;
  const b4 = b[4]!;
  const b5 = b[5]!;
  const b6 = b[6]!;
  const b7 = b[7]!;
  const b8 = b[8]!;
  // b is held in locals, and each row of a is read before the same row of out is written: aliasing is safe.
  for (let row = 0; row < 9; row += 3) {
    const x = a[row]!;
    const y = a[row + 1]!;
    const z = a[row + 2]!;
    out[row] = x * b0 + y * b3 + z * b6;
    out[row + 1] = x * b1 + y * b4 + z * b7;
    out[row + 2] = x * b2 + y * b5 + z * b8;
  }
  return out;
}

/** The transpose, which for a rotation is its inverse. */
export function transposeRotation(r: Matrix3, out = new Float64Array(9)): Float64Array {
  const r1 = r[1]!;
  const r2 = r[2]!;
  const r5 = r[5]!;
  out[0] = r[0]!;
  out[4] = r[4]!;
  out[8] = r[8]!;
  out[1] = r[3]!;
  out[2] = r[6]!;
  out[5] = r[7]!;
  out[3] = r1;
  out[6] = r2;
  out[7] = r5;
  return out;
}

/**
 * Rotates points or normals: `out[i] = r · points[i]`.
 *
 * @param points `[x, y, z]` triples, any length divisible by 3.
 * @param out Receives the triples; may be `points` itself.
 */
export function rotatePoints<T extends Float32Array | Float64Array>(
  r: Matrix3,
  points: ArrayLike<number>,
  out: T,
): T {
  const r0 = r[0]!;
  const r1 = r[1]!;
  const r2 = r[2]!;
  const r3 = r[3]!;
  const r4 = r[4]!;
  const r5 = r[5]!;
  const r6 = r[6]!;
  const r7 = r[7]!;
  const r8 = r[8]!;
  for (let i = 0; i + 2 < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    out[i] = r0 * x + r1 * y + r2 * z;
    out[i + 1] = r3 * x + r4 * y + r5 * z;
    out[i + 2] = r6 * x + r7 * y + r8 * z;
  }
  return out;
}

/** The rotation by `|v|` radians about the axis `v` (Rodrigues' formula); `v = 0` gives the identity. */
export function rotationFromAxisAngle(v: ArrayLike<number>, out = new Float64Array(9)): Float64Array {
  const x = v[0]!;
  const y = v[1]!;
  const z = v[2]!;
  const angleSquared = x * x + y * y + z * z;
  const angle = Math.sqrt(angleSquared);
  // sin θ / θ and (1 − cos θ) / θ², by series where the quotients lose digits.
  const s = angle < 1e-4 ? 1 - angleSquared / 6 : Math.sin(angle) / angle;
  const half = Math.sin(angle / 2);
  const c = angle < 1e-4 ? 0.5 - angleSquared / 24 : (2 * half * half) / angleSquared;
  out[0] = 1 - c * (y * y + z * z);
  out[1] = c * x * y - s * z;
  out[2] = c * x * z + s * y;
  out[3] = c * x * y + s * z;
  out[4] = 1 - c * (x * x + z * z);
  out[5] = c * y * z - s * x;
  out[6] = c * x * z - s * y;
  out[7] = c * y * z + s * x;
  out[8] = 1 - c * (x * x + y * y);
  return out;
}

/**
 * Derivatives of {@link rotationFromAxisAngle} with respect to the three components of `v`.
 *
 * @returns 27 numbers: three row-major matrices ∂R/∂v₀, ∂R/∂v₁, ∂R/∂v₂ (Gallego & Yezzi 2015, "A compact
 *   formula for the derivative of a 3-D rotation in exponential coordinates", eq. 9).
 */
export function axisAngleDerivatives(v: ArrayLike<number>, out = new Float64Array(27)): Float64Array {
  const x = v[0]!;
  const y = v[1]!;
  const z = v[2]!;
  const angleSquared = x * x + y * y + z * z;
  const r = rotationFromAxisAngle(v);
  // Below about 1e-7 rad the formula divides rounding errors by θ²; there ∂R/∂v_k = [e_k]× to within 1e-7.
  const small = angleSquared < 1e-14;
  for (let k = 0; k < 3; k++) {
    const ex = k === 0 ? 1 : 0;
    const ey = k === 1 ? 1 : 0;
    const ez = k === 2 ? 1 : 0;
    // w = (v_k v + v × (I − R) e_k) / θ²; then ∂R/∂v_k = [w]× R.
    const dx = ex - r[k]!;
    const dy = ey - r[3 + k]!;
    const dz = ez - r[6 + k]!;
    const wx = small ? ex : (v[k]! * x + y * dz - z * dy) / angleSquared;
    const wy = small ? ey : (v[k]! * y + z * dx - x * dz) / angleSquared;
    const wz = small ? ez : (v[k]! * z + x * dy - y * dx) / angleSquared;
    for (let column = 0; column < 3; column++) {
      const a = r[column]!;
      const b = r[3 + column]!;
      const c = r[6 + column]!;
      out[9 * k + column] = wy * c - wz * b;
      out[9 * k + 3 + column] = wz * a - wx * c;
      out[9 * k + 6 + column] = wx * b - wy * a;
    }
  }
  return out;
}

/** The unit quaternion `[x, y, z, w]` (glTF's order) of a rotation, with `w ≥ 0`. */
export function rotationToQuaternion(r: Matrix3, out = new Float64Array(4)): Float64Array {
  const r0 = r[0]!;
  const r4 = r[4]!;
  const r8 = r[8]!;
  // Four times the squared components; dividing by the largest keeps full precision (Shepperd 1978).
  const ww = 1 + r0 + r4 + r8;
  const xx = 1 + r0 - r4 - r8;
  const yy = 1 - r0 + r4 - r8;
  const zz = 1 - r0 - r4 + r8;
  const wx = r[7]! - r[5]!;
  const wy = r[2]! - r[6]!;
  const wz = r[3]! - r[1]!;
  const xy = r[1]! + r[3]!;
  const xz = r[2]! + r[6]!;
  const yz = r[5]! + r[7]!;
  const largest = Math.max(ww, xx, yy, zz);
  if (largest === ww) out.set([wx, wy, wz, ww]);
  else if (largest === xx) out.set([xx, xy, xz, wx]);
  else if (largest === yy) out.set([xy, yy, yz, wy]);
  else out.set([xz, yz, zz, wz]);
  const scale = (out[3]! < 0 ? -1 : 1) / Math.hypot(out[0]!, out[1]!, out[2]!, out[3]!);
  for (let i = 0; i < 4; i++) out[i]! *= scale;
  return out;
}

/** The rotation of a quaternion `[x, y, z, w]`, which need not have length one but must not be zero. */
export function rotationFromQuaternion(q: ArrayLike<number>, out = new Float64Array(9)): Float64Array {
  const x = q[0]!;
  const y = q[1]!;
  const z = q[2]!;
  const w = q[3]!;
  const s = 2 / (x * x + y * y + z * z + w * w);
  out[0] = 1 - s * (y * y + z * z);
  out[1] = s * (x * y - z * w);
  out[2] = s * (x * z + y * w);
  out[3] = s * (x * y + z * w);
  out[4] = 1 - s * (x * x + z * z);
  out[5] = s * (y * z - x * w);
  out[6] = s * (x * z - y * w);
  out[7] = s * (y * z + x * w);
  out[8] = 1 - s * (x * x + y * y);
  return out;
}

/** The axis times the angle in radians (0…π) of a rotation: the inverse of {@link rotationFromAxisAngle}. */
export function rotationToAxisAngle(r: Matrix3, out = new Float64Array(3)): Float64Array {
  const q = rotationToQuaternion(r);
  const sine = Math.hypot(q[0]!, q[1]!, q[2]!);
  const scale = sine < 1e-12 ? 2 : (2 * Math.atan2(sine, q[3]!)) / sine;
  for (let i = 0; i < 3; i++) out[i] = q[i]! * scale;
  return out;
}

/** The rotation `Ry(yaw) · Rx(pitch) · Rz(roll)` of Euler angles in degrees. */
export function rotationFromEuler(angles: EulerAngles, out = new Float64Array(9)): Float64Array {
  const sy = Math.sin(angles.yaw * radians);
  const cy = Math.cos(angles.yaw * radians);
  const sp = Math.sin(angles.pitch * radians);
  const cp = Math.cos(angles.pitch * radians);
  const sr = Math.sin(angles.roll * radians);
  const cr = Math.cos(angles.roll * radians);
  out[0] = cy * cr + sy * sp * sr;
  out[1] = sy * sp * cr - cy * sr;
  out[2] = sy * cp;
  out[3] = cp * sr;
  out[4] = cp * cr;
  out[5] = -sp;
  out[6] = cy * sp * sr - sy * cr;
  out[7] = sy * sr + cy * sp * cr;
  out[8] = cy * cp;
  return out;
}

/**
 * The Euler angles in degrees of a rotation: yaw and roll in −180…180, pitch in −90…90.
 * Where the pitch is ±90° only yaw − roll or yaw + roll is determined; the roll is then reported as 0.
 */
export function rotationToEuler(r: Matrix3): EulerAngles {
  const cosPitch = Math.hypot(r[3]!, r[4]!);
  const pitch = Math.atan2(-r[5]!, cosPitch) / radians;
  if (cosPitch < 1e-9) return { yaw: Math.atan2(-r[6]!, r[0]!) / radians, pitch, roll: 0 };
  return { yaw: Math.atan2(r[2]!, r[8]!) / radians, pitch, roll: Math.atan2(r[3]!, r[4]!) / radians };
}
