import { setTimeout as sleep } from 'node:timers/promises';
import type { Runtime, Session } from '../../runtime/session.js';

/**
 * Keeps workers from being ended inside ONNX Runtime.
 *
 * A worker that is terminated, or whose process exits, while native code runs in it brings the whole process
 * down: the binding (1.30) cannot return to a JavaScript that is gone. So native calls are counted in memory
 * that all threads of a training share, and whoever wants to end a worker forbids new calls and waits for
 * those under way.
 */
export type NativeGuard = Int32Array<SharedArrayBuffer>;

/** Native calls under way, less this much once new ones are forbidden. */
const forbidden = 1 << 30;

export function createNativeGuard(): NativeGuard {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** The runtime with its native calls counted. Once stopped, they are refused. */
export function guardRuntime(runtime: Runtime, guard: NativeGuard): Runtime {
  const guarded = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    enter(guard);
    try {
      return await call();
    } finally {
      Atomics.sub(guard, 0, 1);
      Atomics.notify(guard, 0);
    }
  };
  return {
    createSession: (model) =>
      guarded(async (): Promise<Session> => {
        const { inputNames, outputNames, inputDims, ...session } = await runtime.createSession(model);
        return {
          inputNames,
          outputNames,
          inputDims,
          run: (...request) => guarded(() => session.run(...request)),
          release: () => guarded(() => session.release()),
        };
      }),
  };
}

/**
 * Counts a native call, unless they are forbidden: both in one step, so that none slips in behind who waits
 * for the last.
 */
function enter(guard: NativeGuard): void {
  for (;;) {
    const count = Atomics.load(guard, 0);
    if (count < 0) throw new Error('the thread is about to end.');
    if (Atomics.compareExchange(guard, 0, count, count + 1) === count) return;
  }
}

/** Forbids native calls and waits until none is under way. */
export async function stopNativeCalls(guard: NativeGuard): Promise<void> {
  forbid(guard);
  while (Atomics.load(guard, 0) > -forbidden) await sleep(2);
}

/** The same without giving way, for when the process or thread is about to end. */
export function stopNativeCallsNow(guard: NativeGuard): void {
  forbid(guard);
  for (let count = Atomics.load(guard, 0); count > -forbidden; count = Atomics.load(guard, 0))
    Atomics.wait(guard, 0, count);
}

function forbid(guard: NativeGuard): void {
  for (;;) {
    const count = Atomics.load(guard, 0);
    if (count < 0 || Atomics.compareExchange(guard, 0, count, count - forbidden) === count) return;
  }
}
