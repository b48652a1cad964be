/** The value of an IEEE 754 half-precision bit pattern. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The half-precision bit pattern of a value that one can hold exactly.
 * @throws Error when rounding would be needed: weights must not change silently
 */
export function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === 0) return sign;
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const fraction = magnitude * 2 ** (10 - exponent);
  const bits = sign | (fraction < 1024 ? fraction : ((exponent + 15) << 10) + (fraction - 1024));
  if (halfToFloat(bits) !== value)
    throw new Error(`floatToHalf: ${value} has no exact 16-bit form; store the tensor as float32.`);
  return bits;
}

/** The half-precision value nearest to a value within its range; ties go to the even one. */
export function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  const step = 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -14) - 10);
  if (magnitude === 0) return value;
  if (magnitude > 65504) throw new Error(`nearestHalf: ${value} is beyond what 16 bits hold.`);
  const steps = magnitude / step;
  const low = Math.floor(steps);
  const rest = steps - low;
  return Math.sign(value) * step * (rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low);
}
