import { describe, expect, it } from 'vitest';
import {
  decodeDetections,
  eyeRoll,
  intersectionOverSmaller,
  intersectionOverUnion,
  mergeOverlapping,
  turnBetween,
} from '../../src/detect/detection.js';
import type { Detection } from '../../src/detect/detection.js';

function face(centreX: number, centreY: number, size: number, score: number, roll = 0): Detection {
  const angle = (roll * Math.PI) / 180;
  const keypoints = new Float32Array(12);
  keypoints.set([centreX, centreY, centreX + Math.cos(angle), centreY - Math.sin(angle)]);
  return { centreX, centreY, width: size, height: size, score, keypoints };
}

describe('decodeDetections', () => {
  const anchors = Float32Array.of(8, 8, 24, 8);

  it('adds the anchor to positions and not to sizes', () => {
    const boxes = new Float32Array(32);
    boxes.set([1, 2, 30, 40, 5, 6], 16);
    const [only, ...others] = decodeDetections(Float32Array.of(-9, 2), boxes, anchors, 0.5);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ centreX: 25, centreY: 10, width: 30, height: 40 });
    expect(only!.score).toBeCloseTo(1 / (1 + Math.exp(-2)));
    expect([...only!.keypoints.slice(0, 4)]).toEqual([29, 14, 24, 8]);
  });

  it('drops boxes without a positive size, whatever their score', () => {
    const boxes = new Float32Array(32);
    boxes.set([0, 0, -5, 10]);
    boxes.set([0, 0, 10, 0], 16);
    expect(decodeDetections(Float32Array.of(9, 9), boxes, anchors, 0.5)).toEqual([]);
  });

  it('keeps scores at the threshold and above', () => {
    const boxes = new Float32Array(32).fill(10);
    expect(decodeDetections(Float32Array.of(-0.1, 0), boxes, anchors, 0.5)).toHaveLength(1);
  });
});

describe('overlaps', () => {
  it('measures known squares', () => {
    const a = face(0, 0, 2, 1);
    const b = face(1, 0, 2, 1);
    expect(intersectionOverUnion(a, b)).toBeCloseTo(1 / 3);
    expect(intersectionOverSmaller(a, face(0, 0, 1, 1))).toBe(1);
    expect(intersectionOverUnion(a, face(5, 5, 2, 1))).toBe(0);
  });
});

describe('mergeOverlapping', () => {
  it('averages a group by score and keeps the best score', () => {
    const [merged, ...rest] = mergeOverlapping([face(0, 0, 10, 0.6), face(1, 0, 10, 0.8)]);
    expect(rest).toEqual([]);
    expect(merged!.score).toBe(0.8);
    expect(merged!.centreX).toBeCloseTo(0.8 / 1.4);
  });

  it('keeps faces apart that do not overlap, best first', () => {
    expect(mergeOverlapping([face(0, 0, 10, 0.5), face(30, 0, 10, 0.9)]).map(({ score }) => score)).toEqual([
      0.9, 0.5,
    ]);
  });

  it('does not average faces that look in different directions or are far less sure', () => {
    const [merged, ...rest] = mergeOverlapping([
      face(0, 0, 10, 0.9),
      face(2, 0, 10, 0.88, 170),
      face(2, 0, 10, 0.3),
    ]);
    expect(rest).toEqual([]);
    expect(merged!.centreX).toBe(0);
  });
});

describe('eyeRoll', () => {
  it('is positive anticlockwise in the picture', () => {
    expect(eyeRoll(face(0, 0, 1, 1, 30).keypoints)).toBeCloseTo(30, 4);
    // The subject's left eye above the right one: the head's crown points to the picture's left.
    expect(eyeRoll(Float32Array.of(0, 10, 0, 0))).toBeCloseTo(90);
  });

  it('is compared the short way round', () => {
    expect(turnBetween(170, -170)).toBeCloseTo(20);
    expect(turnBetween(0, 180)).toBeCloseTo(180);
    expect(turnBetween(-540, 0)).toBeCloseTo(180);
  });
});
