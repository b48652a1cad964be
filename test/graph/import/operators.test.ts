import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supportedOperators } from '../../../src/graph/import/operators.js';
import { attributesOf, encode, expectSameOutputs, gradientError, wave } from './networks.js';
import type { Network } from './networks.js';
import { operatorCases } from './operator.cases.js';
import type { OperatorCase } from './operator-case.js';

function networkOf({
  op,
  inputs,
  constants = {},
  attributes = {},
  opset,
  type = 'float32',
  outputs = 1,
  order,
}: OperatorCase): Network {
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`);
  return {
    ...(opset === undefined ? {} : { opset }),
    inputs,
    constants,
    outputs: Object.fromEntries(names.map((name) => [name, type])),
    nodes: [
      {
        opType: op,
        inputs: order ?? [...Object.keys(inputs), ...Object.keys(constants)],
        outputs: names,
        attributes: attributesOf(attributes),
      },
    ],
  };
}

const describeCase = ({ op, inputs, constants = {}, attributes = {}, opset }: OperatorCase): string =>
  `${op}(${Object.entries({ ...inputs, ...constants })
    .map(([name, { dims }]) => `${name}[${dims.join()}]`)
    .join(', ')}) ${JSON.stringify(attributes)}${opset === undefined ? '' : ` in set ${opset}`}`;

describe('imported operators compute what ONNX Runtime computes', () => {
  it.each(operatorCases.map((one) => [describeCase(one), one] as const))('%s', async (_, one) => {
    const bytes = encode(networkOf(one));
    await expectSameOutputs(bytes, one.inputs);
    if (one.smooth === false) return;
    const input = Object.keys(one.inputs).find((name) => one.inputs[name]!.type === 'float32')!;
    expect(await gradientError(bytes, one.inputs, input, 2e-4), 'gradient').toBeLessThan(0.02);
  });

  it('covers every operator', () => {
    const tried = new Set(operatorCases.map(({ op }) => op));
    // These show only in networks: the first two compute with shapes, the last hold or copy values.
    expect(supportedOperators.filter((op) => !tried.has(op))).toEqual([
      'CastLike',
      'Constant',
      'Mod',
      'ReduceProd',
    ]);
  });
});

describe('imported windows', () => {
  // A few outputs that nearly cancel have little to be relative to.
  const tolerance = 5e-5;
  const side = fc.integer({ min: 1, max: 4 });
  const pads = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
  const geometry = fc.record({
    size: fc.tuple(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 })),
    kernel_shape: fc.tuple(side, side),
    strides: fc.tuple(side, side),
    pads,
    auto_pad: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  });
  type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never;
  const fits = (
    { size, kernel_shape, pads: around, auto_pad }: Geometry,
    dilations: readonly number[],
  ): boolean =>
    [0, 1].every(
      (i) =>
        dilations[i]! * (kernel_shape[i]! - 1) + 1 <=
        size[i]! + (auto_pad === 'NOTSET' ? around[i]! + around[i + 2]! : 0),
    );
  // Where automatic padding would be negative we take none, as TensorFlow; ONNX Runtime cuts off, reads
  // beyond or refuses.
  const usual = (g: Geometry): boolean =>
    !g.auto_pad.startsWith('SAME') || g.kernel_shape.every((size, i) => size >= g.strides[i]!);
  const windowAttributes = ({ kernel_shape, strides, pads: around, auto_pad }: Geometry) => ({
    kernel_shape,
    strides,
    auto_pad,
    ...(auto_pad === 'NOTSET' ? { pads: around } : {}),
  });

  it('agree for convolutions of any geometry', async () => {
    const channels = fc.record({
      groups: fc.constantFrom(1, 2, 4),
      perIn: fc.constantFrom(1, 2),
      perOut: fc.constantFrom(1, 3),
    });
    await fc.assert(
      fc.asyncProperty(
        geometry,
        fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
        channels,
        async (g, dilations, { groups, perIn, perOut }) => {
          // ONNX Runtime refuses automatic padding of dilated windows.
          fc.pre(
            usual(g) &&
              fits(g, dilations) &&
              (g.auto_pad === 'NOTSET' || dilations.every((step) => step === 1)),
          );
          const inputs = { x: wave([1, groups * perIn, ...g.size]) };
          await expectSameOutputs(
            encode(
              networkOf({
                op: 'Conv',
                inputs,
                constants: {
                  w: wave([groups * perOut, perIn, ...g.kernel_shape], 1),
                  b: wave([groups * perOut], 2),
                },
                attributes: { ...windowAttributes(g), dilations, group: groups },
              }),
            ),
            inputs,
            tolerance,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('agree for transposed convolutions of any geometry', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, fc.constantFrom(1, 2), async (g, groups) => {
        const whole = [0, 1].map((i) => (g.size[i]! - 1) * g.strides[i]! + g.kernel_shape[i]!);
        fc.pre(
          g.auto_pad === 'NOTSET'
            ? [0, 1].every((i) => whole[i]! - g.pads[i]! - g.pads[i + 2]! >= 1)
            : g.kernel_shape.every((size, i) => size >= g.strides[i]!),
        );
        const inputs = { x: wave([1, 2 * groups, ...g.size]) };
        await expectSameOutputs(
          encode(
            networkOf({
              op: 'ConvTranspose',
              inputs,
              constants: { w: wave([2 * groups, 3, ...g.kernel_shape], 1) },
              attributes: { ...windowAttributes(g), group: groups },
            }),
          ),
          inputs,
          tolerance,
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each(['MaxPool', 'AveragePool'])('agree for %s of any geometry', async (op) => {
    await fc.assert(
      fc.asyncProperty(
        geometry,
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 1),
        async (g, ceil_mode, count_include_pad) => {
          fc.pre(
            usual(g) &&
              fits(g, [1, 1]) &&
              [0, 1, 2, 3].every((i) => g.auto_pad !== 'NOTSET' || g.pads[i]! < g.kernel_shape[i % 2]!),
          );
          const inputs = { x: wave([1, 2, ...g.size]) };
          await expectSameOutputs(
            encode(
              networkOf({
                op,
                inputs,
                opset: 19,
                attributes: {
                  ...windowAttributes(g),
                  ceil_mode,
                  ...(op === 'AveragePool' ? { count_include_pad } : {}),
                },
              }),
            ),
            inputs,
            tolerance,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});
