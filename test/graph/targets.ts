import { probeBlockSize } from '../../src/graph/lower/probe.js';
import type { LoweringTarget } from '../../src/graph/lower/emitter.js';
import { nodeRuntime } from '../../src/runtime/node.js';

let block: Promise<number> | undefined;

/** The fastest target of this machine's CPU. */
export async function cpuTarget(): Promise<LoweringTarget> {
  const runtime = nodeRuntime({ threads: 1 });
  block ??= probeBlockSize(async (model, inputs) => {
    const session = await runtime.createSession(model);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { dims, data }]) => [name, { dims, data }]));
    return Object.values(await session.run(feeds).finally(() => session.release()))[0]!.data as Float32Array;
  });
  return { block: await block, hugeKernels: true };
}
