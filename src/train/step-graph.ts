import { hostTypeOf } from '../runtime/session.js';
import type { HostTensor, HostType } from '../runtime/session.js';

/** A tensor that goes into or comes out of a graph. */
export interface StepValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: HostType;
}

/**
 * An ONNX model with what goes in and out of it. Names say what a value is for: inputs `parameters.<name>`
 * are fed from the trainer's parameters, outputs `grad.<name>` are the loss's gradient by them, `value` is
 * the loss, and `extra.<name>` is handed to the caller.
 */
export interface StepGraph {
  readonly model: Uint8Array;
  readonly inputs: readonly StepValue[];
  readonly outputs: readonly StepValue[];
}

/**
 * What a step learns from: tensors by the names of graph inputs, and what the host function wants besides.
 */
export type Batch = Readonly<Record<string, HostTensor>>;

/**
 * The part of a step between its two graphs, such as a rasteriser.
 *
 * It gets all outputs of the forward graph, whose arrays are reused by the next step, and returns inputs of
 * the backward graph. It may also return `value` and `extra.<name>`.
 */
export type HostFunction = (
  forwardOutputs: Batch,
  batch: Batch,
) => Record<string, HostTensor> | Promise<Record<string, HostTensor>>;

/** One graph that computes the loss and its gradient. */
export interface JointGraphs {
  readonly gradient: StepGraph;
}

/**
 * A graph each before and after a host function. Forward outputs named like backward inputs are handed over.
 */
export interface SplitGraphs {
  readonly forward: StepGraph;
  readonly host: HostFunction;
  readonly backward: StepGraph;
}

export type TrainingGraphs = JointGraphs | SplitGraphs;

/** Prefixes of names with a meaning. */
export const parameterPrefix = 'parameters.';
export const gradientPrefix = 'grad.';
export const extraPrefix = 'extra.';

/** A value as text, for error messages: `"images" (float32 [16, 3, 112, 112])`. */
export function describeValue({ name, type, shape }: StepValue): string {
  return `"${name}" (${type} [${shape.join(', ')}])`;
}

/**
 * Checks a tensor that is about to be fed.
 * @throws Error of one line, naming input, expected and received
 */
export function checkTensor(expected: StepValue, tensor: HostTensor | undefined, source: string): HostTensor {
  if (!tensor) throw new Error(`Trainer.step: ${source} lacks ${describeValue(expected)}.`);
  const { name, type, shape } = expected;
  const { dims } = tensor;
  if (
    hostTypeOf(tensor) !== type ||
    dims.length !== shape.length ||
    !shape.every((size, axis) => size === dims[axis])
  ) {
    throw new Error(
      `Trainer.step: ${source} should have ${describeValue(expected)}, received ${describeValue({ name, type: hostTypeOf(tensor), shape: dims })}.`,
    );
  }
  return tensor;
}

/** The shape of every parameter that the graphs take, in the order of first use. */
export function parameterShapes(graphs: TrainingGraphs): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const graph of 'gradient' in graphs ? [graphs.gradient] : [graphs.forward, graphs.backward]) {
    for (const { name, shape } of graph.inputs) {
      if (name.startsWith(parameterPrefix) && !shapes.has(name.slice(parameterPrefix.length)))
        shapes.set(name.slice(parameterPrefix.length), shape);
    }
  }
  return shapes;
}
