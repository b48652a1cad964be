/**
 * Runs tasks one after the other, in the order of the calls: for what must not be used twice at a time, as
 * networks whose input buffers are shared.
 * @returns what runs a task when all earlier ones have ended, well or badly
 */
export function takingTurns(): <T>(task: () => T | Promise<T>) => Promise<T> {
  let previous: Promise<unknown> = Promise.resolve();
  return <T>(task: () => T | Promise<T>): Promise<T> => {
    const result = previous.then(task);
    previous = result.catch(() => undefined);
    return result;
  };
}
