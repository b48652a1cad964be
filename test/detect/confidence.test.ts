import { describe, expect, it } from 'vitest';
import { confidenceOf, evidenceOf, type Evidence } from '../../src/detect/confidence.js';
import { densePointCount } from '../../src/detect/mesh-regions.js';

const good: Evidence = {
  score: 0.9,
  // As on faces: next to 1.
  presence: 1 - 1e-9,
  fromDetector: 0.04,
  fromHead: 0.03,
  moved: 0.03,
  resized: 0.03,
};

describe('confidenceOf', () => {
  it('is high where all networks agree, and falls with the agreement and with the score', () => {
    expect(confidenceOf(good)).toBeGreaterThan(0.95);
    const apart = { ...good, fromDetector: 0.5, fromHead: 0.5 };
    expect(confidenceOf(apart)).toBeLessThan(confidenceOf(good));
    // Where the detector is half sure, the others decide.
    expect(confidenceOf({ ...good, score: 0.55 })).toBeGreaterThan(0.5);
    expect(confidenceOf({ ...apart, score: 0.55 })).toBeLessThan(0.3);
    expect(confidenceOf({ ...good, score: 0.25 })).toBeLessThan(confidenceOf(good));
    expect(confidenceOf({ ...good, score: 0.2, presence: 0.05, fromHead: 0.4 })).toBeLessThan(0.05);
  });
});

describe('confidenceOf, with a judge', () => {
  it('falls with the judge’s doubt', () => {
    const doubtful = { ...good, score: 0.6 };
    expect(confidenceOf({ ...doubtful, face: 0.99 })).toBeGreaterThan(0.7);
    expect(confidenceOf({ ...doubtful, face: 0.01 })).toBeLessThan(0.4);
  });
});

describe('evidenceOf', () => {
  const points = new Float32Array(3 * densePointCount);
  const at = (index: number, x: number, y: number): void => {
    points.set([x, y, 0], 3 * index);
  };
  at(468, 10, 10);
  at(473, 30, 10);
  at(1, 20, 20);
  at(13, 20, 30);
  at(14, 20, 30);
  const keypoints = Float32Array.of(10, 10, 30, 10, 20, 20, 20, 30, 0, 0, 0, 0);
  const face = { box: { x: 0, y: 0, width: 40, height: 40 }, score: 0.7, keypoints, roll: 0 };

  it('measures distances in sides of the box', () => {
    const shifted = { ...face, keypoints: keypoints.map((value, k) => (k % 2 === 0 ? value + 4 : value)) };
    expect(evidenceOf(face, { points, presence: 1 }).fromDetector).toBe(0);
    expect(evidenceOf(shifted, { points, presence: 1 }).fromDetector).toBeCloseTo(0.1, 6);
    const closer = { box: face.box, roll: 0, keypoints: keypoints.map((v) => v + 4), moved: 0.1, resized: 0 };
    expect(evidenceOf(face, { points, presence: 1 }, closer).fromHead).toBeCloseTo(0.1 * Math.SQRT2, 6);
  });

  it('takes the distance from the detector for that from a head which nobody predicted', () => {
    const shifted = { ...face, keypoints: keypoints.map((value) => value + 4) };
    const { fromDetector, fromHead } = evidenceOf(shifted, { points, presence: 1 });
    expect(fromHead).toBe(fromDetector);
  });
});
