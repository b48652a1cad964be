import { halfTensor } from '../graph/export/half-precision.js';
import { decodeOnnx } from '../graph/onnx/decode.js';
import { encodeOnnx, type OnnxTensor } from '../graph/onnx/encode.js';

/**
 * The same network with other weights, stored as they were, in 16 or 32 bits.
 * @param parameters those that are missing stay
 * @throws Error naming a weight of another size
 */
export function retrainedFile(
  bytes: Uint8Array,
  parameters: Readonly<Record<string, Float32Array>>,
  description: string,
): Uint8Array {
  const model = decodeOnnx(bytes);
  const constants = model.constants.map((constant): OnnxTensor => {
    const values = parameters[constant.name];
    if (!values) return constant;
    if (values.length !== constant.dims.reduce((product, size) => product * size, 1))
      throw new Error(`weight "${constant.name}" is of another size; is it a checkpoint of this network?`);
    const plain: OnnxTensor = { ...constant, type: 'float32', data: new Uint8Array(values.slice().buffer) };
    return constant.type === 'float16' ? halfTensor(plain) : plain;
  });
  return encodeOnnx({ ...model, description, constants });
}
