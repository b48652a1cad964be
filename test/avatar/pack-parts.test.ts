import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellUvs, drawAtlas, partsAtlas } from '../../src/avatar/pack-parts.js';
import { plainImage } from '../fit/example-reconstruction.js';

describe('pack-parts', () => {
  it('shows each picture where its texture coordinates lead', () => {
    const colors = [
      [250, 0, 0],
      [0, 250, 0],
      [0, 0, 250],
    ];
    const atlas = partsAtlas(colors.length, 64);
    const image = drawAtlas(
      colors.map((color) => plainImage(16, 16, [...color, 255])),
      atlas,
    );
    expect([image.width, image.channels]).toEqual([128, 3]);
    const uv = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(uv, uv, fc.nat(2), (u, v, cell) => {
        const [x, y] = cellUvs(Float32Array.of(u, v), atlas, cell);
        const at = 3 * (Math.floor(y! * image.width) * image.width + Math.floor(x! * image.width));
        return colors[cell]!.every((value, k) => image.data[at + k] === value);
      }),
    );
  });

  it('keeps what has a direction: the first texel is the first', () => {
    const picture = plainImage(8, 8, [0, 0, 0]);
    picture.data.set([255, 255, 255], 0);
    const atlas = partsAtlas(1, 64);
    const image = drawAtlas([picture], atlas);
    expect(image.data[0]).toBe(255);
    expect(image.data[3 * 63]).toBe(0);
    expect(image.data[3 * 64 * 63]).toBe(0);
  });
});
