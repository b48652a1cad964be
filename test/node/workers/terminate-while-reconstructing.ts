/**
 * Ends worker threads in the middle of reconstructions, again and again; prints "ended" if the process lives.
 *
 *     node --import tsx test/node/workers/terminate-while-reconstructing.ts <photo>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RogueWorkers } from '../../../src/node.js';

const [photo] = process.argv.slice(2);
for (const wait of [0, 40, 90, 150, 230]) {
  const workers = await RogueWorkers.start({ workers: 1, node: { engine: 'native' } });
  const heads = workers.reconstruct(photo!);
  heads.catch(() => undefined);
  await sleep(wait);
  await workers.terminate();
  const outcome = await heads.then(
    () => 'done',
    (error: Error) => error.message,
  );
  if (outcome !== 'done' && outcome !== 'the worker was terminated.') throw new Error(outcome);
}
process.stdout.write('ended\n');
