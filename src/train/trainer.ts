import type { Runtime } from '../runtime/session.js';
import { takingTurns } from '../runtime/taking-turns.js';
import { createGradientComputer } from './gradient-computer.js';
import type { StepValues } from './gradient-computer.js';
import { clipScale, createOptimizer, gradientNorm, momentNames } from './optimizer.js';
import type { OptimizerConfig } from './optimizer.js';
import { createParameterStore, viewOf } from './parameter-store.js';
import type { ParameterStore } from './parameter-store.js';
import { learningRateAt } from './schedule.js';
import type { Schedule } from './schedule.js';
import { readTrainingState, writeTrainingState } from './state.js';
import { parameterShapes } from './step-graph.js';
import type { Batch, TrainingGraphs } from './step-graph.js';

/** How parameters follow the gradient. */
export interface TrainerConfig {
  readonly optimizer: OptimizerConfig;
  readonly learningRate: Schedule;
  /** Gradients longer than this, all parameters together, are shortened to it. Default: no limit. */
  readonly clipNorm?: number;
}

/** What one step did. */
export interface StepReport extends StepValues {
  /** Steps done, this one included. */
  readonly step: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/**
 * A training under way: parameters, optimiser and the graphs that compute the gradient. Overlapping calls are
 * queued.
 */
export interface Trainer {
  /**
   * Changes the parameters by one batch. When it fails, parameters and step count stay as they were.
   * @throws NonFiniteGradientError, or an Error of one line about the batch, the host function or the graphs
   */
  step(batch: Batch): Promise<StepReport>;
  /** Copies of the parameters. */
  parameters(): Promise<Record<string, Float32Array>>;
  /** The whole state as a safetensors file; see `writeTrainingState`. */
  state(): Promise<Uint8Array>;
  /**
   * Goes on from a state of the same training; keeps everything as it is when that does not fit.
   * @throws TrainingStateError
   */
  load(state: Uint8Array): Promise<void>;
  /** Frees the graphs after the calls under way; nothing can be called afterwards. */
  release(): Promise<void>;
}

/**
 * What computes a gradient into a store; `createGradientComputer`, or one that shares the batch among
 * workers.
 */
export interface GradientSource {
  /** Leaves the sum of the gradients of `count` equal shares of the batch in the store. */
  compute(batch: Batch): Promise<StepValues>;
  readonly count: number;
  release(): Promise<void>;
}

/**
 * Loads the graphs and makes a training ready.
 *
 * @param initialParameters values by name, the inputs `parameters.<name>` of the graphs; they are copied
 * @example
 * const trainer = await createTrainer(nodeRuntime(), { gradient }, parameters, {
 *   optimizer: adamWDefaults,
 *   learningRate: { kind: 'cosine', learningRate: 1e-3, steps: 10_000, warmUp: 500 },
 *   clipNorm: 1,
 * });
 * for await (const batch of batches) console.log(await trainer.step(batch));
 * @throws Error of one line when a graph cannot be loaded, or when graphs and initial parameters disagree
 */
export async function createTrainer(
  runtime: Runtime,
  graphs: TrainingGraphs,
  initialParameters: Readonly<Record<string, Float32Array>>,
  config: TrainerConfig,
): Promise<Trainer> {
  const store = createParameterStore(initialParameters, momentNames[config.optimizer.kind].length);
  const computer = await createGradientComputer(runtime, graphs, store);
  return trainerOf(store, { ...computer, count: 1 }, parameterShapes(graphs), config);
}

/** The training of a store whose gradients come from any source. */
export function trainerOf(
  store: ParameterStore,
  source: GradientSource,
  shapes: ReadonlyMap<string, readonly number[]>,
  config: TrainerConfig,
): Trainer {
  const optimizer = createOptimizer(store, config.optimizer);
  let done = 0;
  let released: Promise<void> | undefined;
  const inTurn = takingTurns();
  const queued = async <Result>(task: () => Result | Promise<Result>): Promise<Result> => {
    if (released) throw new Error('Trainer: it has been released.');
    return inTurn(task);
  };
  const step = async (batch: Batch): Promise<StepReport> => {
    const values = await source.compute(batch);
    const mean = 1 / source.count;
    const norm = gradientNorm(store, mean);
    const learningRate = learningRateAt(config.learningRate, done);
    optimizer.update(done + 1, learningRate, mean * clipScale(norm, config.clipNorm ?? Infinity));
    done++;
    return { ...values, step: done, gradientNorm: norm, learningRate };
  };
  return {
    step: (batch) => queued(() => step(batch)),
    parameters: () =>
      queued(() =>
        Object.fromEntries(
          store.ranges.map((range) => [range.name, viewOf(store.parameters, range).slice()]),
        ),
      ),
    state: () => queued(() => writeTrainingState(store, shapes, { step: done, optimizer: config.optimizer })),
    load: (state) =>
      queued(() => {
        done = readTrainingState(state, store, shapes, config.optimizer);
      }),
    release: () => (released ??= queued(() => source.release())),
  };
}
