import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MatError, readMat } from '../../src/io/mat.js';

// Written by SciPy 1.17.1: pt3d_68 = [[1, 2, 3], [4, 5, 6.5]] (double), Pose_Para = [[0.1, -0.5, 0.2]]
// (single), count = 7 (int32), a text.
const files = {
  plain:
    'TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IE1vbiBOb3YgMjMgMDg6MzM6MjYgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0OAAAAaAAAAAYAAAAIAAAABgAAAAAAAAAFAAAACAAAAAIAAAADAAAAAQAAAAcAAABwdDNkXzY4AAkAAAAwAAAAAAAAAAAA8D8AAAAAAAAQQAAAAAAAAABAAAAAAAAAFEAAAAAAAAAIQAAAAAAAABpADgAAAFAAAAAGAAAACAAAAAcAAAAAAAAABQAAAAgAAAABAAAAAwAAAAEAAAAJAAAAUG9zZV9QYXJhAAAAAAAAAAcAAAAMAAAAzczMPQAAAL/NzEw+AAAAAA4AAAA4AAAABgAAAAgAAAAMAAAAAAAAAAUAAAAIAAAAAQAAAAEAAAABAAAABQAAAGNvdW50AAAABQAEAAcAAAAOAAAAMAAAAAYAAAAIAAAABAAAAAAAAAAFAAAACAAAAAEAAAAEAAAAAQAEAG5hbWUQAAQAdGV4dA==',
  compressed:
    'TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IE1vbiBOb3YgMjMgMDg6MzM6MjYgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAAQAAAAHic42NgYMgAYjYg5oDSIMAK5TMBMTMQMwIxOxAXlBinxJtZMHAC2QYMMPDBHkILOEAFoLQIlOaA0lIOACTqBdsPAAAAPQAAAHic42NgYAgAYjYg5gBidgYIYIXyGYGYGUpzgtTmF6fGByQWJULVgdTzAPHZM2dsgdT+s2d87EDiAOayCaAPAAAAKQAAAHic42NgYLAAYjYg5gBiHgYIYIXyGZEwSCw5vzSvBMxmYWAH0gA3KQKvDwAAACoAAAB4nONjYGAwAGI2IOYAYhYGCGCF8hmhYoxAMi8xN1UASJekVpQAACh1A+I=',
};
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const inflate = (bytes: Uint8Array, maxOutputLength: number): Uint8Array =>
  inflateSync(bytes, { maxOutputLength });

describe('readMat', () => {
  it.each(Object.entries(files))('reads matrices of a %s file, row by row', (_, text) => {
    const matrices = readMat(bytesOf(text), inflate);
    const pose = matrices.get('Pose_Para')!;
    expect(matrices.get('pt3d_68')).toMatchObject({
      shape: [2, 3],
      data: Float64Array.of(1, 2, 3, 4, 5, 6.5),
    });
    expect(pose.shape).toEqual([1, 3]);
    expect(pose.data[1]).toBeCloseTo(-0.5, 6);
    expect(matrices.get('count')!.data[0]).toBe(7);
  });

  it('inflates no more than 32 MiB of all of a file', () => {
    const zeros = deflateSync(new Uint8Array(20 * 2 ** 20));
    const element = Buffer.alloc(8 + zeros.length);
    element.writeUInt32LE(15, 0);
    element.writeUInt32LE(zeros.length, 4);
    element.set(zeros, 8);
    const header = bytesOf(files.plain).slice(0, 128);
    expect(readMat(Buffer.concat([header, element]), inflate).size).toBe(0);
    expect(() => readMat(Buffer.concat([header, element, element]), inflate)).toThrow(/more than 32 MiB/);
    const bomb = deflateSync(new Uint8Array(40 * 2 ** 20));
    element.writeUInt32LE(bomb.length, 4);
    const whole = Buffer.concat([header, element.subarray(0, 8), bomb]);
    expect(() => readMat(whole, inflate)).toThrow(/more than 32 MiB/);
  });

  it('says what is wrong in one line', () => {
    expect(() => readMat(new Uint8Array(200), inflate)).toThrow(/no MATLAB file of version 5/);
    expect(() => readMat(bytesOf(files.plain).slice(0, 190), inflate)).toThrow(MatError);
    const broken = bytesOf(files.compressed);
    broken.fill(255, 150, 180);
    expect(() => readMat(broken, inflate)).toThrow(/damaged/);
  });
});
