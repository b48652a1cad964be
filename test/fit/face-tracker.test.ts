import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, loadRogue, type Image, type Rogue } from '../../src/node.js';

let rogue: Rogue;
let photo: Image;
beforeAll(async () => {
  rogue = await loadRogue();
  ({ image: photo } = await decodeImage('examples/astronaut.jpg'));
});
afterAll(async () => {
  await rogue.release();
});

/** The photo, its content moved by whole pixels; what comes in is grey. */
function moved({ width, height, channels, data }: Image, dx: number, dy: number): Image {
  const out = new Uint8Array(data.length).fill(128);
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
      for (let k = 0; k < channels; k++)
        out[(y * width + x) * channels + k] = data[((y - dy) * width + x - dx) * channels + k]!;
    }
  }
  return { width, height, channels, data: out };
}

const blank = ({ width, height }: Image): Image => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(90),
});

/** Greatest distance of two sets of landmarks, px, when the second is moved. */
const worst = (a: Float32Array, b: Float32Array, dx = 0, dy = 0): number =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]! - (k % 2 === 0 ? dx : dy))), 0);

describe('FaceTracker', () => {
  it('follows a face that moves, as each picture alone would have it', async () => {
    const tracker = rogue.track({ smooth: false });
    const [still] = await rogue.reconstruct(photo, { texture: 'none' });
    for (let k = 0; k < 26; k++) {
      const tracked = await tracker.next(moved(photo, 4 * k, k), k / 30);
      // The shape becomes the mean of many pictures, and the box follows the mesh: 2 px of a face of 100.
      // The jaw's points slide along the outline in steps of some 5 px.
      const [points, expected] = [tracked!.landmarks68, still!.landmarks68];
      expect(worst(points.subarray(34), expected.subarray(34), 4 * k, k)).toBeLessThan(2);
      expect(worst(points, expected, 4 * k, k)).toBeLessThan(7);
    }
  });

  it('loses a face that is gone, and finds it again elsewhere', async () => {
    const tracker = rogue.track();
    expect(await tracker.next(photo, 0)).toBeDefined();
    expect(await tracker.next(blank(photo), 1 / 30)).toBeUndefined();
    const again = await tracker.next(moved(photo, 150, 40), 2 / 30);
    expect(again!.box.x).toBeGreaterThan(280);
  });

  it('gives the face itself anew after a reset', async () => {
    const tracker = rogue.track();
    const first = await tracker.next(photo, 0);
    await tracker.next(moved(photo, 3, 0), 0.03);
    tracker.reset();
    expect(worst((await tracker.next(photo, 0.06))!.landmarks68, first!.landmarks68)).toBeLessThan(1e-3);
  });
});
