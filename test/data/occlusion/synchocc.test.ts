import { describe, expect, it } from 'vitest';
import { synchocc, synchoccNames } from '../../../src/data/occlusion/synchocc.js';
import { exampleFace } from './example-face.js';

describe('synchocc', () => {
  it('gives the same bytes for the same seed and others for another', async () => {
    const { photo, face } = await exampleFace();
    const a = synchocc(photo, face, 'x');
    const c = synchocc(photo, face, 'y');
    expect(synchocc(photo, face, 'x')).toEqual(a);
    expect(c.image.data).not.toEqual(a.image.data);
  });

  it.each(synchoccNames)('%s: hides what is wanted and changes nothing outside its mask', async (name) => {
    const { photo, face } = await exampleFace();
    const { image, mask, coverage } = synchocc(photo, face, 5, { occluder: name, coverage: 0.3 });
    expect(Math.abs(coverage - 0.3)).toBeLessThan(0.035);
    const changed = image.data.findIndex(
      (value, i) => mask.data[Math.floor(i / 3)] === 0 && value !== photo.data[i],
    );
    expect(changed).toBe(-1);
  });

  it('spreads coverage evenly from 10 to 70 %', async () => {
    const { photo, face } = await exampleFace();
    const bins = [0, 0, 0];
    for (let seed = 0; seed < 90; seed++) {
      const { coverage } = synchocc(photo, face, seed);
      expect(coverage).toBeGreaterThan(0.04);
      expect(coverage).toBeLessThan(0.76);
      bins[Math.min(2, Math.floor((coverage - 0.1) / 0.2) < 0 ? 0 : Math.floor((coverage - 0.1) / 0.2))]!++;
    }
    for (const count of bins) expect(count).toBeGreaterThan(17);
  });

  it('says what is wrong', async () => {
    const { photo, face } = await exampleFace();
    expect(() => synchocc(photo, face, 1, { occluder: 'spiral' })).toThrow(
      /expected an occluder of box.*received "spiral"/,
    );
    expect(() => synchocc(photo, face, 1, { coverage: 1.5 })).toThrow(/received 1.5/);
  });
});
