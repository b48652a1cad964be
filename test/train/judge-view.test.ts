import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { createImage } from '../../src/math/image.js';
import { viewOfBox } from '../../src/network/face-view.js';
import { judgedFace } from '../../src/network/head-predictor.js';
import { judgeViews, placeIn, type Spot } from '../../src/train/judge-view.js';
import type { LabelledFace } from '../../src/train/labelled-faces.js';

function faceAt(centreX: number, centreY: number, size: number, roll: number): LabelledFace {
  const angle = (roll * Math.PI) / 180;
  return {
    centreX,
    centreY,
    size,
    keypoints: new Float32Array(12),
    forward: [0, 0, 1],
    // Anticlockwise in a picture whose y points down.
    up: [-Math.sin(angle), -Math.cos(angle)],
    doubtful: false,
  };
}

const spotAt = (x: number, y: number, side: number, roll: number): Spot => ({
  box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
  roll,
});

describe('placeIn', () => {
  it('counts in sides of the box, along its upright axes', () => {
    const place = placeIn(spotAt(100, 100, 50, 0), faceAt(110, 95, 100, 90));
    expect(place.dx).toBeCloseTo(0.2, 6);
    expect(place.dy).toBeCloseTo(-0.1, 6);
    expect(place.growth).toBeCloseTo(Math.log(2), 6);
    expect(place.turn).toBeCloseTo(Math.PI / 2, 6);
    // A head that lies on its left: its right is the picture's up.
    const lying = placeIn(spotAt(100, 100, 50, 90), faceAt(100, 90, 50, 90));
    expect(lying.dx).toBeCloseTo(0.2, 6);
    expect(lying.dy).toBeCloseTo(0, 6);
    expect(lying.turn).toBeCloseTo(0, 6);
  });

  it('is undone by what the predictor makes of it', () => {
    const range = fc.double({ min: -60, max: 60, noNaN: true });
    fc.assert(
      fc.property(
        range,
        range,
        fc.double({ min: 20, max: 90, noNaN: true }),
        range,
        range,
        (x, y, size, a, b) => {
          const spot = spotAt(100, 100, 50, a);
          const face = faceAt(100 + x, 100 + y, size, b);
          const { dx, dy, growth, turn } = placeIn(spot, face);
          const judged = judgedFace(viewOfBox(spot.box, spot.roll, 128), 1, [dx, dy, growth, turn]);
          expect(judged.box.x + judged.box.width / 2).toBeCloseTo(face.centreX, 3);
          expect(judged.box.y + judged.box.height / 2).toBeCloseTo(face.centreY, 3);
          expect(judged.box.width).toBeCloseTo(size, 3);
          expect(judged.roll).toBeCloseTo(b, 3);
        },
      ),
    );
  });
});

describe('judgeViews', () => {
  const picture = createImage(200, 200, 3);
  const options = { size: 32, views: 8, covered: 0, noise: 20 };
  const face = faceAt(100, 100, 60, 0);
  const views = (faces: readonly LabelledFace[], found: readonly Spot[], seed = 'views') =>
    judgeViews(picture, faces, found, createRandom(seed), options);

  it('calls a spot on a face one, a spot beside it none, and leaves out what lies between', () => {
    const said = (spot: Spot, faces: readonly LabelledFace[] = [face]): number | undefined => {
      const same = Array.from({ length: 8 }, () => spot);
      return views(faces, same)[0]!.face;
    };
    expect(said(spotAt(103, 98, 62, 5))).toBe(1);
    expect(said(spotAt(160, 100, 60, 0))).toBe(0);
    expect(said(spotAt(100, 100, 20, 0))).toBe(0);
    expect(said(spotAt(100, 100, 60, 180))).toBe(0);
    expect(said(spotAt(125, 100, 60, 0))).toBeUndefined();
    expect(said(spotAt(103, 98, 62, 5), [{ ...face, doubtful: true }])).toBeUndefined();
  });

  it('makes as many views as asked for, faces and others, the same of the same seed', () => {
    const made = Array.from({ length: 20 }, (_, k) => views([face], [], `${k}`)).flat();
    expect(made).toHaveLength(160);
    const share = made.filter((view) => view.face === 1).length / made.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.75);
    expect(made.every((view) => view.face !== 1 || view.place !== undefined)).toBe(true);
    expect(views([face], [])).toEqual(views([face], []));
    expect(views([], []).every((view) => view.face === 0 && view.place === undefined)).toBe(true);
  });
});
