/** The worker of `train-in-worker.ts`: a trainer that answers calls. */
import { createGradientComputer } from '../../train/gradient-computer.js';
import { momentNames } from '../../train/optimizer.js';
import { createParameterStore } from '../../train/parameter-store.js';
import { parameterShapes } from '../../train/step-graph.js';
import { trainerOf } from '../../train/trainer.js';
import type { GradientSource } from '../../train/trainer.js';
import { createParallelGradients } from './parallel-gradients.js';
import type { TrainingCalls, TrainingEvent, TrainingSetup } from './train-in-worker.js';
import { loadGraphs, workerRuntime } from './training-setup.js';
import { serveCalls } from '../workers/worker-calls.js';

serveCalls<TrainingSetup, TrainingCalls, TrainingEvent>(
  async ({ graphs, parameters, config, runtime: options, workers }, { guard, emit }) => {
    const store = createParameterStore(parameters, momentNames[config.optimizer.kind].length);
    const runtime = workerRuntime(options, guard, (line) => {
      emit({ kind: 'fallback', line });
    });
    const loaded = await loadGraphs(graphs);
    const source: GradientSource =
      workers > 1
        ? await createParallelGradients({ runtime, options, guard }, graphs, store, workers)
        : { ...(await createGradientComputer(runtime, loaded, store)), count: 1 };
    const trainer = trainerOf(store, source, parameterShapes(loaded), config);
    return {
      async step(batch) {
        const start = performance.now();
        const result = await trainer.step(batch);
        const { step, value, gradientNorm, learningRate } = result;
        emit({
          kind: 'step',
          step,
          value,
          gradientNorm,
          learningRate,
          milliseconds: performance.now() - start,
        });
        return { result, transfer: Object.values(result.extra).map(({ data }) => data) };
      },
      async parameters() {
        const result = await trainer.parameters();
        return { result, transfer: Object.values(result) };
      },
      async state() {
        const result = await trainer.state();
        return { result, transfer: [result] };
      },
      async load(state) {
        await trainer.load(state);
        return { result: undefined };
      },
      async release() {
        await trainer.release();
        return { result: undefined, last: true };
      },
    };
  },
);
