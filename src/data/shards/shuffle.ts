import type { Random } from '../random.js';

/**
 * Mixes a stream with a buffer: each item that comes in, or one that waits in the buffer, goes out at random;
 * at the end the rest in random order. With a buffer as long as the stream every order is equally likely.
 *
 * @param size items that wait at most; 0 leaves the order as it is
 * @throws RangeError for a size that is not whole
 */
export async function* shuffled<T>(
  items: AsyncIterable<T>,
  size: number,
  random: Random,
): AsyncGenerator<T, void, undefined> {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RangeError(`shuffled: expected a whole buffer size of at least 0, received ${size}.`);
  const waiting: T[] = [];
  for await (const item of items) {
    if (waiting.length < size) {
      waiting.push(item);
      continue;
    }
    const chosen = random.integer(0, size);
    if (chosen === size) {
      yield item;
    } else {
      yield waiting[chosen]!;
      waiting[chosen] = item;
    }
  }
  yield* random.shuffle(waiting);
}
