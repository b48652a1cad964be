/** A worker of `rogue evaluate --jobs`; see `evaluate.ts`. */
import { evaluateFace } from '../evaluate/evaluate-faces.js';
import { guardRuntime } from '../node/workers/native-guard.js';
import { serveCalls } from '../node/workers/worker-calls.js';
import { nodeRuntime } from '../runtime/node.js';
import type { EvaluateSetup, FaceCalls } from './evaluate-flags.js';
import { evaluationTools } from './evaluation-tools.js';

serveCalls<EvaluateSetup, FaceCalls>(async ({ protocol, path, flags }, { guard }) => {
  const runtime = guardRuntime(nodeRuntime({ threads: 1 }), guard);
  const { sources, options, release } = await evaluationTools(protocol, path, flags, runtime);
  const byId = new Map(sources.map((source) => [source.id, source]));
  return {
    async measure(id) {
      const source = byId.get(id);
      if (!source) throw new Error(`${id} is gone; leave the data alone while it is measured`);
      return { result: await evaluateFace(source, options) };
    },
    async end() {
      await release();
      return { result: undefined, last: true };
    },
  };
});
