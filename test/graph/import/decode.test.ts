import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfValue, readHost } from '../../../src/graph/import/value.js';
import { decodeOnnx } from '../../../src/graph/onnx/decode.js';
import { encodeOnnx } from '../../../src/graph/onnx/encode.js';
import type { OnnxModel } from '../../../src/graph/onnx/encode.js';
import { elementTypes, modelType } from '../../../src/graph/onnx/schema.js';
import { floats, ints, modelOf, stored, wave } from './networks.js';

const model: OnnxModel = {
  ...modelOf({
    opset: 21,
    inputs: { x: wave([2, 3]) },
    constants: { w: wave([3, 2]), axes: ints([1, -1]) },
    outputs: { y: 'float32' },
    nodes: [
      { name: 'product', opType: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
      {
        name: 'odd',
        opType: 'Odd',
        domain: 'com.example',
        inputs: ['h', ''],
        outputs: ['y'],
        attributes: {
          i: { int: -3 },
          f: { float: 0.5 },
          s: { string: 'text' },
          ints: { ints: [1, -2] },
          floats: { floats: [0.25] },
          t: { tensor: stored('', floats([1, 2])) },
        },
      },
    ],
  }),
  description: 'words',
  opsets: { '': 21, 'com.example': 3 },
};

/** A file with one constant whose message is given in full. */
const withTensor = (tensor: object): Uint8Array =>
  modelType
    .encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: { name: 'test', initializer: [{ name: 'w', ...tensor }] },
    })
    .finish();

describe('decodeOnnx', () => {
  it('is the inverse of encodeOnnx', () => {
    expect(decodeOnnx(encodeOnnx(model))).toEqual(model);
    expect(decodeOnnx(Buffer.from(encodeOnnx(model)))).toEqual(model);
  });

  it('names free dimensions and leaves out inputs that have a value', () => {
    const bytes = modelType
      .encode({
        irVersion: 3,
        opsetImport: [{ version: 9 }],
        graph: {
          initializer: [{ name: 'w', dims: [], dataType: 1, floatData: [1] }],
          input: [
            {
              name: 'x',
              type: {
                tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'batch' }, { dimValue: 3 }, {}] } },
              },
            },
            { name: 'w', type: { tensorType: { elemType: 1, shape: { dim: [] } } } },
          ],
        },
      })
      .finish();
    expect(decodeOnnx(bytes).inputs).toEqual([{ name: 'x', type: 'float32', dims: ['batch', 3, 'x_2'] }]);
  });

  it('says in one line what is wrong with a name of several', () => {
    const bytes = modelType
      .encode({ opsetImport: [{ version: 9 }], graph: { input: [{ name: 'a\nb', type: {} }] } })
      .finish();
    expect(() => decodeOnnx(bytes)).toThrow(/^decodeOnnx: "a\\nb" is no tensor[^\n]*$/);
  });

  it.each([
    ['float32', { floatData: [1.5, -2] }, [1.5, -2]],
    ['float64', { doubleData: [1.5, -2] }, [1.5, -2]],
    ['int64', { int64Data: [7, -2] }, [7, -2]],
    ['int32', { int32Data: [7, -2] }, [7, -2]],
    ['int16', { int32Data: [7, -2] }, [7, -2]],
    ['int8', { int32Data: [7, -2] }, [7, -2]],
    ['uint8', { int32Data: [7, 255] }, [7, 255]],
    ['uint16', { int32Data: [7, 65535] }, [7, 65535]],
    ['uint32', { uint64Data: [7, 4294967295] }, [7, 4294967295]],
    ['uint64', { uint64Data: [7, 8] }, [7, 8]],
    ['bool', { int32Data: [0, 1] }, [0, 1]],
    ['float16', { int32Data: [0x3c00, 0xc000] }, [1, -2]],
    ['bfloat16', { int32Data: [0x3f80, 0xc000] }, [1, -2]],
  ] as const)('reads %s stored as numbers', (type, data, values) => {
    const [tensor] = decodeOnnx(withTensor({ dims: [2], dataType: elementTypes[type], ...data })).constants;
    expect([...readHost(tensor!).data]).toEqual(values);
  });

  it.each([
    [
      'another file',
      withTensor({
        dims: [2],
        dataType: 1,
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'weights.bin' }],
      }),
      /^decodeOnnx: the values of "w" are in weights\.bin; store them in the ONNX file itself/,
    ],
    [
      'too few values',
      withTensor({ dims: [2, 3], dataType: 1, floatData: [1] }),
      /^decodeOnnx: "w" is float32\[2, 3\] and needs 24 bytes, the file has 4\.$/,
    ],
    [
      'unknown types',
      withTensor({ dims: [1], dataType: 21, int32Data: [1] }),
      /^decodeOnnx: "w" has the element type 21 of TensorProto\.DataType/,
    ],
    [
      'sparse constants',
      modelType
        .encode({
          irVersion: 8,
          opsetImport: [{ version: 17 }],
          graph: { sparseInitializer: [new Uint8Array(2)] },
        })
        .finish(),
      /^decodeOnnx: the file has sparse constants/,
    ],
    ['an empty file', new Uint8Array(), /^decodeOnnx: the file is empty\.$/],
    [
      'text',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:12'),
      /^decodeOnnx: this is no ONNX file \(56 bytes, beginning "version https:\/\/git-lfs\."\)\.$/,
    ],
    [
      'a web page',
      new TextEncoder().encode('<!doctype html>'),
      /^decodeOnnx: this is no ONNX file \(15 bytes, beginning "<!doctype html>"\)\.$/,
    ],
    [
      'an image',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0),
      /^decodeOnnx: this is no ONNX file \(10 bytes/,
    ],
  ])('refuses %s', (_, bytes, message) => expect(() => decodeOnnx(bytes)).toThrow(message));

  it('refuses files that are cut off anywhere, in one line', () => {
    const bytes = readFileSync(new URL('../../../assets/networks/face-detector.onnx', import.meta.url));
    const small = encodeOnnx({ ...model, opsets: { '': 21 } });
    for (let length = 1; length < small.length; length++) {
      expect(() => decodeOnnx(small.subarray(0, length)), String(length)).toThrow(
        /^decodeOnnx: the file \(\d+ bytes\) is cut off or damaged \([^\n]*\); fetch it again\.$/,
      );
    }
    for (const length of [1, 2, 100, 1e4, bytes.length - 1])
      expect(() => decodeOnnx(bytes.subarray(0, length))).toThrow(/is cut off or damaged/);
  });

  it('throws errors of one line whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeOnnx(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/^decodeOnnx: [^\n]*$/);
        }
      }),
    );
  });

  it('reads the special values of float16', () => {
    expect([0x7c00, 0xfc00, 0x7e00, 0x0001, 0x8000].map(halfValue)).toEqual([
      Infinity,
      -Infinity,
      NaN,
      2 ** -24,
      -0,
    ]);
  });
});
