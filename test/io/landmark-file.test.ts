import { describe, expect, it } from 'vitest';
import { readPoints, readPts } from '../../src/io/landmark-file.js';

describe('readPts', () => {
  it('reads points, counted from 1 there and from ½ here', () => {
    expect(readPts('version: 1\nn_points:  2\n{\n1.0 1.0\n10.25 7.5\n}\n')).toEqual([0.5, 0.5, 9.75, 7]);
  });

  it('says what is wrong', () => {
    expect(() => readPts('x y')).toThrow(/no \.pts file/);
    expect(() => readPts('version: 1\nn_points: 3\n{\n1 1\n2 2\n}')).toThrow(/promises 3 points and has 2/);
    expect(() => readPts('n_points: 1\n{\n1 nan\n}')).toThrow(/"nan" is no number/);
  });

  it('takes no longer than the file is long', () => {
    expect(() => readPts('n_points: 1 '.repeat(200_000))).toThrow(/no \.pts file/);
    expect(() => readPts(`n_points: ${'1'.repeat(1_000_000)}`)).toThrow(/no \.pts file/);
  });
});

describe('readPoints', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('reads rows with spaces, commas or semicolons', () => {
    expect(readPoints(bytes('1 2 3\n4,5,6\r\n7;8;9\n'), 3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('refuses rows of another length', () => {
    expect(() => readPoints(bytes('1 2 3 4'), 3)).toThrow(/holds 4 numbers; expected rows of 3/);
    expect(() => readPoints(bytes(''), 2)).toThrow(/holds 0 numbers/);
  });
});
