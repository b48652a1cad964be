import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluatePoints } from '../../src/model/evaluate.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { annotatedPlaces, mirroredPoint } from '../../tools/build-head-model/annotated-places.js';
import { evenly, type Place } from '../../tools/build-head-model/evenly.js';
import { readCorrespondences } from '../../tools/build-head-model/landmarks.js';

const place = fc.tuple(
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.double({ min: -100, max: 100, noNaN: true }),
);

describe('evenly', () => {
  it('divides a line with a corner by its length', () => {
    const corner = [
      [0, 0],
      [2, 0],
      [2, 6],
    ];
    expect(evenly(corner, 0, 1, 5)).toEqual([
      [0, 0],
      [2, 0],
      [2, 2],
      [2, 4],
      [2, 6],
    ]);
    expect(evenly(corner, 0.5, 1, 2)[0]).toEqual([2, 2]);
  });

  it('ends where the line does, in either direction', () => {
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 2, max: 9 }),
        (line, n) => {
          const along = evenly(line, 0, 1, n);
          const back = evenly(line.toReversed(), 0, 1, n).toReversed();
          const close = (a: Place, b: Place): boolean =>
            a.every((value, axis) => Math.abs(value - b[axis]!) < 1e-6);
          return (
            along.length === n &&
            close(along[0]!, line[0]!) &&
            close(along.at(-1)!, line.at(-1)!) &&
            along.every((one, i) => close(one, back[i]!))
          );
        },
      ),
    );
  });
});

describe('annotatedPlaces', () => {
  /** A template whose left side is the mirror image of its right one, about x = 0. */
  const pairs: readonly (readonly [right: number, left: number])[] = [
    [71, 82],
    [72, 81],
    [73, 80],
    [74, 79],
    [75, 78],
    [83, 86],
    [84, 85],
    [76, 77],
    [18, 27],
    [19, 26],
    [20, 25],
    [21, 24],
    [22, 23],
    [64, 69],
    [87, 93],
    [88, 92],
    [89, 91],
    [90, 90],
  ];
  const template = Array.from({ length: 189 }, () => [0, 0]);
  pairs.forEach(([right, left], i) => {
    const [x, y] = right === left ? [0, 9] : [-10 - ((7 * i) % 11), (5 * i) % 13];
    template[right] = [x!, y!];
    template[left] = [-x!, y!];
  });

  it('treats both sides alike', () => {
    const places = annotatedPlaces(template);
    expect(places.size).toBe(23);
    for (const [point, [x, y]] of places) {
      const [mirrorX, mirrorY] = places.get(mirroredPoint(point))!;
      expect(mirrorX, `${point}`).toBeCloseTo(-x!);
      expect(mirrorY, `${point}`).toBeCloseTo(y!);
    }
  });

  it('spaces a straight brow evenly, a quarter below its upper edge, without its faint end', () => {
    const straight = template.map((point) => [...point]);
    [71, 72, 73, 74, 75].forEach((index, k) => (straight[index] = [k * 25, k === 0 ? 4 : 0]));
    [83, 84, 76].forEach((index, k) => (straight[index] = [25 * (1 + 1.5 * k), 4]));
    const places = annotatedPlaces(straight);
    expect(places.get(21)![0]).toBeCloseTo(100);
    expect(places.get(21)![1]).toBeCloseTo(1);
    expect(places.get(17)![0]).toBeGreaterThan(5);
    const steps = [17, 18, 19, 20].map((i) => places.get(i + 1)![0]! - places.get(i)![0]!);
    for (const step of steps) expect(step / steps[3]!).toBeCloseTo(1, 0);
  });
});

it('mirrors the inner points in pairs', () => {
  for (let point = 17; point < 68; point++) expect(mirroredPoint(mirroredPoint(point))).toBe(point);
  expect(() => mirroredPoint(16)).toThrow('mirroredPoint: 16 is none of the inner 51 points.');
});

describe('the 68 points of the shipped head', () => {
  let model: MorphableModel;
  let points: Float32Array;
  beforeAll(async () => {
    model = await loadModel();
    points = evaluatePoints(model.landmarks.ibug68!, model.meanShape) as Float32Array;
  });
  const at = (index: number): Place => [...points.subarray(index * 3, index * 3 + 3)];

  it('are mirror images', () => {
    for (let point = 17; point < 68; point++) {
      const [x, y, z] = at(point);
      const [mirrorX, mirrorY, mirrorZ] = at(mirroredPoint(point));
      expect(Math.hypot(x! + mirrorX!, y! - mirrorY!, z! - mirrorZ!), `${point}`).toBeLessThan(1);
    }
  });

  it('are where portraits were annotated', async () => {
    const { annotated } = await readCorrespondences();
    expect(Object.keys(annotated)).toHaveLength(24);
    for (const { tri, bary } of Object.values(annotated)) {
      expect(tri).toHaveLength(3);
      expect(bary.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 3);
    }
    // Known answers: lips and brows lie in this order, from the chin to the forehead.
    const heights = [57, 62, 51, 33, 30, 29, 28, 27, 21, 19].map((index) => at(index)[1]!);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  });
});
