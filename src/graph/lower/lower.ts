import type { OnnxModel } from '../onnx/encode.js';
import { isLiteral, shapeOf } from '../program.js';
import type { Equation, Operand, Program } from '../program.js';
import type { TensorType } from '../tensor.js';
import { contiguous } from './arrange.js';
import { contract } from './contraction.js';
import { convolution } from './convolution.js';
import type { ConvolutionParams } from './convolution.js';
import { elementwise } from './elementwise.js';
import type { Part } from './elementwise.js';
import { Emitter, bytesOf, portableTarget } from './emitter.js';
import type { LoweringTarget, Stored } from './emitter.js';
import { fuse } from './fuse.js';
import type { Epilogue } from './fuse.js';
import { gather, scatterAdd, sort } from './indexing.js';
import type { Indexing } from './indexing.js';
import { concatenate, pad, reshape, shrink, split } from './movement.js';
import { reduceWindows, unwindow, windows } from './pooling.js';
import type { Windows } from './pooling.js';
import { reduceView } from './reduction.js';
import type { Reduction } from './reduction.js';
import { broadcastView, contiguousView, expandView, flipView, transposeView } from './view.js';
import type { View } from './view.js';

export interface LoweringOptions {
  readonly target?: LoweringTarget;
  readonly name?: string;
  readonly description?: string;
}

/** An ONNX graph and the shapes of the values in it. */
export interface LoweredGraph {
  readonly model: OnnxModel;
  readonly valueOf: (name: string) => Stored | undefined;
}

/**
 * Translates a program to an ONNX graph (operator set 17) with the same input and output names.
 * @throws Error naming a primitive or an element type that has no ONNX form
 */
export const lower = (program: Program, options: LoweringOptions = {}): OnnxModel =>
  lowerWithShapes(program, options).model;

/** Like `lower`, for those who go on to take the graph apart. */
export function lowerWithShapes(
  program: Program,
  { target = portableTarget, name = 'rogue', description }: LoweringOptions = {},
): LoweredGraph {
  const emitter = new Emitter(target);
  const values = new Map<number, View>();
  const inputs = program.inputs.map(([label, { id, shape, type }]): Stored => {
    const stored = emitter.register({ name: label, dims: shape, type });
    values.set(
      id,
      target.hugeKernels && isKernel(shape, type) ? channelsLast(emitter, stored) : contiguousView(stored),
    );
    return stored;
  });
  program.constants.forEach(({ variable: { id, shape, type }, data }, i) => {
    values.set(id, contiguousView(emitter.constant(`constant_${i}`, bytesOf(data, type), shape, type)));
  });
  const read = (operand: Operand): View =>
    isLiteral(operand)
      ? contiguousView(emitter.scalar(operand.literal, operand.type))
      : values.get(operand.id)!;
  for (const equation of fuse(program).equations) {
    const results = lowerEquation(emitter, equation, read);
    equation.outputs.forEach((output, i) => values.set(output.id, results[i]!));
  }
  const outputs = program.outputs.map(([label, operand]): Stored => {
    const stored = contiguous(emitter, expandView(read(operand), shapeOf(operand)));
    return emitter.emit('Identity', [stored], stored.dims, stored.type, { output: { string: label } });
  });
  const model = nameOutputs(
    emitter.finish(name, inputs, outputs, description),
    program.outputs.map(([label]) => label),
  );
  const named = new Map(
    outputs.map((stored, i) => [program.outputs[i]![0], { ...stored, name: program.outputs[i]![0] }]),
  );
  return { model, valueOf: (value) => named.get(value) ?? emitter.lookup(value) };
}

const isKernel = (shape: readonly number[], type: TensorType): boolean =>
  type === 'float32' &&
  shape.length === 4 &&
  shape[2]! * shape[3]! > 1 &&
  shape[2]! * shape[3]! <= 64 &&
  shape[0]! * shape[1]! >= 256;

/**
 * A convolution's weights as [O, kh, kw, I]. Everything that happens to weights (standardising, cutting into
 * phases, mirroring, blocking of channels) then works on long runs, and their gradient comes in this order.
 */
function channelsLast(emitter: Emitter, stored: Stored): View {
  return transposeView(contiguousView(emitter.transpose(stored, [0, 2, 3, 1])), [0, 3, 1, 2]);
}

/**
 * Gives the graph's outputs their names, without a copy where a node of the graph makes nothing but this
 * output.
 */
function nameOutputs(model: OnnxModel, labels: readonly string[]): OnnxModel {
  const renamed = new Map<string, string>();
  const made = new Set(model.nodes.flatMap((node) => node.outputs));
  const identities = new Map(
    model.nodes.filter((node) => node.opType === 'Identity').map((node) => [node.outputs[0]!, node]),
  );
  const nodes = new Set(model.nodes);
  model.outputs.forEach((output, i) => {
    const identity = identities.get(output.name)!;
    const source = identity.inputs[0]!;
    if (made.has(source) && !renamed.has(source)) {
      renamed.set(source, labels[i]!);
      nodes.delete(identity);
    } else renamed.set(output.name, labels[i]!);
  });
  const rename = (value: string): string => renamed.get(value) ?? value;
  return {
    ...model,
    nodes: [...nodes].map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
      ...(node.opType === 'Identity' ? { attributes: {} } : {}),
    })),
    outputs: model.outputs.map((output, i) => ({ ...output, name: labels[i]! })),
  };
}

const unary: Record<string, string> = {
  neg: 'Neg',
  reciprocal: 'Reciprocal',
  floor: 'Floor',
  ceil: 'Ceil',
  sin: 'Sin',
  cos: 'Cos',
  asin: 'Asin',
  atan: 'Atan',
  exp: 'Exp',
  log: 'Log',
  erf: 'Erf',
  sqrt: 'Sqrt',
  relu: 'Relu',
};
const binary: Record<string, string> = {
  add: 'Add',
  mul: 'Mul',
  sub: 'Sub',
  div: 'Div',
  min: 'Min',
  max: 'Max',
};
const comparisons: Record<string, string> = {
  less: 'Less',
  less_equal: 'LessOrEqual',
  equal: 'Equal',
  not_equal: 'Equal',
};
const logic: Record<string, string> = { and: 'And', or: 'Or', xor: 'Xor' };

function lowerEquation(emitter: Emitter, equation: Equation, read: (operand: Operand) => View): View[] {
  const { primitive, params } = equation;
  const output = equation.outputs[0]!;
  const { shape, type } = output;
  const views = (): View[] => equation.inputs.map(read);
  const map = (
    operator: string,
    parts: readonly Part[] = scalars(),
    result: TensorType = type,
    attributes = {},
  ): View =>
    elementwise(emitter, shape, parts, result, (inputs, dims) =>
      emitter.emit(operator, inputs, dims, result, attributes),
    );
  /** Operands of one element type, literals as scalars. */
  function scalars(wanted: TensorType = type): Part[] {
    return equation.inputs.map((x): Part =>
      isLiteral(x) ? emitter.scalar(x.literal, wanted) : casted(emitter, read(x), wanted),
    );
  }
  const operator = unary[primitive] ?? binary[primitive];
  if (operator !== undefined) {
    if (type === 'bool') return [map(operator === 'Min' || operator === 'Mul' ? 'And' : 'Or')];
    return [map(operator)];
  }
  const [x, ...others] = views();
  switch (primitive) {
    case 'idiv':
      if (type !== 'int32') break;
      return [map('Div')];
    case 'mod':
      // The sign of the dividend, as in C.
      return [map('Mod', scalars(), type, { fmod: { int: 1 } })];
    case 'erfc': {
      const erf = map('Erf');
      return [
        elementwise(emitter, shape, [emitter.scalar(1, type), erf], type, (inputs, dims) =>
          emitter.emit('Sub', inputs, dims, type),
        ),
      ];
    }
    case 'cast':
      return [casted(emitter, x!, type)];
    case 'compare': {
      const op = params['op'] as string;
      const operands = equation.inputs.map((input) => input.type);
      const wanted = operands.every((t) => t === 'bool')
        ? 'int32'
        : (operands.find((t) => t.startsWith('float')) ?? 'int32');
      const compared = map(comparisons[op]!, scalars(wanted), 'bool');
      return [
        op === 'not_equal'
          ? elementwise(emitter, shape, [compared], 'bool', (inputs, dims) =>
              emitter.emit('Not', inputs, dims, 'bool'),
            )
          : compared,
      ];
    }
    case 'bit_combine':
      if (type !== 'bool') break;
      return [map(logic[params['op'] as string]!)];
    case 'where': {
      const [condition, ...choices] = equation.inputs;
      const parts = [
        read(condition!),
        ...choices.map((c): Part =>
          isLiteral(c) ? emitter.scalar(c.literal, type) : casted(emitter, read(c), type),
        ),
      ];
      return [map('Where', parts)];
    }
    case 'reduce':
      return [reduceView(emitter, x!, params['op'] as Reduction, params['axis'] as number[])];
    case 'dot':
      return [contract(emitter, x!, others[0]!, contractionShape(equation))];
    case 'conv': {
      const { bias, addend, relu } = (params['epilogue'] ?? {}) as Epilogue<number>;
      const operand = (at: number): View => read(equation.inputs[at]!);
      return [
        convolution(emitter, x!, others[0]!, params as unknown as ConvolutionParams, shape, {
          ...(bias === undefined ? {} : { bias: operand(bias) }),
          ...(addend === undefined ? {} : { addend: operand(addend) }),
          ...(relu === true ? { relu } : {}),
        }),
      ];
    }
    case 'pool':
      return [windows(emitter, x!, params as unknown as Windows)];
    case 'pool_transpose':
      return [unwindow(emitter, x!, params as unknown as Windows, shape)];
    case 'pool_reduce':
      return [reduceWindows(emitter, x!, params as unknown as Windows, params['op'] as 'Add' | 'Max', shape)];
    case 'concatenate':
      return [
        concatenate(
          emitter,
          equation.inputs.map((input) => casted(emitter, read(input), type)),
          params['axis'] as number,
        ),
      ];
    case 'split':
      return split(emitter, x!, params['axis'] as number, params['sizes'] as number[]);
    case 'gather':
      return [gather(emitter, x!, others, params as unknown as Indexing)];
    case 'scatter': {
      const op = params['op'] as string | undefined;
      if (op !== undefined && op !== 'add')
        throw new Error(`lower: the primitive "scatter" with "${op}" has no ONNX form here; only "add" has.`);
      return [scatterAdd(emitter, x!, others, { ...(params as unknown as Indexing), shape })];
    }
    case 'transpose':
      return [transposeView(x!, params['perm'] as number[])];
    case 'broadcast':
      return [broadcastView(x!, shape, params['axis'] as number[])];
    case 'reshape':
      return [reshape(emitter, x!, shape)];
    case 'flip':
      return [flipView(x!, params['axis'] as number[])];
    case 'shrink':
      return [shrink(emitter, x!, params['slice'] as [number, number][])];
    case 'pad':
      return [pad(emitter, x!, params['width'] as [number, number][])];
    case 'sort':
      return [sort(emitter, x!)[0]];
    case 'argsort':
      return sort(emitter, x!);
    default:
  }
  throw new Error(
    `lower: the primitive "${primitive}" on ${type} has no ONNX form here; compute it outside and pass it in as an input.`,
  );
}

const casted = (emitter: Emitter, view: View, type: TensorType): View =>
  view.stored.type === type ? view : { ...view, stored: emitter.cast(view.stored, type) };

/** The common shape of a contraction's operands, its summed axis last. */
function contractionShape(equation: Equation): number[] {
  const [a, b] = equation.inputs.map(shapeOf) as [readonly number[], readonly number[]];
  return [...equation.outputs[0]!.shape, Math.max(a.at(-1) ?? 1, b.at(-1) ?? 1)];
}
