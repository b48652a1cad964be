import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/encode.js';

/**
 * One graph for any batch size from the same function lowered for two: they may differ in nothing but sizes
 * that are multiples of the batch, which are then computed from the first input that has one.
 * @throws Error naming the operator whose dependence on the batch size is of another kind
 */
export function freeBatch(
  a: OnnxModel,
  b: OnnxModel,
  [batchA, batchB]: readonly [number, number],
): OnnxModel {
  const constantsA = new Map(a.constants.map((tensor) => [tensor.name, tensor]));
  const constantsB = new Map(b.constants.map((tensor) => [tensor.name, tensor]));
  const refuse = (node: OnnxNode): Error =>
    new Error(
      `exportOnnx: ${node.opType} depends on the batch size in a way that no fixed graph can have, such as a mean over the batch.`,
    );
  if (a.nodes.length !== b.nodes.length)
    throw new Error('exportOnnx: the function does something else for another batch size.');
  const free = freeDims(a.inputs, b.inputs, batchA, batchB);
  const source = free.find((value) => value.dims.includes(BATCH));
  const nodes: OnnxNode[] = [];
  const added = new Map<string, OnnxTensor>();
  const int64 = (values: readonly number[]): string => {
    const name = `size_${values.join('_').replaceAll('-', 'm')}`;
    added.set(name, {
      name,
      type: 'int64',
      dims: [values.length],
      data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    });
    return name;
  };
  let batchMade = false;
  /** The name of a one-element tensor: a size known now, or the batch size times a factor. */
  const size = (value: number, factor: number | undefined): string => {
    if (factor === undefined) return int64([value]);
    if (!batchMade) {
      const axis = source!.dims.indexOf(BATCH);
      nodes.push({
        opType: 'Shape',
        inputs: [source!.name],
        outputs: ['batch_size'],
        attributes: { start: { int: axis }, end: { int: axis + 1 } },
      });
      batchMade = true;
    }
    if (factor === 1) return 'batch_size';
    const name = `batch_size_x${factor}`;
    if (!nodes.some((node) => node.outputs[0] === name))
      nodes.push({ opType: 'Mul', inputs: ['batch_size', int64([factor])], outputs: [name] });
    return name;
  };
  a.nodes.forEach((node, i) => {
    const other = b.nodes[i]!;
    if (
      node.opType !== other.opType ||
      node.domain !== other.domain ||
      JSON.stringify(node.attributes) !== JSON.stringify(other.attributes)
    )
      throw refuse(node);
    const inputs = node.inputs.map((input, k): string => {
      const left = constantsA.get(input);
      const right = constantsB.get(other.inputs[k]!);
      if (left === undefined || right === undefined) {
        if (input !== other.inputs[k]) throw refuse(node);
        return input;
      }
      if (equalBytes(left.data, right.data)) return input;
      if (left.type !== 'int64' || source === undefined || left.dims.join() !== right.dims.join())
        throw refuse(node);
      const [m, n] = [int64Values(left), int64Values(right)];
      const factors = m.map((value, j) => {
        if (value === n[j]) return undefined;
        if (value % batchA !== 0 || value / batchA !== n[j]! / batchB) throw refuse(node);
        return value / batchA;
      });
      const varying = factors.filter((factor) => factor !== undefined).length;
      // A reshape finds one unknown size by itself.
      if (node.opType === 'Reshape' && varying === 1)
        return int64(m.map((value, j) => (factors[j] === undefined ? value : -1)));
      const name = `sizes_${node.outputs[0]}_${k}`;
      const parts = m.map((value, j) => size(value, factors[j]));
      nodes.push({ opType: 'Concat', inputs: parts, outputs: [name], attributes: { axis: { int: 0 } } });
      return name;
    });
    nodes.push({ ...node, inputs });
  });
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    ...a,
    nodes,
    inputs: free,
    outputs: freeDims(a.outputs, b.outputs, batchA, batchB),
    constants: [...a.constants, ...added.values()].filter((tensor) => used.has(tensor.name)),
  };
}

const BATCH = 'batch';

function freeDims(
  a: readonly OnnxValue[],
  b: readonly OnnxValue[],
  batchA: number,
  batchB: number,
): OnnxValue[] {
  return a.map((value, i) => ({
    ...value,
    dims: value.dims.map((size, axis) => {
      const other = b[i]!.dims[axis];
      if (size === other) return size;
      if (size === batchA && other === batchB) return BATCH;
      throw new Error(
        `exportOnnx: axis ${axis} of "${value.name}" is ${size} for a batch of ${batchA}; only the batch size itself can stay free.`,
      );
    }),
  }));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  // Millions of weights: a call for each is ten times as slow.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
const int64Values = (tensor: OnnxTensor): number[] =>
  Array.from(new BigInt64Array(tensor.data.slice().buffer), Number);
