/**
 * Ends its process, or the worker, while a graph is being computed; run by worker-process.test.ts.
 *
 *     node --import tsx test/train/end-while-training.ts <exit | terminate | forget | release> <workers>
 */
import { trainInWorker } from '../../src/node/training/train-in-worker.js';
import { sgdDefaults } from '../../src/train/optimizer.js';
import type { StepValue } from '../../src/train/step-graph.js';
import { graphOf } from './linear-regression.js';

const side = 700;
const value = (name: string, ...shape: number[]): StepValue => ({ name, shape, type: 'float32' });

/** Matrix products that take some 10 ms. */
const gradient = graphOf(
  [
    { opType: 'MatMul', inputs: ['x', 'parameters.w'], outputs: ['product'] },
    { opType: 'MatMul', inputs: ['product', 'parameters.w'], outputs: ['grad.w'] },
    { opType: 'ReduceMean', inputs: ['product'], outputs: ['value'], attributes: { keepdims: { int: 0 } } },
  ],
  [],
  [value('parameters.w', side, side), value('x', side, side)],
  [value('value'), value('grad.w', side, side)],
);

const [ending, workers] = [process.argv[2], Number(process.argv[3])];
const batch = () => ({ x: { dims: [workers * side, side], data: new Float32Array(workers * side * side) } });
for (let round = 0; round < (ending === 'terminate' ? 5 : 1); round++) {
  const trainer = await trainInWorker(
    { gradient },
    { w: new Float32Array(side * side) },
    { optimizer: sgdDefaults, learningRate: { kind: 'constant', learningRate: 0 } },
    { runtime: { threads: 1 }, workers },
  );
  await trainer.step(batch());
  if (ending === 'forget') break;
  const steps = Array.from({ length: 5 }, () => trainer.step(batch()).catch(() => undefined));
  await new Promise((resolve) => {
    setTimeout(resolve, 7 * round);
  });
  if (ending === 'exit') process.exit(0);
  if (ending === 'terminate') await trainer.terminate();
  else await trainer.release();
  await Promise.all(steps);
}
process.stdout.write('ended well');
