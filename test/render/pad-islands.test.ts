import { describe, expect, it } from 'vitest';
import { padIslands } from '../../src/render/pad-islands.js';
import { texelMapOf } from '../../src/render/texel-map.js';
import { plainImage } from '../fit/example-reconstruction.js';

/** A square island over the middle of the atlas. */
const island = {
  uvs: Float32Array.of(0.25, 0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75),
  uvTriangles: Uint32Array.of(0, 2, 1, 0, 3, 2),
};

describe('padIslands', () => {
  it('carries the colour of an island beyond its blended border, and no further than it must', () => {
    const image = plainImage(64, 64, [0, 0, 200, 255]);
    for (let y = 16; y < 48; y++)
      for (let x = 16; x < 48; x++) {
        const border = x < 18 || x >= 46 || y < 18 || y >= 46;
        image.data.set(border ? [100, 0, 100, 255] : [200, 0, 0, 128], 4 * (64 * y + x));
      }
    const padded = padIslands(image, texelMapOf(island, 64), { blended: 2 });
    const colorAt = (x: number, y: number) => [
      ...padded.data.subarray(4 * (64 * y + x), 4 * (64 * y + x) + 4),
    ];
    expect(colorAt(32, 32)).toEqual([200, 0, 0, 128]);
    expect(colorAt(16, 32)).toEqual([200, 0, 0, 128]);
    expect(colorAt(10, 32)).toEqual([200, 0, 0, 128]);
    expect(colorAt(2, 32)).toEqual([0, 0, 200, 255]);
    // The picture that was given is as it was.
    expect(image.data[4 * (64 * 32 + 10)]).toBe(0);
  });

  it('leaves a picture alone that covers its islands evenly', () => {
    const image = plainImage(32, 32, [7, 8, 9]);
    expect(padIslands(image, texelMapOf(island, 32)).data).toEqual(image.data);
  });
});
