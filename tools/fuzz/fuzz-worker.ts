/** A worker that reads mutated files; see `fuzz.ts`. */
import { serveCalls } from '../../src/node/workers/worker-calls.js';
import type { FuzzCalls, Verdict } from './fuzz.js';
import { targets, type Target } from './targets.js';

/** What engines say where a program has run into its own fault. */
const internal =
  /Cannot (read|set|convert|mix)|is not (a function|iterable|a constructor|defined)|nvalid (typed )?array|stack size|buffer allocation|out of bounds|Offset is outside|toString\(\)/i;

serveCalls<undefined, FuzzCalls>(() =>
  Promise.resolve({
    read: async ({ target, bytes }) => ({
      result: await verdictOf(
        targets.find(({ name }) => name === target)!,
        bytes,
      ),
    }),
    end: () => Promise.resolve({ result: undefined, last: true }),
  }),
);

async function verdictOf(target: Target, bytes: Uint8Array): Promise<Verdict> {
  try {
    const value = await target.read(bytes);
    if (!target.mayHoldNaN && holdsNoNumber(value))
      return { kind: 'failed', reason: 'a number that is none' };
    return { kind: 'read' };
  } catch (error) {
    if (!(error instanceof Error)) return { kind: 'failed', reason: `threw ${String(error)}` };
    const { message } = error;
    if (message.includes('\n') || message === '')
      return { kind: 'failed', reason: `not one line: ${message}` };
    if (error instanceof TypeError || internal.test(message))
      return { kind: 'failed', reason: `${error.name}: ${message}` };
    return { kind: 'refused' };
  }
}

function holdsNoNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (value instanceof Float32Array || value instanceof Float64Array)
    return value.some((one) => !Number.isFinite(one));
  if (ArrayBuffer.isView(value)) return false;
  if (value instanceof Map) return [...value.values()].some(holdsNoNumber);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNoNumber);
}
