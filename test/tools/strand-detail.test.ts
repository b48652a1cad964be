import { describe, expect, it } from 'vitest';
import { withStrands } from '../../tools/build-hair/strand-detail.js';
import { neutralLightness, type HairTexture } from '../../src/model/hair-file.js';
import { linearOfByte } from '../../src/render/color.js';

const size = 64;

/** Faint stripes, level or upright, in a square with nothing around it. */
function striped(level: boolean): HairTexture {
  const data = new Uint8Array(2 * size * size);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    const isHair = Math.min(x, y, size - 1 - x, size - 1 - y) >= 8;
    data[2 * i] = neutralLightness + ((level ? y : x) % 4 < 2 ? 6 : -6);
    data[2 * i + 1] = isHair ? 255 : 0;
  }
  return { size, data };
}

/** Mean change of lightness from a texel to the next in a direction, in the middle. */
function change({ size: side, data }: HairTexture, dx: number, dy: number): number {
  let sum = 0;
  let count = 0;
  for (let y = side / 4; y < (3 * side) / 4; y++)
    for (let x = side / 4; x < (3 * side) / 4; x++) {
      sum += Math.abs(data[2 * (y * side + x)]! - data[2 * ((y + dy) * side + x + dx)]!);
      count++;
    }
  return sum / count;
}

function meanLightness({ data }: HairTexture): number {
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < data.length; i += 2) {
    sum += data[i + 1]! * linearOfByte[data[i]!]!;
    weights += data[i + 1]!;
  }
  return sum / weights;
}

describe('withStrands', () => {
  it.each([true, false])('draws strands along the stored ones (level: %s)', (level) => {
    const drawn = withStrands(striped(level));
    const [along, across] = level
      ? [change(drawn, 1, 0), change(drawn, 0, 1)]
      : [change(drawn, 0, 1), change(drawn, 1, 0)];
    expect(across).toBeGreaterThan(2.5 * along);
    expect(across).toBeGreaterThan(8);
  });

  it('keeps the mean lightness, what is bare, and says the same again', () => {
    const stored = striped(true);
    const drawn = withStrands(stored);
    expect(meanLightness(drawn) / meanLightness(stored)).toBeCloseTo(1, 1);
    expect(drawn.data[1]).toBe(0);
    expect(withStrands(striped(true)).data).toEqual(drawn.data);
  });
});
