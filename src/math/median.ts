/** The middle value, of an even count the greater of the two; at least one value is needed. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
