/** Fixed decimals without trailing zeros; never an exponent, never −0. */
export function fixed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)) + 0);
}
