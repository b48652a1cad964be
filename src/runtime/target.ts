import { portableTarget } from '../graph/lower/emitter.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import { probeBlockSize } from '../graph/lower/probe.js';
import { floatOutput } from './session.js';
import type { Runtime } from './session.js';

/**
 * What graphs for this runtime's CPU may use; measured once per process by running three tiny convolutions.
 */
export async function cpuTarget(runtime: Runtime): Promise<LoweringTarget> {
  known ??= probeBlockSize(async (model, inputs) => {
    const session = await runtime.createSession(model);
    return floatOutput(await session.run(inputs).finally(() => session.release()), 'output');
  });
  return { block: await known, hugeKernels: true };
}

let known: Promise<number> | undefined;

/** What graphs for GPUs may use: standard operators of ordinary shapes. */
export const gpuTarget: LoweringTarget = { ...portableTarget, atomicScatter: true };
