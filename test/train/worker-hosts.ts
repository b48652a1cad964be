/** Host functions of `splitRegression` that the worker of the tests loads. */
import { isMainThread } from 'node:worker_threads';
import type { HostTensor } from '../../src/runtime/session.js';
import type { Batch } from '../../src/train/step-graph.js';
import { compareOnHost } from './linear-regression.js';

export { compareOnHost };

/**
 * Does what the batch's scalar `misdeed` says: 1 throws, 2 ends the thread, 3 fills its memory, 4 never
 * returns.
 */
export async function misbehave(outputs: Batch, batch: Batch): Promise<Record<string, HostTensor>> {
  if (isMainThread) throw new Error('this host is for a worker');
  const misdeed = batch['misdeed']?.data[0] ?? 0;
  if (misdeed === 1) throw new RangeError('no triangle in sight');
  if (misdeed === 2) process.exit(7);
  for (const hoard: number[][] = []; misdeed === 3;) hoard.push(Array.from({ length: 1e5 }, Math.random));
  if (misdeed === 4)
    await new Promise(() => {
      setInterval(() => undefined, 1000);
    });
  if (misdeed === 5) void Promise.reject(new Error('nobody was waiting'));
  return compareOnHost(outputs, batch);
}

/** Takes a while without giving way, as a big graph does. */
export function slow(outputs: Batch, batch: Batch): Record<string, HostTensor> {
  for (const end = performance.now() + 100; performance.now() < end;);
  return compareOnHost(outputs, batch);
}

export const notAFunction = 3;
