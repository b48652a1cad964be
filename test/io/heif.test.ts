import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeHeif, HeifError, isHeic } from '../../src/io/heif.js';
import type { Image } from '../../src/math/image.js';
import { withTransforms } from './heic-boxes.js';

let file: Buffer;
let lying: Image;

beforeAll(async () => {
  file = await readFile('test/fixtures/display-p3.heic');
  lying = (await decodeHeif(file, 1e6)).image;
});

/** The pixel of a stored position after so many quarter turns anticlockwise, then a mirror. */
function moved(x: number, y: number, quarters: number, mirror?: 0 | 1): [number, number] {
  let [u, v, width, height] = [x, y, lying.width, lying.height];
  for (let k = 0; k < quarters; k++) [u, v, width, height] = [v, width - 1 - u, height, width];
  if (mirror === 1) u = width - 1 - u;
  if (mirror === 0) v = height - 1 - v;
  return [u, v];
}

describe('decodeHeif', () => {
  it('ignores the orientation of EXIF, which HEIC states by its own properties', () => {
    // The tag, its type and count, and 6: a quarter turn.
    const orientation = Buffer.from([0x12, 0x01, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x06]);
    expect(file.includes(orientation)).toBe(true);
    expect([lying.width, lying.height]).toEqual([216, 192]);
  });

  it.each([
    [1, undefined],
    [2, undefined],
    [3, undefined],
    [0, 0],
    [0, 1],
    [1, 1],
  ] as const)('turns by %i quarters and mirrors about axis %s', async (quarters, mirror) => {
    const { image } = await decodeHeif(withTransforms(file, quarters, mirror), 1e6);
    expect([image.width, image.height]).toEqual(quarters % 2 ? [192, 216] : [216, 192]);
    for (const [x, y] of [
      [3, 5],
      [100, 20],
      [200, 150],
    ] as const) {
      const [u, v] = moved(x, y, quarters, mirror);
      // Chroma is coded at half the resolution; turned, it is upsampled in another direction.
      for (let k = 0; k < 3; k++)
        expect(
          Math.abs(image.data[(v * image.width + u) * 3 + k]! - lying.data[(y * lying.width + x) * 3 + k]!),
        ).toBeLessThan(16);
    }
  });

  it('gives profile and focal length', async () => {
    const { profile, focal35mm } = await decodeHeif(file, 1e6);
    expect(profile?.toXyz[0]).toBeCloseTo(0.515, 2);
    expect(focal35mm).toBe(28);
    const plain = await decodeHeif(await readFile('test/fixtures/head.heic'), 1e6);
    expect(plain).not.toHaveProperty('profile');
    expect(plain).not.toHaveProperty('focal35mm');
  });

  it('ends on damaged files with a picture or an error of one line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.integer({ min: 20, max: file.length }),
        async (changes, length) => {
          const damaged = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) damaged[at % length] = value;
          const result = await decodeHeif(damaged, 1e6).catch((error: unknown) => error);
          if (result instanceof Error) {
            expect(result).toBeInstanceOf(HeifError);
            expect(result.message).not.toContain('\n');
          } else expect((result as { image: Image }).image.data.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('isHeic', () => {
  it('tells HEIC from AVIF, other files and fragments', () => {
    expect(isHeic(file)).toBe(true);
    expect(isHeic(Buffer.from('\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf', 'latin1'))).toBe(false);
    expect(isHeic(Buffer.from('\0\0\0\x1cftypmif1\0\0\0\0mif1heic', 'latin1'))).toBe(true);
    expect(isHeic(Buffer.from('ftypheic'))).toBe(false);
    expect(isHeic(new Uint8Array(3))).toBe(false);
  });
});
