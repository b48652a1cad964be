import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { arkitUnits, opposingUnits } from '../../src/model/arkit-units.js';
import { evaluatePoints, evaluateVertices } from '../../src/model/evaluate.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { readyPlayerMeUnits, visemes, type UnitWeights, type Viseme } from '../../src/model/visemes.js';
import { loadModel } from '../../src/node/files/assets.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

/** Gap of the lips' middle, and width of the mouth, mm: points 62, 66 and 48, 54 of iBUG's 68. */
function mouthOf(weights: UnitWeights, shape: readonly number[] = []): { gap: number; width: number } {
  const expression = model.expression.names.map((name) => weights[name as keyof UnitWeights] ?? 0);
  const vertices = evaluateVertices(model, { shape, expression });
  const points = evaluatePoints(model.landmarks.ibug68!, vertices);
  const distance = (a: number, b: number) =>
    Math.hypot(...[0, 1, 2].map((axis) => points[3 * a + axis]! - points[3 * b + axis]!));
  return { gap: distance(62, 66), width: distance(48, 54) };
}

describe('visemes', () => {
  it('are the 15 of Oculus in its order, of units that the model has', () => {
    expect(Object.keys(visemes).map((name) => name.replace('viseme_', ''))).toEqual(
      'sil PP FF TH DD kk CH SS nn RR aa E I O U'.split(' '),
    );
    for (const weights of [...Object.values(visemes), ...Object.values(readyPlayerMeUnits)])
      for (const [unit, weight] of Object.entries(weights)) {
        expect(arkitUnits).toContain(unit);
        expect(weight).toBeGreaterThan(0);
        expect(weight).toBeLessThanOrEqual(1);
      }
  });

  it('use no two units that cancel each other', () => {
    for (const [name, weights] of Object.entries(visemes))
      for (const [a, b] of opposingUnits)
        expect(a in weights && b in weights, `${name}: ${a} and ${b}`).toBe(false);
  });

  it('open the mouth as far as their sounds do: closed, a little, wide', () => {
    const gapOf = (name: Viseme) => mouthOf(visemes[name]).gap;
    for (const name of ['viseme_sil', 'viseme_PP'] as const) expect(gapOf(name), name).toBeLessThan(3);
    for (const name of ['viseme_DD', 'viseme_kk', 'viseme_nn', 'viseme_E', 'viseme_I'] as const) {
      expect(gapOf(name), name).toBeGreaterThan(gapOf('viseme_PP') + 2);
      expect(gapOf(name), name).toBeLessThan(gapOf('viseme_aa'));
    }
    expect(gapOf('viseme_aa')).toBeGreaterThan(14);
    expect(gapOf('viseme_O')).toBeGreaterThan(gapOf('viseme_U'));
  });

  it('round the lips for O, U and CH, and spread them for I, E and SS', () => {
    const rest = mouthOf({}).width;
    for (const name of ['viseme_O', 'viseme_U', 'viseme_CH'] as const)
      expect(mouthOf(visemes[name]).width, name).toBeLessThan(rest - 2);
    for (const name of ['viseme_I', 'viseme_E', 'viseme_SS'] as const)
      expect(mouthOf(visemes[name]).width, name).toBeGreaterThan(rest + 1);
  });

  it('do so on every head', () => {
    const shapes = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const gapOf = (name: Viseme) => mouthOf(visemes[name], shape).gap;
        return gapOf('viseme_aa') > gapOf('viseme_DD') && gapOf('viseme_DD') > gapOf('viseme_PP');
      }),
      { numRuns: 20, seed: 19 },
    );
  });
});
