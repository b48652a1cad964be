import { encodeOnnx } from '../src/graph/onnx/encode.js';
import { nodeRuntime } from '../src/runtime/node.js';
import type { HostTensor } from '../src/runtime/session.js';
import { adamDefaults, createOptimizer, gradientNorm } from '../src/train/optimizer.js';
import { createParameterStore } from '../src/train/parameter-store.js';
import { atLeast, atMost, medianTime, type Benchmark, type Measure } from './benchmark.js';

const million = 1e6;
/** As many as in a ResNet-18-like network of 2.8 million parameters. */
const count = 2.8 * million;

/**
 * The same update as a loop in JavaScript, in double precision between loads and stores: faster than rounding
 * every step.
 */
function adamInJavaScript(
  parameters: Float32Array,
  gradients: Float32Array,
  first: Float32Array,
  second: Float32Array,
  step: number,
): void {
  const { beta1, beta2, epsilon } = adamDefaults;
  const size = 1e-3 / (1 - beta1 ** step);
  const root = 1 / Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < parameters.length; i++) {
    const g = gradients[i]!;
    const m = (first[i] = beta1 * first[i]! + (1 - beta1) * g);
    const v = (second[i] = beta2 * second[i]! + (1 - beta2) * g * g);
    parameters[i]! -= (size * m) / (Math.sqrt(v) * root + epsilon);
  }
}

async function* updates(): AsyncGenerator<Measure> {
  const store = createParameterStore({ all: Float32Array.from({ length: count }, (_, i) => Math.sin(i)) }, 2);
  for (let i = 0; i < count; i++) store.gradients[i] = 0.01 * Math.cos(3 * i);
  const optimizer = createOptimizer(store, adamDefaults);
  let step = 1;
  const kernel = await medianTime(() => {
    optimizer.update(step++, 1e-3, 1);
  });
  const arrays = [store.parameters, store.gradients, ...store.moments].map((array) => array.slice());
  const loop = await medianTime(() => {
    adamInJavaScript(arrays[0]!, arrays[1]!, arrays[2]!, arrays[3]!, step++);
  });
  const norm = await medianTime(() => gradientNorm(store));
  const per = million / count;
  yield atMost('Adam, per million parameters', kernel * per, 'ms', 1.5);
  yield atLeast(
    'Adam in JavaScript / ours',
    loop / kernel,
    '×',
    2,
    `JavaScript ${(loop * per).toFixed(2)} ms`,
  );
  yield atMost('gradient norm, per million parameters', norm * per, 'ms', 0.5);
}

/** An operation that does little but write: what handing in the output's memory saves. */
async function* outputs(): AsyncGenerator<Measure> {
  const dims = [20 * million];
  const session = await nodeRuntime({ threads: 1 }).createSession(
    encodeOnnx({
      name: 'negate',
      opsets: { '': 17 },
      constants: [],
      nodes: [{ opType: 'Neg', inputs: ['x'], outputs: ['y'] }],
      inputs: [{ name: 'x', type: 'float32', dims }],
      outputs: [{ name: 'y', type: 'float32', dims }],
    }),
  );
  const tensor = (): HostTensor => ({ dims, data: new Float32Array(dims[0]!) });
  const [x, y] = [tensor(), tensor()];
  const fresh = await medianTime(() => session.run({ x }));
  const given = await medianTime(() => session.run({ x }, { y }));
  yield { name: 'output of 80 MB, new every time', value: fresh, unit: 'ms', ok: true };
  yield { name: 'output of 80 MB, written in place', value: given, unit: 'ms', ok: true };
  await session.release();
}

/** The optimiser's share of a training step, and what the session's contract saves. */
const optimizer: Benchmark = {
  name: 'optimizer',
  async *run() {
    yield* updates();
    yield* outputs();
  },
};

export default optimizer;
