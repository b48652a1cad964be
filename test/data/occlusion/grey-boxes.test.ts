import { describe, expect, it } from 'vitest';
import { faceRegion } from '../../../src/data/occlusion/face-region.js';
import { greyBox, greyBoxOf } from '../../../src/data/occlusion/grey-boxes.js';
import { greyBoxKinds } from '../../../src/data/occlusion/grey-box-kinds.js';
import { amountFor } from '../../../src/data/occlusion/occlusion.js';
import { exampleFace } from './example-face.js';

describe('greyBox', () => {
  it('lies where its name says', () => {
    const box = { x: 10, y: 20, width: 100, height: 120 };
    expect([
      { x: 10, y: 20, width: 50, height: 120 },
      { x: 60, y: 20, width: 50, height: 120 },
    ]).toContainEqual(greyBoxOf(box, 'half', 1));
    expect(greyBoxOf(box, 'lower face', 1)).toEqual({ x: 10, y: 80, width: 100, height: 60 });
    const { width, height } = greyBoxOf(box, 'random box', 4);
    expect((width * height) / 12_000).toBeCloseTo(0.4, 1);
  });

  it.each(greyBoxKinds)('%s: paints grey inside its mask only', async (kind) => {
    const { photo, face } = await exampleFace();
    const { image, mask, coverage } = greyBox(photo, face, kind, 2);
    expect(coverage).toBeGreaterThan(0.12);
    expect(coverage).toBeLessThan(0.75);
    for (let i = 0; i < mask.data.length; i++)
      for (let k = 0; k < 3; k++)
        expect(image.data[3 * i + k]).toBe(mask.data[i] === 255 ? 128 : photo.data[3 * i + k]);
  });
});

describe('greyBox eye band', () => {
  it('covers the eyes', async () => {
    const { photo, face } = await exampleFace(0);
    const { mask } = greyBox(photo, face, 'eye band', 2);
    const region = faceRegion(face, 224, 224);
    expect(region.count).toBeGreaterThan(5000);
    for (const corner of [36, 39, 42, 45]) {
      const point = [0, 1, 2].map((row) =>
        [0, 1, 2].reduce(
          (sum, k) => sum + face.rotation[3 * row + k]! * face.landmarks[3 * corner + k]!,
          face.translation[row]!,
        ),
      );
      const x = Math.floor(face.camera.cx + (face.camera.focal * point[0]!) / -point[2]!);
      const y = Math.floor(face.camera.cy - (face.camera.focal * point[1]!) / -point[2]!);
      expect(mask.data[y * 224 + x]).toBe(255);
    }
  });
});

describe('amountFor', () => {
  it('finds the amount, also of what first grows and then shrinks, and the nearer end where there is none', () => {
    expect(amountFor(0.25, (amount) => amount * amount)).toBeCloseTo(0.5, 1);
    const hump = (amount: number) => 0.6 * Math.sin(Math.PI * amount) ** 2;
    expect(hump(amountFor(0.4, hump))).toBeCloseTo(0.4, 1);
    expect(amountFor(0.1, () => 0.3)).toBe(0);
    expect(amountFor(0.9, (amount) => 0.5 * amount)).toBe(1);
  });
});
