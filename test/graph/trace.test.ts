import { describe, expect, it } from 'vitest';
import { compile } from '../../src/graph/compile.js';
import { gradientReversal, valueAndGrad, vjp } from '../../src/graph/gradient.js';
import { lower } from '../../src/graph/lower/lower.js';
import { newVariable, printProgram } from '../../src/graph/program.js';
import { compileReference, evaluateReference } from '../../src/graph/reference.js';
import { constant } from '../../src/graph/tensor.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { spec, trace } from '../../src/graph/trace.js';

const data = new Float32Array([1, 2, 3, 4]);

describe('trace', () => {
  it('names inputs and outputs by their path', () => {
    const program = trace(
      ({ parameters, x }) => ({ loss: x.matmul(parameters.layer.weight).sum(), parts: { x: x.neg() } }),
      { parameters: { layer: { weight: spec([2, 3]) } }, x: spec([4, 2]) },
    );
    expect(program.inputs.map(([name]) => name)).toEqual(['parameters.layer.weight', 'x']);
    expect(program.outputs.map(([name]) => name)).toEqual(['loss', 'parts.x']);
  });

  it('calls lone tensors input and output', () => {
    const { inputs, outputs } = compile((x: Tensor) => x.add(1), spec([3]));
    expect([...inputs, ...outputs]).toEqual([
      { name: 'input', shape: [3], type: 'float32' },
      { name: 'output', shape: [3], type: 'float32' },
    ]);
  });

  it('stores a captured constant once however often it is used', () => {
    const program = trace(
      ({ x }) =>
        x
          .mul(constant(data))
          .add(constant(data))
          .sub(constant(data, [1, 4])),
      { x: spec([2, 4]) },
    );
    // The same numbers under two shapes are two constants.
    expect(program.constants.map(({ variable }) => variable.shape)).toEqual([[4], [1, 4]]);
    expect(program.constants.every((stored) => stored.data === data)).toBe(true);
  });

  it('tells shapes that do not fit, with the operation, at once', () => {
    expect(() => trace(({ a, b }) => a.matmul(b), { a: spec([2, 3]), b: spec([4, 5]) })).toThrow(
      'matmul: [2, 3] and [4, 5]: inner sizes 3 and 4 differ',
    );
    expect(() => trace(({ a, b }) => a.add(b), { a: spec([2, 3]), b: spec([2]) })).toThrow(
      'add: [2, 3] and [2]: do not broadcast: 3 against 2.',
    );
    expect(() => trace(({ a }) => a.reshape([4, -1]), { a: spec([2, 3]) })).toThrow(
      'reshape: [2, 3]: cannot become [4, -1].',
    );
  });
});

describe('simplify', () => {
  const lines = (fn: (inputs: { x: Tensor }) => Tensor): string[] =>
    printProgram(trace(fn, { x: spec([2, 2]) }))
      .split('\n')
      .slice(1, -1);
  it('keeps equal operations once and none that are unused', () => {
    expect(
      lines(({ x }) => {
        x.exp();
        return x.sin().add(x.sin());
      }),
    ).toEqual(['%2: float32[2, 2] = sin(%1)', '%3: float32[2, 2] = add(%2, %2)']);
  });
  it('does away with zeros, ones and what undoes itself', () => {
    expect(
      lines(({ x }) => x.mul(1).add(0).neg().neg().reshape([4]).reshape([2, 2]).stopGradient().add(x.sub(x))),
    ).toEqual([]);
  });
});

describe('differentiation', () => {
  it('turns the gradient round and leaves the value alone', () => {
    const fn = ({ x }: { x: Tensor }) =>
      valueAndGrad((p: { x: Tensor }) => {
        const reversed = gradientReversal(p.x, 0.3);
        return { value: reversed.square().sum(), extra: { reversed } };
      })({ x });
    const result = evaluateReference(fn, { x: spec([3]) }, { x: [1, 0.1, -7.3] });
    expect([...result['extra.reversed']!]).toEqual([1, 0.1, -7.3].map(Math.fround));
    [1, 0.1, -7.3].forEach((x, i) => expect(result['grad.x']![i]).toBeCloseTo(-0.3 * 2 * x, 5));
  });

  it('gives the pullback of several outputs', () => {
    const fn = ({ x, y }: { x: Tensor; y: Tensor }) => {
      const { outputs, pullback } = vjp(
        (p: { x: Tensor; y: Tensor }) => ({ sum: p.x.add(p.y), product: p.x.mul(p.y) }),
        { x, y },
      );
      return pullback({ sum: outputs.product, product: outputs.sum });
    };
    const result = evaluateReference(fn, { x: spec([1]), y: spec([1]) }, { x: [3], y: [5] });
    // d(x + y)·xy + d(xy)·(x + y)
    expect([result['x']![0], result['y']![0]]).toEqual([15 + 5 * 8, 15 + 3 * 8]);
  });

  it('hands out extra outputs, also unchanged inputs', () => {
    const fn = ({ x }: { x: Tensor }) =>
      valueAndGrad((p: { x: Tensor }) => {
        const y = p.x.exp();
        return { value: y.sum(), extra: { y, x: p.x } };
      })({ x });
    const result = compileReference(fn, { x: spec([2]) })({ x: [0, 1] });
    expect([...result['extra.x']!]).toEqual([0, 1]);
    expect(result['extra.y']![1]).toBeCloseTo(Math.E, 5);
  });

  it('wants a scalar', () => {
    expect(() =>
      trace(({ x }) => valueAndGrad((p: { x: Tensor }) => p.x.square())({ x }), { x: spec([2]) }),
    ).toThrow('valueAndGrad: the value must be a scalar, its shape is [2].');
  });
});

describe('lower', () => {
  it('refuses by name what ONNX has no form for', () => {
    const x = newVariable([2, 2], 'float32');
    const y = newVariable([2, 2], 'float32');
    const program = {
      inputs: [['x', x] as const],
      constants: [],
      equations: [{ primitive: 'cholesky', inputs: [x], params: {}, outputs: [y] }],
      outputs: [['y', y] as const],
    };
    expect(() => lower(program)).toThrow(
      'lower: the primitive "cholesky" on float32 has no ONNX form here; compute it outside and pass it in as an input.',
    );
  });
  it('refuses element types that only the reference backend has', () => {
    expect(() => compile(({ x }) => x.exp(), { x: spec([2], 'float64') })).toThrow(
      'lower: float64 has no place in a lowered graph; use float32 or int32.',
    );
  });
});
