import { describe, expect, it } from 'vitest';
import {
  arkitUnits,
  keepOpposed,
  mirroredUnit,
  opposingIndices,
  opposingUnits,
} from '../../src/model/arkit-units.js';

describe('arkitUnits', () => {
  it('are 52 different names', () => {
    expect(new Set(arkitUnits).size).toBe(52);
  });

  it('come with their mirror images', () => {
    for (const name of arkitUnits) expect(arkitUnits).toContain(mirroredUnit(name));
    expect(mirroredUnit('mouthSmileLeft')).toBe('mouthSmileRight');
    expect(mirroredUnit('jawRight')).toBe('jawLeft');
    expect(mirroredUnit('browInnerUp')).toBe('browInnerUp');
  });
});

describe('keepOpposed', () => {
  const values = (given: Record<string, number>) => Float64Array.from(arkitUnits, (name) => given[name] ?? 0);
  const at = (all: Float64Array, name: (typeof arkitUnits)[number]) => all[arkitUnits.indexOf(name)]!;

  it('leaves the difference of opposing units', () => {
    const all = values({ eyeBlinkLeft: 0.5, eyeWideLeft: 0.2, mouthSmileLeft: 0.4 });
    keepOpposed(arkitUnits, all);
    expect(at(all, 'eyeBlinkLeft')).toBeCloseTo(0.3, 9);
    expect(at(all, 'eyeWideLeft')).toBe(0);
    expect(at(all, 'mouthSmileLeft')).toBe(0.4);
  });

  it('leaves no pair of which both are above 0, whatever the values', () => {
    const all = Float64Array.from(arkitUnits, (_, k) => ((k * 37) % 52) / 52);
    keepOpposed(arkitUnits, all);
    for (const [a, b] of opposingIndices(arkitUnits)) expect(Math.min(all[a]!, all[b]!)).toBe(0);
  });

  it('closes lips no farther than the jaw is open', () => {
    const all = values({ jawOpen: 0.2, mouthClose: 0.7 });
    keepOpposed(arkitUnits, all);
    expect(at(all, 'mouthClose')).toBe(0.2);
  });

  it('knows all its names', () => {
    for (const name of opposingUnits.flat()) expect(arkitUnits).toContain(name);
    expect(opposingIndices(['jawOpen'])).toEqual([]);
  });
});
