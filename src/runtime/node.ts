import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor, env } from 'onnxruntime-node';
import { wrapSession } from './ort-session.js';
import type { Runtime } from './session.js';

export interface NodeRuntimeOptions {
  /** Threads per session; at most four by default, because these networks are too small to feed more. */
  readonly threads?: number;
}

/** ONNX Runtime on the CPU of this machine. */
export function nodeRuntime({ threads = Math.min(4, availableParallelism()) }: NodeRuntimeOptions = {}): Runtime {
  // Warnings about folded constants and unused initializers concern nobody who runs a finished network.
  env.logLevel = 'error';
  return {
    async createSession(model) {
      const session = await InferenceSession.create(model, {
        executionProviders: ['cpu'],
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Idle worker threads sleep: spinning ones would slow down the JavaScript between two runs.
        extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
      });
      return wrapSession(session, Tensor);
    },
  };
}
