import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-web';
import type { Session, Tensor, TensorData } from './session.js';

/** Our contract on top of a session of either ONNX Runtime package; both share these types. */
export function wrapSession(session: InferenceSession, TensorClass: TensorConstructor): Session {
  // A WebAssembly session refuses a run while another is under way; queued, callers need not know of each other.
  let last: Promise<unknown> = Promise.resolve();
  const run = (feeds: Record<string, OrtTensor>): Promise<InferenceSession.ReturnType> => {
    const result = last.then(() => session.run(feeds));
    last = result.catch(() => undefined);
    return result;
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const converted = Object.entries(feeds).map(([name, tensor]): [string, OrtTensor] => [
        name,
        toOrt(tensor, TensorClass),
      ]);
      const results = await run(Object.fromEntries(converted));
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    release: () => session.release(),
  };
}

function toOrt({ data, dims }: Tensor, TensorClass: TensorConstructor): OrtTensor {
  if (data instanceof Float32Array) return new TensorClass('float32', data, dims);
  if (data instanceof Int32Array) return new TensorClass('int32', data, dims);
  if (data instanceof BigInt64Array) return new TensorClass('int64', data, dims);
  return new TensorClass('uint8', data, dims);
}

function fromOrt(name: string, value: OrtTensor): Tensor {
  if (!['float32', 'int32', 'int64', 'uint8'].includes(value.type)) {
    throw new Error(`Session.run: output "${name}" has type ${value.type}; expected float32, int32, int64 or uint8.`);
  }
  return { dims: value.dims, data: value.data as TensorData };
}
