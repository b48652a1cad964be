import { createRandom, type Random } from '../../src/data/random.js';
import { compile } from '../../src/graph/compile.js';
import { valueAndGrad } from '../../src/graph/gradient.js';
import { conv2d, linear } from '../../src/graph/ops/convolution.js';
import { standardizeWeights } from '../../src/graph/ops/normalization.js';
import { avgPool2d } from '../../src/graph/ops/pooling.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { spec } from '../../src/graph/trace.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { cpuTarget } from '../../src/runtime/target.js';
import { adamWDefaults } from '../../src/train/optimizer.js';
import { createTrainer } from '../../src/train/trainer.js';
import { insideCircle } from './low-level.js';

/** Side of the crops, channels of the layers, photos of a step. */
export const SIZE = 64;
const CHANNELS = [3, 16, 32, 64, 96];
const BATCH = 32;
const STEPS = 300;
const RATE = 2e-3;

const layers = CHANNELS.slice(1).map((outputs, k) => ({ name: `c${k}`, inputs: CHANNELS[k]!, outputs }));
const layerSpecs = Object.fromEntries(
  layers.flatMap(({ name, inputs, outputs }) => [
    [`${name}.weight`, spec([outputs, inputs, 3, 3])],
    [`${name}.gain`, spec([outputs])],
    [`${name}.bias`, spec([outputs])],
  ]),
);
const parameterSpecs = { ...layerSpecs, 'head.weight': spec([1, CHANNELS.at(-1)!]), 'head.bias': spec([1]) };
type Parameters = Readonly<Record<string, Tensor>>;

/** [N, 3, SIZE, SIZE] → logits [N, 1]. */
function network(parameters: Parameters, image: Tensor): Tensor {
  let x = image;
  for (const { name, outputs } of layers) {
    x = conv2d(x, standardizeWeights(parameters[`${name}.weight`]!, parameters[`${name}.gain`]), {
      padding: 1,
    })
      .add(parameters[`${name}.bias`]!.reshape([outputs, 1, 1]))
      .relu();
    x = avgPool2d(x, { window: 2 });
  }
  return linear(x.mean([2, 3]), parameters['head.weight']!, parameters['head.bias']);
}

/**
 * Trains a small convolutional network of the project's own engine.
 * @param crops planar RGB, 3×SIZE×SIZE, 0…255
 * @param labels 0 or 1
 * @returns logit of label 1 for each of other crops
 */
export async function fitNetwork(
  crops: readonly Float32Array[],
  labels: readonly number[],
  seed: string,
): Promise<(crops: readonly Float32Array[]) => Promise<number[]>> {
  const runtime = nodeRuntime({ threads: 2, optimize: false });
  const target = await cpuTarget(runtime);
  const random = createRandom(seed);
  const image = spec([BATCH, 3, SIZE, SIZE]);
  const sign = spec([BATCH, 1]);
  // log(1 + exp(−m)) of the margin m, without overflow.
  const loss = (margin: Tensor): Tensor =>
    margin.abs().neg().exp().add(1).log().add(margin.neg().maximum(0)).mean();
  const gradient = compile(
    ({ parameters, image, sign }) =>
      valueAndGrad((p: Parameters) => loss(network(p, image).mul(sign)))(parameters),
    { parameters: parameterSpecs, image, sign },
    { target },
  );
  const scores = compile(
    ({ parameters, image }) => ({ logits: network(parameters, image) }),
    { parameters: parameterSpecs, image },
    { target },
  );
  const initial = Object.fromEntries(
    Object.entries(parameterSpecs).map(([name, { shape }]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (name.endsWith('gain')) values.fill(1.4);
      else if (name.endsWith('weight')) random.fork(name).fillNormal(values);
      return [name, name === 'head.weight' ? values.map((value) => value * 0.1) : values];
    }),
  );
  const trainer = await createTrainer(runtime, { gradient }, initial, {
    optimizer: { ...adamWDefaults, weightDecay: 0.05 },
    learningRate: { kind: 'cosine', learningRate: RATE, steps: STEPS, warmUp: 20 },
    clipNorm: 1,
  });
  const groups = [0, 1].map((label) => crops.filter((_, i) => labels[i] === label));
  const draw = random.fork('batches');
  const data = new Float32Array(BATCH * 3 * SIZE * SIZE);
  const signs = new Float32Array(BATCH);
  for (let step = 0; step < STEPS; step++) {
    for (let k = 0; k < BATCH; k++) {
      const label = k % 2;
      data.set(prepared(draw.choice(groups[label]!), draw), k * 3 * SIZE * SIZE);
      signs[k] = 2 * label - 1;
    }
    await trainer.step({ image: { dims: image.shape, data }, sign: { dims: sign.shape, data: signs } });
  }
  const trained = await trainer.parameters();
  await trainer.release();
  const feeds = Object.fromEntries(
    Object.entries(parameterSpecs).map(([name, { shape }]) => [
      `parameters.${name}`,
      { dims: shape, data: trained[name]! },
    ]),
  );
  return async (others) => {
    const session = await runtime.createSession(scores.model);
    const logits: number[] = [];
    try {
      for (let at = 0; at < others.length; at += BATCH) {
        others.slice(at, at + BATCH).forEach((crop, k) => {
          data.set(prepared(crop), k * 3 * SIZE * SIZE);
        });
        logits.push(
          ...floatOutput(
            await session.run({ ...feeds, image: { dims: image.shape, data: data.slice() } }),
            'logits',
          ).subarray(0, others.length - at),
        );
      }
    } finally {
      await session.release();
    }
    return logits;
  };
}

const inside = insideCircle(SIZE);
const INSIDE = inside.reduce((sum, value) => sum + value, 0);

/**
 * Network input: brightness of mean 0 and spread 1, zero outside the face; with a random source mirrored and
 * recoloured.
 */
function prepared(crop: Float32Array, random?: Random): Float32Array {
  const out = new Float32Array(crop.length);
  const plane = SIZE * SIZE;
  const flip = random !== undefined && random.uniform() < 0.5;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < plane; i++) {
    if (inside[i] === 0) continue;
    const grey = (crop[i]! + crop[plane + i]! + crop[2 * plane + i]!) / 3;
    sum += grey;
    squares += grey * grey;
  }
  const mean = sum / INSIDE;
  const gain =
    (random ? Math.exp(random.normal(0, 0.2)) : 1) /
    (Math.sqrt(Math.max(0, squares / INSIDE - mean * mean)) + 4);
  const light = random ? random.normal(0, 0.25) : 0;
  for (let c = 0; c < 3; c++) {
    const offset = light + (random ? random.normal(0, 0.25) : 0);
    for (let i = 0; i < plane; i++) {
      if (inside[i] === 0) continue;
      const from = flip ? i - (i % SIZE) + SIZE - 1 - (i % SIZE) : i;
      out[c * plane + i] = (crop[c * plane + from]! - mean) * gain + offset;
    }
  }
  return out;
}
