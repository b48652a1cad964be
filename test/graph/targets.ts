import type { LoweringTarget } from '../../src/graph/lower/emitter.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { cpuTarget as targetOf } from '../../src/runtime/target.js';

/** The fastest target of this machine's CPU. */
export const cpuTarget = (): Promise<LoweringTarget> => targetOf(nodeRuntime({ threads: 1 }));
