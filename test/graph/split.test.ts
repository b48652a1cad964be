import { describe, expect, it } from 'vitest';
import { compile, splitAt } from '../../src/graph/compile.js';
import { valueAndGrad } from '../../src/graph/gradient.js';
import { conv2d, linear } from '../../src/graph/ops/convolution.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { spec } from '../../src/graph/trace.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import type { HostTensor } from '../../src/runtime/session.js';
import { relativeError } from './lowered.js';
import { cpuTarget } from './targets.js';

const specs = {
  parameters: { kernel: spec([16, 16, 3, 3]), weight: spec([4, 16]) },
  image: spec([2, 16, 6, 6]),
  target: spec([2, 4]),
};
type Inputs = { parameters: { kernel: Tensor; weight: Tensor }; image: Tensor; target: Tensor };
function step({ parameters, image, target }: Inputs) {
  const { value, grad, extra } = valueAndGrad((p: Inputs['parameters']) => {
    const features = conv2d(conv2d(image, p.kernel, { padding: 1 }).relu(), p.kernel, { padding: 1 }).relu();
    const coefficients = linear(features.mean([2, 3]), p.weight);
    return { value: coefficients.sub(target).square().sum(), extra: { coefficients } };
  })(parameters);
  return { value, grad, coefficients: extra.coefficients };
}
const wave = (shape: readonly number[], phase: number): HostTensor => ({
  dims: shape,
  data: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => 0.2 * Math.sin(1.7 * i + phase),
  ),
});
const inputs: Record<string, HostTensor> = {
  'parameters.kernel': wave([16, 16, 3, 3], 1),
  'parameters.weight': wave([4, 16], 2),
  image: wave([2, 16, 6, 6], 3),
  target: wave([2, 4], 4),
};
const runtime = nodeRuntime({ threads: 1 });
async function run(
  graph: { model: Uint8Array; inputs: readonly { name: string }[] },
  feeds: Record<string, HostTensor>,
): Promise<Record<string, HostTensor>> {
  const session = await runtime.createSession(graph.model);
  return session
    .run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!])))
    .finally(() => session.release());
}

describe('splitAt', () => {
  it('computes in two graphs what one computes', async () => {
    const target = await cpuTarget();
    const whole = await run(compile(step, specs, { target }), inputs);
    const { forward, backward } = splitAt(step, specs, ['coefficients'], ['target'], { target });
    const first = await run(forward, inputs);
    const second = await run(backward, { ...inputs, ...first });
    const parts = { ...first, ...second };
    for (const [name, { data }] of Object.entries(whole))
      expect(relativeError(parts[name]!.data as Float32Array, data as Float32Array), name).toBeLessThan(1e-6);
  });

  it('leaves the later inputs to the second graph and the convolutions of the first to the first', () => {
    const { forward, backward } = splitAt(step, specs, ['coefficients'], ['target']);
    expect(forward.inputs.map(({ name }) => name).sort()).toEqual([
      'image',
      'parameters.kernel',
      'parameters.weight',
    ]);
    expect(backward.inputs.map(({ name }) => name)).toContain('target');
    expect(forward.outputs[0]).toEqual({ name: 'coefficients', shape: [2, 4], type: 'float32' });
    expect(backward.outputs.map(({ name }) => name)).toEqual(['value', 'grad.kernel', 'grad.weight']);
    // Masks and reshapes are made again rather than handed over.
    expect(forward.outputs.every(({ type }) => type === 'float32')).toBe(true);
    const handed = forward.outputs.slice(1).map(({ name }) => name);
    expect(backward.inputs.map(({ name }) => name)).toEqual(expect.arrayContaining(handed));
  });

  it('hands outputs of the first graph over that the second one needs too', async () => {
    // The rectified image is an output, cheap to make again, and part of the loss.
    const fn = ({ image, target }: { image: Tensor; target: Tensor }) => {
      const bright = image.relu();
      const code = bright.mean([1, 2, 3]);
      return { bright, code, value: bright.mul(bright.add(1)).sum().add(target.sum()) };
    };
    const { forward, backward } = splitAt(
      fn,
      { image: specs.image, target: specs.target },
      ['code'],
      ['target'],
    );
    expect(forward.outputs.map(({ name }) => name)).toContain('bright');
    const first = await run(forward, inputs);
    const { value } = await run(backward, { ...inputs, ...first });
    const whole = await run(compile(fn, { image: specs.image, target: specs.target }), inputs);
    expect(value!.data[0]).toBeCloseTo(whole['value']!.data[0] as number, 4);
  });

  it('names what makes a cut impossible', () => {
    expect(() => splitAt(step, specs, ['coefficients'], ['image'])).toThrow(
      'splitAt: the boundary coefficients needs the input "image", which is known only after it.',
    );
    expect(() => splitAt(step, specs, ['codes'], [])).toThrow(
      'splitAt: the function has no output "codes"; its outputs are value, grad.kernel, grad.weight, coefficients.',
    );
  });
});
