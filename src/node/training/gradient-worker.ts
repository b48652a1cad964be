/** A worker that computes the gradient of its share of a batch; see `parallel-gradients.ts`. */
import { createGradientComputer } from '../../train/gradient-computer.js';
import { createParameterStore } from '../../train/parameter-store.js';
import type { GradientCalls, GradientSetup } from './parallel-gradients.js';
import { loadGraphs, workerRuntime } from './training-setup.js';
import { serveCalls } from '../workers/worker-calls.js';

serveCalls<GradientSetup, GradientCalls>(
  async ({ graphs, sizes, parameters, gradients, runtime }, { guard }) => {
    const store = createParameterStore(
      Object.fromEntries(sizes.map(([name, length]) => [name, new Float32Array(length)])),
      0,
    );
    // The coordinator has reported the fallback already.
    const computer = await createGradientComputer(
      workerRuntime(runtime, guard),
      await loadGraphs(graphs),
      store,
    );
    return {
      async compute(share) {
        // ONNX Runtime for Node refuses shared memory (1.30), hence two copies per step: some 2 ms per
        // million parameters.
        store.parameters.set(parameters);
        const result = await computer.compute(share);
        gradients.set(store.gradients);
        return { result, transfer: Object.values(result.extra).map(({ data }) => data) };
      },
      async release() {
        await computer.release();
        return { result: undefined, last: true };
      },
    };
  },
);
