import { deflateSync } from 'node:zlib';

/** A file of NumPy (format 1.0) with numbers 0, 1, 2, … */
export function npyFile(kind: '<f8' | '<f4', shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, 'latin1');
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  const numbers = Array.from({ length: count }, (_, k) => k);
  const values = kind === '<f8' ? Float64Array.from(numbers) : Float32Array.from(numbers);
  return Uint8Array.from(Buffer.concat([start, header, Buffer.from(values.buffer)]));
}

/** A MATLAB file of version 5 with one matrix of two rows of three. */
export function matFile(compressed: boolean): Uint8Array {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126);
  const element = (type: number, content: Buffer): Buffer => {
    const padded = Buffer.alloc((content.length + 7) & ~7);
    content.copy(padded);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, padded]);
  };
  const matrix = element(
    14,
    Buffer.concat([
      element(6, Buffer.from(Uint32Array.of(6, 0).buffer)),
      element(5, Buffer.from(Int32Array.of(2, 3).buffer)),
      element(1, Buffer.from('pt3d_68')),
      element(9, Buffer.from(Float64Array.of(1, 4, 2, 5, 3, 6).buffer)),
    ]),
  );
  if (!compressed) return Uint8Array.from(Buffer.concat([header, matrix]));
  const packed = deflateSync(matrix);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(15, 0);
  head.writeUInt32LE(packed.length, 4);
  return Uint8Array.from(Buffer.concat([header, head, packed]));
}

/** A tetrahedron. */
export function plyFile(format: 'ascii' | 'binary_little_endian'): Uint8Array {
  const corners = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
  const faces = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3];
  const header = Buffer.from(
    `ply\nformat ${format} 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n` +
      'element face 4\nproperty list uchar int vertex_indices\nend_header\n',
  );
  if (format === 'ascii') {
    const rows = (values: readonly number[], start: string): string =>
      Array.from({ length: 4 }, (_, k) => `${start}${values.slice(3 * k, 3 * k + 3).join(' ')}\n`).join('');
    return Uint8Array.from(Buffer.concat([header, Buffer.from(rows(corners, '') + rows(faces, '3 '))]));
  }
  const lists = Buffer.alloc(4 * 13);
  for (let k = 0; k < 4; k++) {
    lists[13 * k] = 3;
    for (let i = 0; i < 3; i++) lists.writeInt32LE(faces[3 * k + i]!, 13 * k + 1 + 4 * i);
  }
  return Uint8Array.from(Buffer.concat([header, Buffer.from(Float32Array.from(corners).buffer), lists]));
}
