import { expect } from 'vitest';

/** Expects two number lists to agree element by element within an absolute tolerance. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-10): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= tolerance)) {
      expect.fail(
        `element ${i}: ${actual[i]} differs from ${expected[i]} by ${difference}, more than ${tolerance}`,
      );
    }
  }
}
