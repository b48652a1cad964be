import { describe, expect, it } from 'vitest';
import { coverageOf, faceRegion } from '../../../src/data/occlusion/face-region.js';
import { occluders } from '../../../src/data/occlusion/objects/index.js';
import { reachocc, reachoccNames } from '../../../src/data/occlusion/reachocc.js';
import { loadHand } from '../../../src/node/files/assets.js';
import { exampleFace } from './example-face.js';

const hand = await loadHand();

describe('reachocc', () => {
  it('gives the same bytes for the same seed and others for another', async () => {
    const { photo, face } = await exampleFace();
    const a = reachocc(photo, face, hand, 7);
    const b = reachocc(photo, face, hand, 7);
    const c = reachocc(photo, face, hand, 8);
    expect(a).toEqual(b);
    expect(c.image.data).not.toEqual(a.image.data);
    // What was drawn in between has no say.
    expect(reachocc(photo, (await exampleFace()).face, hand, 7)).toEqual(a);
  });

  it.each(reachoccNames)(
    '%s: changes only what lies behind its mask or shadow, and hides what it says',
    async (name) => {
      const { photo, face } = await exampleFace();
      const before = photo.data.slice();
      const [least, most] = occluders.find((occluder) => occluder.name === name)!.range;
      const wanted = (least + most) / 2;
      const { image, mask, coverage, occluder } = reachocc(photo, face, hand, 3, {
        occluder: name,
        coverage: wanted,
      });
      expect(photo.data).toEqual(before);
      expect(occluder).toBe(name);
      expect([image.width, image.height, image.channels, mask.channels]).toEqual([224, 224, 3, 1]);
      expect(coverage).toBeCloseTo(coverageOf(faceRegion(face, 224, 224), mask.data, 224), 6);
      expect(Math.abs(coverage - wanted)).toBeLessThan(name === 'spectacles' ? 0.06 : 0.05);
      // Shadows darken and never lighten.
      const lightened = image.data.findIndex(
        (value, i) => mask.data[Math.floor(i / 3)] === 0 && value > photo.data[i]!,
      );
      expect(lightened).toBe(-1);
    },
  );

  it('comes within 3 points of the wanted coverage for 9 of 10, over the whole range', async () => {
    const { photo, face } = await exampleFace(-15);
    let close = 0;
    for (let k = 0; k < 40; k++) {
      const wanted = 0.1 + 0.6 * (k / 39);
      if (Math.abs(reachocc(photo, face, hand, k, { coverage: wanted }).coverage - wanted) <= 0.03) close++;
    }
    expect(close).toBeGreaterThanOrEqual(35);
  });

  it('says what is wrong', async () => {
    const { photo, face } = await exampleFace();
    expect(() => reachocc(photo, face, hand, 1, { occluder: 'umbrella' })).toThrow(
      /expected an occluder of surgical mask.*received "umbrella"/,
    );
    expect(() => reachocc(photo, face, hand, 1, { coverage: 0 })).toThrow(
      /expected a coverage above 0 and up to 1, received 0/,
    );
    expect(() => reachocc({ ...photo, channels: 4 }, face, hand, 1)).toThrow(/three channels/);
    expect(() => reachocc(photo, { ...face, camera: { ...face.camera, cx: 9000 } }, hand, 1)).toThrow(
      /outside/,
    );
  });
});
