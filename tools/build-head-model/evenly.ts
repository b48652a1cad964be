/** A pixel or a place in millimetres. */
export type Place = readonly number[];

/** The place a share of the way from one to another. */
export const between = (a: Place, b: Place, share: number): Place =>
  a.map((value, axis) => value + share * (b[axis]! - value));

/** A place on a line of points: after point `from`, `share` of the way to the next. */
export interface Step {
  readonly from: number;
  readonly share: number;
}

/**
 * Places at even distances along a line.
 * @param first share of its length where the first lies @param last where the last lies
 */
export function evenSteps(line: readonly Place[], first: number, last: number, count: number): Step[] {
  const length = [0];
  for (let i = 1; i < line.length; i++)
    length.push(length[i - 1]! + Math.hypot(...line[i]!.map((value, axis) => value - line[i - 1]![axis]!)));
  return Array.from({ length: count }, (_, i) => {
    const goal = (first + ((last - first) * i) / (count - 1)) * length.at(-1)!;
    let from = 0;
    while (from < line.length - 2 && length[from + 1]! < goal) from++;
    const way = length[from + 1]! - length[from]!;
    return { from, share: way > 0 ? (goal - length[from]!) / way : 0 };
  });
}

/** The same as points. */
export const evenly = (line: readonly Place[], first: number, last: number, count: number): Place[] =>
  evenSteps(line, first, last, count).map(({ from, share }) => between(line[from]!, line[from + 1]!, share));
