import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import type { HostType } from '../../src/runtime/session.js';

/** y = x · [2, 3] + [1, 1], any number of rows. */
export function tinyNetwork(): Uint8Array {
  const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
  return encodeOnnx({
    name: 'tiny',
    opsets: { '': 17 },
    nodes: [
      { opType: 'Mul', inputs: ['x', 'gain'], outputs: ['scaled'] },
      { opType: 'Add', inputs: ['scaled', 'offset'], outputs: ['y'] },
    ],
    constants: [
      { name: 'gain', type: 'float32', dims: [2], data: floats(2, 3) },
      { name: 'offset', type: 'float32', dims: [2], data: floats(1, 1) },
    ],
    inputs: [{ name: 'x', type: 'float32', dims: ['rows', 2] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['rows', 2] }],
  });
}

/** y = op(x), and the same once more as z. */
export function elementwiseNetwork(opType: string, type: HostType, dims: readonly number[]): Uint8Array {
  return encodeOnnx({
    name: 'elementwise',
    opsets: { '': 17 },
    nodes: ['y', 'z'].map((name) => ({ opType, inputs: ['x'], outputs: [name] })),
    constants: [],
    inputs: [{ name: 'x', type, dims }],
    outputs: ['y', 'z'].map((name) => ({ name, type, dims })),
  });
}
