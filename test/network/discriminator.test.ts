import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { compile } from '../../src/graph/compile.js';
import { gradientReversal, valueAndGrad } from '../../src/graph/gradient.js';
import { evaluateReference } from '../../src/graph/reference.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../../src/graph/trace.js';
import { flattenTree } from '../../src/graph/tree.js';
import { domainLoss } from '../../src/loss/domain-loss.js';
import { codeLayout, codeSize, decodeCode } from '../../src/network/code.js';
import {
  discriminate,
  discriminatedCode,
  discriminatorParameters,
  initialDiscriminator,
} from '../../src/network/discriminator.js';
import type { LayerTree } from '../../src/network/resnet.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { adamDefaults } from '../../src/train/optimizer.js';
import { createTrainer } from '../../src/train/trainer.js';

const sizes = { shape: 4, expression: 3, albedo: 2 };
const layout = codeLayout(sizes);
const count = codeSize(layout);
const batch = 8;
const specs = discriminatorParameters({ widths: [16] }, sizes);
const initial = initialDiscriminator(specs, createRandom(1));
interface Inputs {
  readonly parameters: LayerTree<Tensor>;
  readonly clean: Tensor;
  readonly occluded: Tensor;
  readonly noisy: Tensor;
}
const logits = (parameters: LayerTree<Tensor>, raw: Tensor): Tensor =>
  discriminate(parameters, discriminatedCode(decodeCode(layout, raw)));
const lossOf = (
  parameters: LayerTree<Tensor>,
  { clean, occluded, noisy }: Omit<Inputs, 'parameters'>,
): Tensor =>
  domainLoss({
    clean: logits(parameters, clean),
    occluded: logits(parameters, occluded),
    noisy: logits(parameters, noisy),
  });

/** Codes of three kinds that differ in one coefficient. */
function codes(): Record<'clean' | 'occluded' | 'noisy', Float32Array> {
  const random = createRandom(2);
  const kind = (offset: number): Float32Array =>
    Float32Array.from(
      { length: batch * count },
      (_, i) => random.normal(0, 0.5) + (i % count === 1 ? offset : 0),
    );
  return { clean: kind(0), occluded: kind(3), noisy: kind(-3) };
}

describe('discriminator', () => {
  it('has initial values for all of its parameters', () => {
    const wanted = flattenTree<TensorSpec>(specs, isSpec).map(([name, { shape }]) => [
      name,
      shape.reduce((a, b) => a * b, 1),
    ]);
    expect(
      Object.entries(initial)
        .map(([name, values]) => [name, values.length])
        .sort(),
    ).toEqual(wanted.sort());
  });

  it('learns to tell codes apart', async () => {
    const raw = spec([batch, count]);
    const gradient = compile(
      (({ parameters, ...kinds }: Inputs) =>
        valueAndGrad((p: LayerTree<Tensor>) => lossOf(p, kinds))(parameters)) as never,
      { parameters: specs, clean: raw, occluded: raw, noisy: raw } as never,
    );
    const trainer = await createTrainer(nodeRuntime({ threads: 1 }), { gradient }, initial, {
      optimizer: adamDefaults,
      learningRate: { kind: 'constant', learningRate: 0.02 },
    });
    const inputs = Object.fromEntries(
      Object.entries(codes()).map(([name, data]) => [name, { dims: [batch, count], data }]),
    );
    let value = 0;
    for (let i = 0; i < 60; i++) ({ value } = await trainer.step(inputs));
    await trainer.release();
    expect(value).toBeLessThan(0.3);
  });

  it('turns the gradient of codes round behind a reversal', () => {
    const leaves = Object.fromEntries(
      Object.entries(specs).map(([name, layer]) => [
        name,
        Object.fromEntries(Object.entries(layer).map(([part, { shape }]) => [part, spec(shape)])),
      ]),
    );
    const values = {
      ...Object.fromEntries(Object.entries(initial).map(([name, data]) => [`parameters.${name}`, data])),
      ...codes(),
    };
    const raw = spec([batch, count]);
    const gradientOf = (through: (x: Tensor) => Tensor): Float64Array =>
      evaluateReference(
        (({ parameters, clean, ...others }: Inputs) =>
          valueAndGrad((p: { clean: Tensor }) => lossOf(parameters, { clean: through(p.clean), ...others }))({
            clean,
          })) as never,
        { parameters: leaves, clean: raw, occluded: raw, noisy: raw } as never,
        values,
      )['grad.clean']!;
    const plain = gradientOf((x) => x);
    const reversed = gradientOf((x) => gradientReversal(x, 2));
    plain.forEach((value, i) => {
      expect(reversed[i]).toBeCloseTo(-2 * value, 6);
    });
  });
});
