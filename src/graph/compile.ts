import { lowerWithShapes } from './lower/lower.js';
import type { LoweringOptions } from './lower/lower.js';
import { encodeOnnx } from './onnx/encode.js';
import type { OnnxModel, OnnxValue } from './onnx/encode.js';
import { splitModel } from './split.js';
import { trace } from './trace.js';
import type { SpecTree, TensorTree, TensorsOf } from './trace.js';

/** What goes into or comes out of a compiled graph. */
export interface GraphValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32' | 'bool';
}

/** A function as an ONNX model, ready for a session of ONNX Runtime. */
export interface CompiledGraph {
  readonly model: Uint8Array;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

/**
 * Traces a function and lowers it to ONNX.
 * @param specs the record of inputs; a path such as `parameters.stem.weight` becomes the input's name
 * @example
 * const step = compile(
 *   ({ parameters, image }) => valueAndGrad((p) => loss(network(p, image)))(parameters),
 *   specs,
 * );
 * @throws Error naming the operation, and the shapes or the primitive, that is not possible
 */
export function compile<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: Specs,
  options: LoweringOptions = {},
): CompiledGraph {
  return compiled(lowerWithShapes(trace(fn, specs), options).model);
}

/** The two halves of a function: `forward` ends at the boundary, `backward` does the rest. */
export interface SplitGraph {
  readonly forward: CompiledGraph;
  /** Takes, beside inputs of the function, outputs of `forward` under their names. */
  readonly backward: CompiledGraph;
}

/**
 * Compiles a function in two graphs so that the host can compute in between, such as a rasteriser that needs
 * the coefficients that a network predicts and gives the triangle ids that the loss needs. The forward graph
 * computes the outputs named in `boundary` and hands everything else that the rest needs of it over as
 * further outputs (residuals); what costs next to nothing is computed again instead. Layouts survive the cut:
 * residuals are handed over as they lie.
 * @param boundary names of outputs of `fn`
 * @param later names of inputs that are known only after the boundary
 * @throws Error when an output of the boundary needs an input that is known only later, or there is no such
 *   output
 */
export function splitAt<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: Specs,
  boundary: readonly string[],
  later: readonly string[],
  options: LoweringOptions = {},
): SplitGraph {
  const { forward, backward } = splitModel(lowerWithShapes(trace(fn, specs), options), boundary, later);
  return { forward: compiled(forward), backward: compiled(backward) };
}

function compiled(model: OnnxModel): CompiledGraph {
  const describe = ({ name, dims, type }: OnnxValue): GraphValue => ({
    name,
    shape: dims as readonly number[],
    type: type as GraphValue['type'],
  });
  return {
    model: encodeOnnx(model),
    inputs: model.inputs.map(describe),
    outputs: model.outputs.map(describe),
  };
}
