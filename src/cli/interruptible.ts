import { InterruptedError } from './errors.js';

/**
 * Runs something that Ctrl-C ends.
 * @param line what the user is told then
 */
export async function interruptible<Result>(
  line: string,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort(new InterruptedError(line));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await run(stop.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
