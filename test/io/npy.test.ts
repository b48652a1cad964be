import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/io/npy.js';

// Written by NumPy 2.4.6.
const files = {
  float64:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAAABAAAAAAAAACEAAAAAAAAAQQAAAAAAAABRAAAAAAAAAGkA=',
  'columns first, float32':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AACAQAAAAEAAAKBAAABAQAAA0EA=',
  int64:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAP7/////////AwAAAAAAAAAEAAAAAAAAAA==',
};
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

describe('readNpy', () => {
  it('reads numbers of every width, row by row', () => {
    expect(readNpy(bytesOf(files.float64))).toEqual({
      shape: [2, 3],
      data: Float64Array.of(1, 2, 3, 4, 5, 6.5),
    });
    expect(readNpy(bytesOf(files['columns first, float32']))).toEqual({
      shape: [2, 3],
      data: Float64Array.of(1, 2, 3, 4, 5, 6.5),
    });
    expect(readNpy(bytesOf(files.int64))).toEqual({ shape: [2, 2], data: Float64Array.of(1, -2, 3, 4) });
  });

  it('says what is wrong in one line', () => {
    expect(() => readNpy(new Uint8Array(20))).toThrow(/no \.npy file/);
    expect(() => readNpy(bytesOf(files.float64).slice(0, -8))).toThrow(/ends after 168 of 176 bytes/);
    const nan = bytesOf(files.float64);
    nan.fill(255, -8);
    expect(() => readNpy(nan)).toThrow(/not finite/);
    const text = Buffer.from(files.float64, 'base64').toString('latin1').replace('<f8', '|O8');
    expect(() => readNpy(Uint8Array.from(Buffer.from(text, 'latin1')))).toThrow(/it holds "\|O8"/);
    for (const [kind, shown] of [
      ['<\n8', '<?8'],
      ['constructor', 'constructor'],
    ] as const) {
      const odd = Buffer.from(files.float64, 'base64').toString('latin1').replace('<f8', kind);
      expect(() => readNpy(Uint8Array.from(Buffer.from(odd, 'latin1')))).toThrow(`it holds "${shown}"`);
    }
  });
});
