import { createHostTensor } from '../runtime/session.js';
import type { HostTensor, Runtime, Session } from '../runtime/session.js';
import { viewOf } from './parameter-store.js';
import type { ParameterStore } from './parameter-store.js';
import { checkTensor, extraPrefix, gradientPrefix, parameterPrefix } from './step-graph.js';
import type { Batch, JointGraphs, SplitGraphs, StepGraph, TrainingGraphs } from './step-graph.js';

/** What a step tells about its batch. */
export interface StepValues {
  /** The loss. */
  readonly value: number;
  /** The outputs `extra.<name>`, by name, in arrays of their own. */
  readonly extra: Readonly<Record<string, HostTensor>>;
}

/** Runs the graphs of a step on the parameters of a store and leaves the gradient there. */
export interface GradientComputer {
  /**
   * One after the other; the next call may follow when the promise has settled.
   * @throws Error of one line: an input is missing or of the wrong type or shape, the host function failed,
   *   or a graph did
   */
  compute(batch: Batch): Promise<StepValues>;
  release(): Promise<void>;
}

type Tensors = Readonly<Record<string, HostTensor>>;

/**
 * Loads the graphs.
 * @throws Error of one line when a graph cannot be loaded, or when graphs and store disagree on the
 *   parameters
 */
export async function createGradientComputer(
  runtime: Runtime,
  graphs: TrainingGraphs,
  store: ParameterStore,
): Promise<GradientComputer> {
  const last = 'gradient' in graphs ? graphs.gradient : graphs.backward;
  const parameters = storeTensors(graphs, store);
  const gradients = gradientTensors(last, store);
  return 'gradient' in graphs
    ? joint(await runtime.createSession(graphs.gradient.model), graphs, parameters, gradients)
    : split(runtime, graphs, parameters, gradients);
}

function joint(
  session: Session,
  { gradient }: JointGraphs,
  parameters: Tensors,
  gradients: Tensors,
): GradientComputer {
  const wanted = requested(gradient, gradients);
  return {
    async compute(batch) {
      const surplus = Object.keys(batch).find(
        (name) => !gradient.inputs.some((input) => input.name === name),
      );
      if (surplus !== undefined) throw new Error(`Trainer.step: the graph has no input "${surplus}".`);
      return valuesOf(await session.run(feedsOf(gradient, parameters, batch, 'the batch'), wanted));
    },
    release: () => session.release(),
  };
}

async function split(
  runtime: Runtime,
  { forward, host, backward }: SplitGraphs,
  parameters: Tensors,
  gradients: Tensors,
): Promise<GradientComputer> {
  const first = await runtime.createSession(forward.model);
  const second = await runtime.createSession(backward.model).catch(async (error: unknown) => {
    await first.release();
    throw error;
  });
  const kept = Object.fromEntries(
    forward.outputs
      .filter(({ name }) => !isReported(name))
      .map(({ name, type, shape }) => [name, createHostTensor(type, shape)]),
  );
  const fromForward = requested(forward, kept);
  const fromBackward = requested(backward, gradients);
  return {
    async compute(batch) {
      const outputs = await first.run(feedsOf(forward, parameters, batch, 'the batch'), fromForward);
      const hosted = await host(outputs, batch);
      const feeds = feedsOf(
        backward,
        parameters,
        { ...batch, ...outputs, ...hosted },
        'what batch, forward graph and host function give',
      );
      return valuesOf({ ...outputs, ...hosted, ...(await second.run(feeds, fromBackward)) });
    },
    release: async () => {
      await Promise.all([first.release(), second.release()]);
    },
  };
}

const isReported = (name: string): boolean => name === 'value' || name.startsWith(extraPrefix);

/** All outputs of a graph: in place where there is a tensor for them, in new ones elsewhere. */
function requested({ outputs }: StepGraph, places: Tensors): Record<string, HostTensor | null> {
  return Object.fromEntries(outputs.map(({ name }) => [name, places[name] ?? null]));
}

function feedsOf(
  { inputs }: StepGraph,
  parameters: Tensors,
  others: Batch,
  source: string,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {};
  for (const input of inputs)
    feeds[input.name] = parameters[input.name] ?? checkTensor(input, others[input.name], source);
  return feeds;
}

function valuesOf(outputs: Tensors): StepValues {
  const value = outputs['value']?.data;
  if (!(value instanceof Float32Array) || value.length !== 1) {
    throw new Error(
      `Trainer.step: expected one float32 "value" from the graphs or the host function, received ${Object.keys(outputs).join(', ')}.`,
    );
  }
  const extra = Object.entries(outputs).filter(([name]) => name.startsWith(extraPrefix));
  return {
    value: value[0]!,
    extra: Object.fromEntries(extra.map(([name, tensor]) => [name.slice(extraPrefix.length), tensor])),
  };
}

/** The store's parameters as tensors of the shapes that the graphs give them. */
function storeTensors(graphs: TrainingGraphs, store: ParameterStore): Record<string, HostTensor> {
  const inputs =
    'gradient' in graphs ? graphs.gradient.inputs : [...graphs.forward.inputs, ...graphs.backward.inputs];
  const tensors: Record<string, HostTensor> = {};
  for (const range of store.ranges) {
    const name = parameterPrefix + range.name;
    const input = inputs.find((candidate) => candidate.name === name);
    if (!input)
      throw new Error(
        `createTrainer: the graphs have no input "${name}" for the initial parameter "${range.name}".`,
      );
    tensors[name] = inStore(store.parameters, range, input);
  }
  const missing = inputs.find(({ name }) => name.startsWith(parameterPrefix) && !tensors[name]);
  if (missing)
    throw new Error(
      `createTrainer: the initial parameters lack "${missing.name.slice(parameterPrefix.length)}".`,
    );
  return tensors;
}

function gradientTensors(graph: StepGraph, store: ParameterStore): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  for (const range of store.ranges) {
    const name = gradientPrefix + range.name;
    const output = graph.outputs.find((candidate) => candidate.name === name);
    if (!output)
      throw new Error(
        `createTrainer: the graph has no output "${name}"; a parameter without a gradient should be a constant.`,
      );
    tensors[name] = inStore(store.gradients, range, output);
  }
  const surplus = graph.outputs.find(({ name }) => name.startsWith(gradientPrefix) && !tensors[name]);
  if (surplus)
    throw new Error(`createTrainer: the graph gives "${surplus.name}", but there is no such parameter.`);
  return tensors;
}

function inStore(
  array: Float32Array,
  range: ParameterStore['ranges'][number],
  { name, type, shape }: StepGraph['inputs'][number],
): HostTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  if (type !== 'float32' || size !== range.length) {
    throw new Error(
      `createTrainer: "${name}" is ${type} [${shape.join(', ')}] in the graph, the initial parameter has ${range.length} float32 values.`,
    );
  }
  return { dims: shape, data: viewOf(array, range) };
}
