import { describe, expect, it } from 'vitest';
import { MeshFileError } from '../../src/io/read-obj.js';
import { readPly } from '../../src/io/read-ply.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const xyz = 'property float x\nproperty float y\nproperty float z\n';

describe('readPly', () => {
  it('reads polygons as fans, and passes over colours and other elements', () => {
    const mesh = readPly(
      bytes(
        `ply\r\nformat ascii 1.0\r\ncomment element vertex 9\r\nelement vertex 4\r\nproperty uchar red\r\n${xyz.replaceAll('\n', '\r\n')}element edge 1\r\nproperty int a\r\nelement face 2\r\nproperty uchar red\r\nproperty list uchar int vertex_index\r\nend_header\r\n9 0 0 0\r\n9 1 0 0\r\n9 1 1 0\r\n9 0 1 0\r\n7\r\n8 4 0 1 2 3\r\n8 3 2 1 0\r\n`,
      ),
    );
    expect([...mesh.positions]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
    expect([...mesh.triangles]).toEqual([0, 1, 2, 0, 2, 3, 2, 1, 0]);
  });

  it.each([
    ['ply\nformat ascii 1.0\nelement vertex 999999999999999\nend_header\n', /has no properties/],
    [`ply\nformat ascii 1.0\nelement vertex 999999999999999\n${xyz}end_header\n1 2 3\n`, /ends before/],
    [`ply\nformat binary_little_endian 1.0\nelement vertex 4e9\n${xyz}end_header\n`, /has no count/],
    [`ply\nformat binary_big_endian 1.0\nelement vertex 9999999999\n${xyz}end_header\n123`, /ends before/],
    [`ply\nformat ascii 1.0\nelement vertex 1\n${xyz}end_header\nnan 0 0\n`, /vertex 1 is no finite point/],
    [`ply\nformat ascii 1.0\nelement vertex 1\n${xyz}end_header\n1e39 0 0\n`, /vertex 1 is no finite point/],
    [
      `ply\nformat ascii 1.0\nelement vertex 1\n${xyz}element face 1\nproperty list uint uint vertex_indices\nend_header\n0 0 0\n3 0 0 4294967296\n`,
      /a face names vertex 4294967297 of 1/,
    ],
    [
      'ply\nformat ascii 1.0\nelement vertex 1\nproperty list float float x\nend_header\n1e400 1\n',
      /no x, y and z/,
    ],
    [
      'ply\nformat ascii 1.0\nelement x 1\nproperty list float float x\nend_header\n1e400 1\n',
      /a list in it has no length/,
    ],
    ['ply\nformat ascii 1.0\nelement vertex 1\nproperty wide x\nend_header\n1\n', /of no known type/],
    ['plain', /no PLY file/],
    [`ply\nformat text 1.0\nend_header\n`, /its format is none/],
  ])('says what is wrong in one line: %j', (text, line) => {
    expect(() => readPly(bytes(text))).toThrow(MeshFileError);
    expect(() => readPly(bytes(text))).toThrow(line);
  });
});
