/** How a path may run. */
export interface PathOptions {
  /** Rows that it may change by from one column to the next. */
  readonly bend: number;
  /** What each row of change costs. */
  readonly stiffness: number;
}

/**
 * The path from the first to the last column along which values sum up to most: one row for each column, by
 * dynamic programming (Amini et al. 1990).
 * @param values columns×rows, column by column
 * @returns the row in each column
 */
export function strongestPath(
  values: Float32Array,
  rows: number,
  { bend, stiffness }: PathOptions,
): Int16Array {
  const columns = values.length / rows;
  const best = Float32Array.from(values);
  const cameFrom = new Int16Array(values.length);
  for (let at = rows; at < values.length; at++) {
    const row = at % rows;
    const before = at - row - rows;
    let most = -Infinity;
    for (let from = Math.max(0, row - bend); from <= Math.min(rows - 1, row + bend); from++) {
      const value = best[before + from]! - stiffness * Math.abs(from - row);
      if (value <= most) continue;
      most = value;
      cameFrom[at] = from;
    }
    best[at] = values[at]! + most;
  }
  const path = new Int16Array(columns);
  const last = best.subarray(best.length - rows);
  path[columns - 1] = last.indexOf(Math.max(...last));
  for (let column = columns - 1; column > 0; column--)
    path[column - 1] = cameFrom[column * rows + path[column]!]!;
  return path;
}

/**
 * The same around a circle: the last column is beside the first. Nearly closed, as the middle of a path twice
 * around is.
 */
export function strongestRing(values: Float32Array, rows: number, options: PathOptions): Int16Array {
  const columns = values.length / rows;
  const twice = new Float32Array(2 * values.length);
  twice.set(values);
  twice.set(values, values.length);
  const path = strongestPath(twice, rows, options);
  const half = columns >> 1;
  return Int16Array.from({ length: columns }, (_, k) => path[k < half ? columns + k : k]!);
}
