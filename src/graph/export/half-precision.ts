import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/encode.js';

/** The largest float16. */
const LARGEST = 65504;
/**
 * Constants from here on mean infinity, such as the border of a maximum pooling, and become the largest
 * float16.
 */
const INFINITE = 1e30;

/**
 * The graph with its constants stored and its values computed in float16; inputs and outputs stay float32.
 * @throws Error when a constant is beyond the range of float16
 */
export function toHalfPrecision(model: OnnxModel): OnnxModel {
  const isFloat = (value: OnnxValue): boolean => value.type === 'float32';
  const inner = new Map(
    [...model.inputs, ...model.outputs].filter(isFloat).map((value) => [value.name, `${value.name}_half`]),
  );
  const rename = (name: string): string => inner.get(name) ?? name;
  const cast = (from: string, to: string, type: number): OnnxNode => ({
    opType: 'Cast',
    inputs: [from],
    outputs: [to],
    attributes: { to: { int: type } },
  });
  const nodes = model.nodes.map((node): OnnxNode => {
    const to = node.attributes?.['to'];
    const attributes =
      node.opType === 'Cast' && to !== undefined && 'int' in to && to.int === 1
        ? { attributes: { to: { int: 10 } } }
        : {};
    return { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename), ...attributes };
  });
  return {
    ...model,
    nodes: [
      ...model.inputs.filter(isFloat).map(({ name }) => cast(name, rename(name), 10)),
      ...nodes,
      ...model.outputs.filter(isFloat).map(({ name }) => cast(rename(name), name, 1)),
    ],
    constants: model.constants.map((tensor) => (tensor.type === 'float32' ? halfTensor(tensor) : tensor)),
  };
}

/** Constants smaller than this are not worth a conversion, values. */
const SMALL = 256;

/**
 * The graph with its large constants stored in float16 and widened where they are used: half the file, and
 * the runtime computes as before, since it widens them once when it loads the file.
 * @throws Error when a constant is beyond the range of float16
 */
export function storeInHalf(model: OnnxModel): OnnxModel {
  const large = model.constants.filter(({ type, data }) => type === 'float32' && data.length >= 4 * SMALL);
  const stored = new Map(
    large.map((tensor) => [tensor.name, { ...halfTensor(tensor), name: `${tensor.name}_half` }]),
  );
  return {
    ...model,
    constants: model.constants.map((tensor) => stored.get(tensor.name) ?? tensor),
    nodes: [
      ...large.map(({ name }): OnnxNode => ({
        opType: 'Cast',
        inputs: [stored.get(name)!.name],
        outputs: [name],
        attributes: { to: { int: 1 } },
      })),
      ...model.nodes,
    ],
  };
}

/** A constant of float32 in float16. @throws Error when a value is beyond the range of float16 */
export function halfTensor(tensor: OnnxTensor): OnnxTensor {
  const values = new Float32Array(tensor.data.slice().buffer);
  const halves = Uint16Array.from(values, (value) => {
    if (Math.abs(value) >= INFINITE) return halfBits(Math.sign(value) * LARGEST);
    if (Math.abs(value) > LARGEST)
      throw new Error(
        `exportOnnx: the constant ${tensor.name} has the value ${value}, beyond float16; export in float32.`,
      );
    return halfBits(value);
  });
  return { ...tensor, type: 'float16', data: new Uint8Array(halves.buffer) };
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest float16's bits, ties to even (IEEE 754). */
export function halfBits(value: number): number {
  float[0] = value;
  const raw = bits[0]!;
  const sign = (raw >>> 16) & 0x8000;
  const exponent = ((raw >>> 23) & 0xff) - 112;
  const mantissa = raw & 0x7fffff;
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (exponent >= 31) return sign | 0x7c00;
  // Below the smallest normal number the implicit one becomes explicit and moves right.
  const shift = exponent <= 0 ? 14 - exponent : 13;
  if (shift > 24) return sign;
  const full = exponent <= 0 ? mantissa | 0x800000 : mantissa | (exponent << 23);
  const kept = Math.floor(full / 2 ** shift);
  const rest = full - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  return sign | (rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept);
}
