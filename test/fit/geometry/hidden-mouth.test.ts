import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restHiddenMouth } from '../../../src/fit/geometry/hidden-mouth.js';
import { arkitUnits } from '../../../src/model/arkit-units.js';

/** All units at rest but these. */
const face = (units: Readonly<Record<string, number>>): Float32Array =>
  Float32Array.from(arkitUnits, (name) => units[name] ?? 0);
const rested = (units: Readonly<Record<string, number>>, seen: number): ((name: string) => number) => {
  const expression = restHiddenMouth(arkitUnits, face(units), seen);
  return (name) => expression[(arkitUnits as readonly string[]).indexOf(name)]!;
};

describe('restHiddenMouth', () => {
  it('closes a mouth that nobody sees, and draws it aside no more', () => {
    const unit = rested({ jawOpen: 0.1, mouthUpperUpLeft: 0.3, mouthUpperUpRight: 0.2, mouthLeft: 0.2 }, 0);
    for (const name of ['mouthUpperUpLeft', 'mouthUpperUpRight', 'mouthLeft']) expect(unit(name)).toBe(0);
    expect(unit('mouthClose')).toBe(unit('jawOpen'));
  });

  it('leaves a smile, the same on both sides', () => {
    const unit = rested({ mouthSmileLeft: 0.1, mouthSmileRight: 0.3 }, 0);
    expect(unit('mouthSmileLeft')).toBeCloseTo(0.2, 6);
    expect(unit('mouthSmileRight')).toBeCloseTo(0.2, 6);
  });

  it('leaves a mouth open whose chin says so, and one that laughs', () => {
    expect(rested({ jawOpen: 0.6 }, 0)('jawOpen')).toBeCloseTo(0.6, 6);
    const laugh = { mouthSmileLeft: 0.9, mouthSmileRight: 0.8, mouthUpperUpLeft: 0.4 };
    expect(rested(laugh, 0)('mouthUpperUpLeft')).toBeCloseTo(0.4, 6);
  });

  it('changes nothing of a mouth that is seen, and nothing but mouths and jaws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 52, maxLength: 52 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, seen) => {
          const fitted = Float32Array.from(values);
          const expression = restHiddenMouth(arkitUnits, fitted, seen);
          arkitUnits.forEach((name, k) => {
            if (seen >= 0.5 || !/^(jaw|mouth)/.test(name)) expect(expression[k]).toBe(fitted[k]);
            expect(expression[k]).toBeGreaterThanOrEqual(0);
            expect(expression[k]).toBeLessThanOrEqual(1);
          });
        },
      ),
    );
  });
});
