import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { addExpression, evaluateVertices } from '../../src/model/evaluate.js';
import { modelFromTensors, modelToTensors } from '../../src/model/model-file.js';
import type { MorphableModel, PersonalUnit } from '../../src/model/morphable-model.js';
import { unitDisplacement } from '../../src/model/personal-units.js';
import { loadModel } from '../../src/node/files/assets.js';
import { expectClose } from '../math/close.js';
import { tinyModel } from './tiny-model.js';

/** Unit 1 moves vertices 3 and 1 by what the shape says. */
const personal: PersonalUnit = {
  unit: 1,
  vertices: [3, 1],
  displacements: Float32Array.from({ length: 18 }, (_, i) => Math.cos(2 * i)),
};
const plain = tinyModel();
const model: MorphableModel = tinyModel({ expression: { ...plain.expression, personal: [personal] } });
const shapes = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 });

describe('personal units', () => {
  it('leave the mean head, and other units, as they are', () => {
    expect(evaluateVertices(model, { shape: [0, 0, 0], expression: [1, 1] })).toEqual(
      evaluateVertices(plain, { shape: [0, 0, 0], expression: [1, 1] }),
    );
    expect(evaluateVertices(model, { shape: [1, 2, 3], expression: [1, 0] })).toEqual(
      evaluateVertices(plain, { shape: [1, 2, 3], expression: [1, 0] }),
    );
  });

  it('add what each component asks for, in proportion', () => {
    const head = evaluateVertices(model, { shape: [0, 2, 0], expression: [0, 0.5] });
    const without = evaluateVertices(plain, { shape: [0, 2, 0], expression: [0, 0.5] });
    const added = head.map((value, i) => value - without[i]!);
    // The second component's rows, for vertices 3 and 1.
    expectClose(added.subarray(9, 12), personal.displacements.subarray(6, 9), 1e-5);
    expectClose(added.subarray(3, 6), personal.displacements.subarray(9, 12), 1e-5);
    expectClose(added.subarray(0, 3), [0, 0, 0], 1e-9);
  });

  it('are the displacement that morph targets take', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const head = evaluateVertices(model, { shape, expression: [0, 1] });
        const neutral = evaluateVertices(model, { shape });
        const own = unitDisplacement(model, 1, shape);
        expectClose(
          neutral.map((value, i) => value + own[i]!),
          head,
          1e-4,
        );
        expectClose(addExpression(model, neutral, [0, 1], shape), head, 1e-4);
      }),
    );
  });

  it('are kept by the model file', () => {
    const { tensors, metadata } = modelToTensors(model);
    const read = modelFromTensors(readSafetensors(writeSafetensors(tensors, metadata)));
    expect(read.expression.personal).toHaveLength(1);
    const [back] = read.expression.personal!;
    expect([back!.unit, ...Array.from(back!.vertices)]).toEqual([1, 3, 1]);
    expectClose(back!.displacements, personal.displacements, 0.005);
  });

  it('are the blinks of the model that ships', async () => {
    const { expression } = await loadModel();
    expect(expression.personal!.map(({ unit }) => expression.names[unit]).sort()).toEqual([
      'eyeBlinkLeft',
      'eyeBlinkRight',
    ]);
  });
});
