/**
 * Vertices that hang on others: each is a weighted sum of base vertices plus an offset in mm, so that it
 * follows whatever moves them.
 */
export interface Hanging {
  readonly references: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
  readonly offsets: readonly (readonly number[])[];
}

/** Vertices that are base vertices themselves. */
export function hangingOn(baseVertices: readonly number[]): Hanging {
  return {
    references: baseVertices.map((v) => [v]),
    weights: baseVertices.map(() => [1]),
    offsets: baseVertices.map(() => [0, 0, 0]),
  };
}

export function joined(...all: readonly Hanging[]): Hanging {
  return {
    references: all.flatMap(({ references }) => references),
    weights: all.flatMap(({ weights }) => weights),
    offsets: all.flatMap(({ offsets }) => offsets),
  };
}
