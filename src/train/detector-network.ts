import { plainValues, valuesPerAnchor } from '../detect/detection.js';
import { decodeOnnx } from '../graph/onnx/decode.js';
import { encodeOnnx, type OnnxModel, type OnnxTensor } from '../graph/onnx/encode.js';

/**
 * The weights of a detector that a training changes, by their names in the file: all but those before the
 * first pooling. These see edges and colours, which covers do not change, and their gradients would take two
 * thirds of a step's time.
 */
export function detectorParameters(bytes: Uint8Array): Record<string, Float32Array> {
  const model = decodeOnnx(bytes);
  const pooling = model.nodes.findIndex(({ opType }) => opType === 'MaxPool');
  const first = new Set(model.nodes.slice(0, pooling).flatMap(({ inputs }) => inputs));
  return Object.fromEntries(
    model.constants
      .filter(({ name, type }) => type === 'float32' && !first.has(name))
      .map(({ name, data }) => [name, floats(data)]),
  );
}

/**
 * A detector of boxes and key points that also has room for poses, all zero: `boxes` gets 21 values per
 * anchor instead of 16, by further rows in the convolutions that make them. One that has poses stays as it
 * is.
 * @throws Error when the network is not built so
 */
export function withPoses(bytes: Uint8Array): Uint8Array {
  const model = decodeOnnx(bytes);
  const output = model.outputs.find(({ name }) => name === 'boxes');
  if (output?.dims.at(-1) === valuesPerAnchor) return bytes;
  const shape = `${output?.dims.join('×') ?? 'none'}`;
  if (output?.dims.at(-1) !== plainValues)
    throw new Error(`withPoses: expected an output "boxes" of 16 values per anchor, received ${shape}.`);
  const wider = new Map<string, OnnxTensor>();
  const reshapes = model.nodes.filter(({ opType }) => opType === 'Reshape');
  for (const node of convolutionsOf(model, 'boxes'))
    for (const name of node.inputs.slice(1)) {
      const constant = model.constants.find((other) => other.name === name)!;
      wider.set(name, withRows(constant));
    }
  for (const { inputs } of reshapes) {
    const target = model.constants.find(({ name }) => name === inputs[1]);
    const sizes = target && new BigInt64Array(Uint8Array.from(target.data).buffer);
    if (target && sizes?.at(-1) === BigInt(plainValues)) {
      sizes[sizes.length - 1] = BigInt(valuesPerAnchor);
      wider.set(target.name, { ...target, data: new Uint8Array(sizes.buffer) });
    }
  }
  return encodeOnnx({
    ...model,
    constants: model.constants.map((constant) => wider.get(constant.name) ?? constant),
    outputs: model.outputs.map((value) =>
      value.name === 'boxes' ? { ...value, dims: [...value.dims.slice(0, -1), valuesPerAnchor] } : value,
    ),
  });
}

/** The last convolutions before an output, through whatever only arranges values. */
function convolutionsOf(model: OnnxModel, output: string): OnnxModel['nodes'] {
  const node = model.nodes.find(({ outputs }) => outputs.includes(output));
  if (!node) return [];
  return node.opType === 'Conv' ? [node] : node.inputs.flatMap((input) => convolutionsOf(model, input));
}

/** A convolution's weights or biases with rows of zero after every 16. */
function withRows(constant: OnnxTensor): OnnxTensor {
  const [rows, ...rest] = constant.dims;
  const size = rest.reduce((product, value) => product * value, 1);
  const anchors = rows! / plainValues;
  const before = floats(constant.data);
  const after = new Float32Array(anchors * valuesPerAnchor * size);
  for (let k = 0; k < anchors; k++)
    after.set(
      before.subarray(k * plainValues * size, (k + 1) * plainValues * size),
      k * valuesPerAnchor * size,
    );
  return { ...constant, dims: [anchors * valuesPerAnchor, ...rest], data: bytesOf(after) };
}

const floats = (data: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(data).buffer);
const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.slice().buffer);
