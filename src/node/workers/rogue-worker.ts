/** A worker that makes heads; see `rogue-workers.ts`. */
import { nodeRuntime } from '../../runtime/node.js';
import { loadRogue } from '../load-rogue.js';
import { guardRuntime } from './native-guard.js';
import type { RogueWorkerCalls, RogueWorkerSetup } from './rogue-workers.js';
import { serveCalls } from './worker-calls.js';

serveCalls<RogueWorkerSetup, RogueWorkerCalls>(async ({ node, ...files }, { guard }) => {
  const rogue = await loadRogue({ ...files, runtime: guardRuntime(nodeRuntime(node), guard) });
  const underWay = new Map<number, { controller: AbortController; done: Promise<unknown> }>();
  return {
    async reconstruct({ job, photo, options }) {
      const controller = new AbortController();
      const heads = rogue.reconstruct(photo, { ...options, signal: controller.signal });
      underWay.set(job, { controller, done: heads });
      try {
        return { result: await heads };
      } finally {
        underWay.delete(job);
      }
    },
    async stop(job) {
      underWay.get(job)?.controller.abort();
      return { result: undefined };
    },
    async end() {
      await Promise.allSettled([...underWay.values()].map(({ done }) => done));
      await rogue.release();
      return { result: undefined, last: true };
    },
  };
});
