import { beforeAll, describe, expect, it } from 'vitest';
import { Photographer, type SyntheticPhoto } from '../../../src/data/synthetic/photographer.js';
import { labelMap } from '../../../src/data/synthetic/parsing-labels.js';
import { evaluatePoints } from '../../../src/model/evaluate.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { parsingLabels, parsingClasses } from '../../../src/network/parsing/parsing-classes.js';
import { loadModel } from '../../../src/node.js';
import { loadPeople } from '../../../src/node/files/assets.js';
import { createRasterTarget, rasterize } from '../../../src/render/rasterize.js';

const SIZE = 128;
const { background: BACKGROUND, skin: SKIN, hair: HAIR, cover: COVER } = parsingLabels;
const BALD = 256;

let model: MorphableModel;
let photographer: Photographer;
/** Seeds 0…15, and one who is bald. */
let photos: SyntheticPhoto[];
beforeAll(async () => {
  model = await loadModel();
  photographer = new Photographer(model, await loadPeople(), SIZE);
  photos = Array.from({ length: 16 }, (_, seed) => photographer.take(seed));
  photos.push(photographer.take(BALD));
});

/** Where an iBUG landmark is in a photo, whole pixels. */
function pixelOf({ truth: { vertices, camera } }: SyntheticPhoto, landmark: number): [number, number] {
  const points = evaluatePoints(model.landmarks.ibug68!, vertices);
  const [x, y, z] = [0, 1, 2].map((axis) => points[3 * landmark + axis]!) as [number, number, number];
  const scale = camera.focal / -z;
  return [Math.floor(camera.cx + x * scale), Math.floor(camera.cy - y * scale)];
}

const count = ({ labels }: SyntheticPhoto, label: number): number =>
  Array.from(labels.data).filter((value) => value === label).length;

describe('labels of a synthetic photo', () => {
  it('are one of the classes per pixel, and the same for the same seed', () => {
    for (const { labels } of photos) {
      expect([labels.width, labels.height, labels.channels]).toEqual([SIZE, SIZE, 1]);
      expect(labels.data).toHaveLength(SIZE * SIZE);
      expect(labels.data.every((value) => value < parsingClasses.length)).toBe(true);
    }
    expect(photographer.take(3).labels).toEqual(photos[3]!.labels);
    expect(photos[4]!.labels).not.toEqual(photos[3]!.labels);
  });

  it('are skin on the tip of the nose and background in upper corners', () => {
    let noses = 0;
    let corners = 0;
    for (const photo of photos) {
      const [x, y] = pixelOf(photo, 30);
      if (photo.labels.data[y * SIZE + x] === SKIN) noses++;
      if (photo.labels.data[0] === BACKGROUND) corners++;
    }
    // One has a fringe before half of her face; one stands too close to the corner.
    expect(noses).toBeGreaterThanOrEqual(14);
    expect(corners).toBeGreaterThanOrEqual(14);
  });

  it('are skin, then hair, then background on the way up from the nose, and no hair on the bald', () => {
    const photo = photos[15]!;
    const [x, top] = pixelOf(photo, 30);
    const way = Array.from({ length: top + 1 }, (_, k) => photo.labels.data[(top - k) * SIZE + x]!);
    expect(way.filter((label, k) => label !== way[k - 1])).toEqual([SKIN, HAIR, BACKGROUND]);
    const bald = photos.at(-1)!;
    expect(bald.truth.hair).toBeUndefined();
    expect(count(bald, HAIR)).toBe(0);
    expect(count(bald, SKIN)).toBeGreaterThan(0.05 * SIZE * SIZE);
  });

  it('are a cover where spectacles are worn, whose clear lenses show the eyes', () => {
    expect(photos.filter(({ truth }) => truth.spectacles).length).toBeGreaterThan(2);
    for (const photo of photos) expect(count(photo, COVER) > 10).toBe(photo.truth.spectacles);
    const [left, right] = [37, 40].map((landmark) => pixelOf(photos[9]!, landmark)) as [
      [number, number],
      [number, number],
    ];
    const eye = Math.round((left[1] + right[1]) / 2) * SIZE + Math.round((left[0] + right[0]) / 2);
    expect(photos[9]!.labels.data[eye]).toBe(SKIN);
  });

  it("are no background inside the head's outline, and above the nose no skin outside it", () => {
    const target = createRasterTarget(SIZE, SIZE);
    for (const photo of photos) {
      const { truth, labels } = photo;
      rasterize(target, truth.vertices, model.parts[0]!.triangles, truth.camera);
      // Below the nose there are moustaches, and a neck that is not the head's.
      const nose = pixelOf(photo, 30)[1];
      const plain = !truth.hair && !truth.spectacles;
      let wrong = 0;
      for (let y = 1; y < nose; y++) {
        for (let x = 1; x + 1 < SIZE; x++) {
          let inside = 0;
          for (let k = 0; k < 9; k++)
            if (target.triangle[(y - 1 + Math.floor(k / 3)) * SIZE + x - 1 + (k % 3)]! >= 0) inside++;
          const label = labels.data[y * SIZE + x]!;
          if (inside === 9 && (plain ? label !== SKIN : label === BACKGROUND)) wrong++;
          if (inside === 0 && label === SKIN) wrong++;
        }
      }
      expect(wrong).toBe(0);
    }
  });
});

it('labelMap takes the largest share, and the background where less is drawn', () => {
  const data = Float32Array.of(0, 0.4, 0.35, 0, 0.1, 0.2, 0.3, 0.1, 0, 0.2, 0.3, 0, 0, 0, 0.4, 0.6);
  expect(Array.from(labelMap({ labels: 4, data }, 4, 1).data)).toEqual([SKIN, BACKGROUND, BACKGROUND, COVER]);
});
