import { readSafetensors, SafetensorsError, writeSafetensors } from '../io/safetensors.js';
import type { NamedTensors } from '../model/tensor-reader.js';
import { momentNames } from './optimizer.js';
import type { OptimizerConfig } from './optimizer.js';
import { viewOf } from './parameter-store.js';
import type { ParameterStore } from './parameter-store.js';

/** A file holds no training state, or that of another training. The message is one line. */
export class TrainingStateError extends Error {
  override readonly name = 'TrainingStateError';
}

/** What names the parts of a training that are not arrays. */
export interface TrainingPosition {
  /** Steps done. */
  readonly step: number;
  readonly optimizer: OptimizerConfig;
}

const format = 'rogue-training-state';
const version = '1';

/**
 * Parameters, moments and step as a safetensors file: tensors `parameters.<name>`, and `<moment>.<name>` of
 * the same shapes. A training that loads it goes on with the same bits.
 */
export function writeTrainingState(
  store: ParameterStore,
  shapes: ReadonlyMap<string, readonly number[]>,
  { step, optimizer }: TrainingPosition,
): Uint8Array {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [kind, array] of kindsOf(store, optimizer)) {
    for (const range of store.ranges) {
      tensors.set(`${kind}.${range.name}`, {
        shape: shapes.get(range.name) ?? [range.length],
        data: viewOf(array, range),
      });
    }
  }
  const { kind, ...settings } = optimizer;
  return writeSafetensors(tensors, {
    format,
    version,
    step: String(step),
    optimizer: kind,
    settings: JSON.stringify(settings),
  });
}

/**
 * Copies a state into a store of the same parameters; nothing is changed when it does not fit. Optimiser
 * settings in the file are information: those of the running training hold.
 * @returns steps done
 * @throws TrainingStateError naming what is wrong: damaged, another format, optimiser, parameter set or shape
 */
export function readTrainingState(
  bytes: Uint8Array,
  store: ParameterStore,
  shapes: ReadonlyMap<string, readonly number[]>,
  optimizer: OptimizerConfig,
): number {
  const { tensors, metadata } = parse(bytes);
  if (metadata['format'] !== format) fail('the file is no training state');
  if (metadata['version'] !== version)
    fail(`version ${metadata['version']} of the file is not ${version}, which this program reads`);
  if (metadata['optimizer'] !== optimizer.kind)
    fail(`the file is from the optimiser "${metadata['optimizer']}", this training uses "${optimizer.kind}"`);
  const step = Number(metadata['step'] ?? NaN);
  if (!Number.isSafeInteger(step) || step < 0) fail(`the step is "${metadata['step']}", expected a count`);
  const kinds = kindsOf(store, optimizer);
  const copies = kinds.flatMap(([kind, array]) =>
    store.ranges.map((range) => {
      const shape = shapes.get(range.name) ?? [range.length];
      return { from: floats(tensors, `${kind}.${range.name}`, shape), to: viewOf(array, range) };
    }),
  );
  if (tensors.size > copies.length) {
    const known = new Set(kinds.flatMap(([kind]) => store.ranges.map(({ name }) => `${kind}.${name}`)));
    fail(
      `tensor "${[...tensors.keys()].find((name) => !known.has(name))}" belongs to no parameter of this training`,
    );
  }
  for (const { from, to } of copies) to.set(from);
  return step;
}

function kindsOf(store: ParameterStore, { kind }: OptimizerConfig): [name: string, array: Float32Array][] {
  return [
    ['parameters', store.parameters],
    ...momentNames[kind].map((name, k): [string, Float32Array] => [name, store.moments[k]!]),
  ];
}

function parse(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError)
      throw new TrainingStateError(`training state: ${error.message}`, { cause: error });
    throw error;
  }
}

function floats(tensors: NamedTensors, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name) ?? fail(`tensor "${name}" is missing`);
  if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
    fail(`tensor "${name}" has shape [${tensor.shape.join(', ')}], expected float32 [${shape.join(', ')}]`);
  }
  const data = tensor.data as Float32Array;
  if (!data.every(Number.isFinite)) fail(`tensor "${name}" holds a value that is not finite`);
  return data;
}

function fail(problem: string): never {
  throw new TrainingStateError(`training state: ${problem}`);
}
