import { expect } from 'vitest';

type Numbers = ArrayLike<number> & ArrayBufferView;

const isNumbers = (value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && 'length' in value && !(value instanceof BigInt64Array);

// Pictures and heads are arrays of some hundred thousand numbers, which by vitest itself are compared key by
// key, a hundred times as slowly.
expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    if (!isNumbers(a) || !isNumbers(b) || a.constructor !== b.constructor) return undefined;
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
    return true;
  },
]);
