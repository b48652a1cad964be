import { takingTurns } from './taking-turns.js';
import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-web';
import { hostTypeOf } from './session.js';
import type { HostTensor, HostType, Session, TensorData } from './session.js';

export interface OrtPackage {
  readonly Tensor: TensorConstructor;
  /**
   * Whether outputs that are passed in are written. ONNX Runtime Web takes them and leaves them as they are
   * (1.30).
   */
  readonly writesOutputs: boolean;
}

type Outputs = Readonly<Record<string, HostTensor | null>>;

const hostTypes: ReadonlySet<string> = new Set<HostType>(['float32', 'int32', 'int64', 'uint8', 'bool']);

/** Our contract on top of a session of either ONNX Runtime package; both share these types. */
export function wrapSession(session: InferenceSession, { Tensor, writesOutputs }: OrtPackage): Session {
  const { inputNames, outputNames } = session;
  const [allInputs, allOutputs] = [new Set(inputNames), new Set(outputNames)];
  const known = new WeakMap<HostTensor, OrtTensor>();
  const toOrt = (tensor: HostTensor): OrtTensor => {
    const converted = known.get(tensor) ?? convert(tensor, Tensor);
    known.set(tensor, converted);
    return converted;
  };
  // A WebAssembly session refuses a run while another is under way; queued, callers need not know of each
  // other.
  const queued = takingTurns();
  const compute = async (
    feeds: Readonly<Record<string, HostTensor>>,
    outputs: Outputs,
  ): Promise<Record<string, HostTensor>> => {
    checkNames('input', allInputs, feeds);
    checkNames('output', allOutputs, outputs);
    const place = (tensor: HostTensor | null): OrtTensor | null =>
      tensor && writesOutputs ? toOrt(tensor) : null;
    const results = await session.run(mapValues(feeds, toOrt), mapValues(outputs, place));
    return mapValues(outputs, (own, name) => {
      const result = results[name]!;
      if (!own) return fromOrt(name, result);
      if (!writesOutputs) copyInto(name, own, result);
      return own;
    });
  };
  return {
    inputNames,
    outputNames,
    inputDims: Object.fromEntries(
      session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []]),
    ),
    run: (feeds, outputs = Object.fromEntries(outputNames.map((name) => [name, null]))) =>
      queued(() => compute(feeds, outputs)).catch((error: unknown) => {
        throw new Error(`Session.run: ${oneLine(error)}`, { cause: error });
      }),
    release: () => queued(() => session.release()),
  };
}

/** ONNX Runtime's message without line breaks and without the places in its sources. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .replace(/\/onnxruntime_src\/\S+:\d+\s+(?:.* was false\. )?/g, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('; ') || 'unknown error'
  );
}

function mapValues<In, Out>(
  values: Readonly<Record<string, In>>,
  map: (value: In, name: string) => Out,
): Record<string, Out> {
  const result: Record<string, Out> = {};
  for (const name in values) result[name] = map(values[name]!, name);
  return result;
}

function checkNames(kind: string, names: ReadonlySet<string>, used: object): void {
  for (const name in used) {
    if (!names.has(name))
      throw new Error(`the network has no ${kind} "${name}"; it has ${[...names].join(', ')}`);
  }
}

function convert(tensor: HostTensor, TensorClass: TensorConstructor): OrtTensor {
  const { data, dims } = tensor;
  if (data instanceof Float32Array) return new TensorClass('float32', data, dims);
  if (data instanceof Int32Array) return new TensorClass('int32', data, dims);
  if (data instanceof BigInt64Array) return new TensorClass('int64', data, dims);
  // The constructor's types want an array of booleans for "bool"; bytes are what it stores either way.
  return tensor.type === 'bool'
    ? new TensorClass('bool', data as unknown as readonly boolean[], dims)
    : new TensorClass('uint8', data, dims);
}

function fromOrt(name: string, { type, dims, data }: OrtTensor): HostTensor {
  if (!hostTypes.has(type))
    throw new Error(`output "${name}" has type ${type}; expected ${[...hostTypes].join(', ')}`);
  return type === 'bool' ? { dims, data: data as Uint8Array, type } : { dims, data: data as TensorData };
}

function copyInto(name: string, target: HostTensor, source: OrtTensor): void {
  const [expected, received] = [
    `${hostTypeOf(target)} [${target.dims.join(', ')}]`,
    `${source.type} [${source.dims.join(', ')}]`,
  ];
  if (expected !== received)
    throw new Error(`output "${name}" is ${received}, the tensor passed for it is ${expected}`);
  // Both are arrays of the same class now.
  (target.data as Uint8Array).set(source.data as Uint8Array);
}
