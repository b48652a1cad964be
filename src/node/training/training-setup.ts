import { nodeRuntime } from '../../runtime/node.js';
import type { NodeRuntimeOptions } from '../../runtime/node.js';
import type { Runtime } from '../../runtime/session.js';
import type { HostFunction, JointGraphs, StepGraph, TrainingGraphs } from '../../train/step-graph.js';
import { guardRuntime } from '../workers/native-guard.js';
import type { NativeGuard } from '../workers/native-guard.js';

/** Where a worker finds a host function; functions themselves cannot be sent. */
export interface HostModule {
  /** The module's URL, such as `new URL('./my-host.js', import.meta.url).href`. */
  readonly module: string;
  /** The name under which it exports the function. */
  readonly export: string;
}

/** `SplitGraphs` for a worker. */
export interface WorkerSplitGraphs {
  readonly forward: StepGraph;
  readonly host: HostModule;
  readonly backward: StepGraph;
}

export type WorkerGraphs = JointGraphs | WorkerSplitGraphs;

/** What `nodeRuntime` takes and can be sent. */
export type WorkerRuntimeOptions = Omit<NodeRuntimeOptions, 'onFallback'>;

/**
 * Graphs whose host function is loaded.
 * @throws Error of one line when there is no such module, or no such function in it
 */
export async function loadGraphs(graphs: WorkerGraphs): Promise<TrainingGraphs> {
  if ('gradient' in graphs) return graphs;
  const { module, export: name } = graphs.host;
  const loaded = (await import(module).catch((error: unknown) => {
    const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
    throw new Error(`host function: cannot load ${module}: ${reason}`, { cause: error });
  })) as Record<string, unknown>;
  const host = loaded[name];
  if (typeof host !== 'function') throw new Error(`host function: ${module} exports no function "${name}".`);
  return { ...graphs, host: host as HostFunction };
}

/** The runtime inside a worker. */
export function workerRuntime(
  options: WorkerRuntimeOptions,
  guard: NativeGuard,
  onFallback?: (line: string) => void,
): Runtime {
  // WebAssembly would write gradients into memory of its own, and takes twice as long.
  const native = nodeRuntime({ ...options, engine: 'native', ...(onFallback ? { onFallback } : {}) });
  return guardRuntime(native, guard);
}
