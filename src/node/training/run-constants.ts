import type { RunConstants } from '../../graph/export/fold-constants.js';
import type { Runtime } from '../../runtime/session.js';

/** Computes models without inputs, for `exportOnnx`. */
export function runConstants(runtime: Runtime): RunConstants {
  return async (model) => {
    const session = await runtime.createSession(model);
    try {
      return await session.run({});
    } finally {
      await session.release();
    }
  };
}
