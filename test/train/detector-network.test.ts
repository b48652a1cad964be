import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { plainValues, valuesPerAnchor } from '../../src/detect/detection.js';
import { decodeOnnx } from '../../src/graph/onnx/decode.js';
import { encodeOnnx, type OnnxTensor } from '../../src/graph/onnx/encode.js';
import { assetFiles, assetPath } from '../../src/node/files/assets.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { detectorParameters, withPoses } from '../../src/train/detector-network.js';
import { retrainedFile } from '../../src/train/retrained-file.js';

const side = 64;
let shipped: Uint8Array;
beforeAll(async () => {
  shipped = await readFile(assetPath(assetFiles.detector));
});

async function outputsOf(network: Uint8Array): Promise<{ scores: Float32Array; boxes: Float32Array }> {
  const data = new Float32Array(3 * side * side);
  createRandom('detector network').fillUniform(data);
  const session = await nodeRuntime({ threads: 1 }).createSession(network);
  try {
    const outputs = await session.run({ image: { dims: [1, 3, side, side], data } });
    return {
      scores: floatOutput(outputs, 'scores').slice(),
      boxes: floatOutput(outputs, 'boxes').slice(),
    };
  } finally {
    await session.release();
  }
}

/** The same network with the first 16 values of each anchor only: what it was before it had poses. */
function withoutPoses(network: Uint8Array): Uint8Array {
  const model = decodeOnnx(network);
  const isWide = ({ dims }: OnnxTensor): boolean => dims[0]! % valuesPerAnchor === 0 && dims[0]! > 0;
  const wide = new Set(
    model.nodes
      .filter(({ opType }) => opType === 'Conv')
      .flatMap(({ inputs }) => inputs.slice(1))
      .filter((name) => isWide(model.constants.find((other) => other.name === name)!)),
  );
  const constants = model.constants.map((constant): OnnxTensor => {
    if (constant.type === 'int64' && constant.dims[0] === 3) {
      const sizes = new BigInt64Array(Uint8Array.from(constant.data).buffer);
      if (sizes.at(-1) === BigInt(valuesPerAnchor)) sizes[2] = BigInt(plainValues);
      return { ...constant, data: new Uint8Array(sizes.buffer) };
    }
    if (!wide.has(constant.name)) return constant;
    const anchors = constant.dims[0]! / valuesPerAnchor;
    const row = constant.data.length / constant.dims[0]!;
    const data = new Uint8Array(anchors * plainValues * row);
    for (let k = 0; k < anchors; k++)
      data.set(
        constant.data.subarray(k * valuesPerAnchor * row, (k * valuesPerAnchor + plainValues) * row),
        k * plainValues * row,
      );
    return { ...constant, dims: [anchors * plainValues, ...constant.dims.slice(1)], data };
  });
  const outputs = model.outputs.map((value) =>
    value.name === 'boxes' ? { ...value, dims: [...value.dims.slice(0, -1), plainValues] } : value,
  );
  return encodeOnnx({ ...model, constants, outputs });
}

describe('withPoses', () => {
  it('leaves a network that has poses as it is', () => {
    expect(withPoses(withPoses(shipped))).toEqual(withPoses(shipped));
  });

  it('adds five zeros to the values of each anchor and changes nothing else', async () => {
    const plain = decodeOnnx(shipped).outputs.some(({ dims }) => dims.at(-1) === plainValues)
      ? shipped
      : withoutPoses(shipped);
    const before = await outputsOf(plain);
    const after = await outputsOf(withPoses(plain));
    expect(after.scores).toEqual(before.scores);
    const anchors = before.scores.length;
    expect(after.boxes).toHaveLength(anchors * valuesPerAnchor);
    for (let k = 0; k < anchors; k++) {
      const values = after.boxes.subarray(k * valuesPerAnchor, (k + 1) * valuesPerAnchor);
      const expected = before.boxes.subarray(k * plainValues, (k + 1) * plainValues);
      expected.forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, 3);
      });
      expect([...values.subarray(plainValues)]).toEqual([0, 0, 0, 0, 0]);
    }
  });
});

describe('retrainedFile', () => {
  it('puts weights into the file that come out again, with the description', () => {
    const parameters = detectorParameters(shipped);
    const name = Object.keys(parameters)[0]!;
    const changed = { ...parameters, [name]: parameters[name]!.map((value) => value + 1) };
    const file = retrainedFile(shipped, changed, 'changed');
    expect(detectorParameters(file)).toEqual(changed);
    expect(decodeOnnx(file).description).toBe('changed');
  });

  it('names a weight that is of another size', () => {
    const name = Object.keys(detectorParameters(shipped))[0]!;
    expect(() => retrainedFile(shipped, { [name]: new Float32Array(1) }, '')).toThrow(name);
  });
});
