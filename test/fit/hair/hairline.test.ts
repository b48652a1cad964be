import { describe, expect, it } from 'vitest';
import { faceLimit, hairGround } from '../../../src/fit/hair/hairline.js';
import { anglesOf, pointAt, SECTORS } from '../../../src/fit/hair/skull-angles.js';
import { loadModel } from '../../../src/node/files/assets.js';

const model = await loadModel();
const vertices = model.meanShape;
const scalp = model.regions.get('scalp')!;
const hairline = new Float32Array(SECTORS).fill(68);
const places = Array.from(scalp.keys())
  .filter((v) => scalp[v]! > 0.9)
  .map((v) => ({ v, ...anglesOf(vertices[3 * v]!, vertices[3 * v + 1]!, vertices[3 * v + 2]!) }));

/** A curtain around the face's axis that begins so many degrees from it. */
function curtain(from: number): { positions: Float32Array; triangles: Uint32Array } {
  const points: number[] = [];
  const triangles: number[] = [];
  const steps = 4 * SECTORS;
  for (let i = 0; i <= steps; i++)
    for (const away of [from, 105]) points.push(...pointAt({ around: i / steps, away, radius: 120 }));
  for (let i = 0; i < 2 * steps; i += 2) triangles.push(i, i + 1, i + 2, i + 1, i + 3, i + 2);
  return { positions: Float32Array.from(points), triangles: Uint32Array.from(triangles) };
}

describe('hairGround', () => {
  const isTemple = (around: number): boolean => around > 0.95 || around < 0.05;

  it('begins at the hairline in front, and has sideburns', () => {
    const ground = hairGround(model, vertices, hairline);
    const sideburns = places.filter(({ around, away }) => isTemple(around) && away > 73 && away < 86);
    expect(sideburns.length).toBeGreaterThan(5);
    for (const { v } of sideburns) expect(ground[v]).toBeGreaterThan(0.9);
    const bare = places.filter(({ around, away }) => around < 0.5 && away < 63);
    expect(bare.length).toBeGreaterThan(5);
    for (const { v } of bare) expect(ground[v]).toBe(0);
  });

  it('is not before the cards that are worn, at the temples', () => {
    const without = hairGround(model, vertices, hairline);
    const ground = hairGround(model, vertices, hairline, curtain(88));
    const before = places.filter(({ around, away }) => isTemple(around) && away < 86);
    expect(before.length).toBeGreaterThan(10);
    for (const { v } of before) expect(ground[v]).toBe(0);
    for (const { v, around, away } of places)
      if (away > 115 || (around > 0.1 && around < 0.4)) expect(ground[v]).toBe(without[v]);
  });
});

describe('faceLimit', () => {
  it('ends a fringe above the nose as high as above the brows, not in a point between them', () => {
    const limits = faceLimit(model, vertices);
    const heights = [...limits.keys()]
      .map((sector) => ({ turn: (sector + 0.5) / SECTORS, limit: limits[sector]! }))
      .filter(({ turn }) => Math.abs(turn - 0.25) < 0.1)
      .map(({ turn, limit }) => limit * Math.sin(2 * Math.PI * turn));
    expect(heights.length).toBeGreaterThan(6);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(0.01);
    expect(Math.min(...heights)).toBeGreaterThan(20);
  });
});
