/** A value for the y axis and one for the x axis, or one for the start and one for the end of an axis. */
export type Pair = readonly [number, number];

/** One number for all four sides, or `[[top, bottom], [left, right]]`. */
export type Padding = number | readonly [Pair, Pair];

/** One number for both axes, or one each, checked to be an integer of at least `least`. @internal */
export function pairOf(operation: string, name: string, value: number | Pair, least: number): Pair {
  const pair: Pair = typeof value === 'number' ? [value, value] : value;
  if (pair.length !== 2 || !pair.every((item) => Number.isInteger(item) && item >= least)) {
    throw new Error(
      `${operation}: ${name} must be one or two integers of at least ${least}, got [${pair.join(', ')}].`,
    );
  }
  return pair;
}

/** The four sides of a padding, checked. @internal */
export function paddingOf(operation: string, value: Padding): readonly [Pair, Pair] {
  if (typeof value === 'number') {
    const pair = pairOf(operation, 'padding', value, 0);
    return [pair, pair];
  }
  return [pairOf(operation, 'padding', value[0], 0), pairOf(operation, 'padding', value[1], 0)];
}
