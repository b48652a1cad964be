import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { exifOfJpeg, focalLength35mm, usableFocal } from '../../src/io/exif.js';

const grey = (): Sharp => sharp({ create: { width: 32, height: 32, channels: 3, background: '#888' } });

describe('exifOfJpeg', () => {
  it('finds the focal length that a camera wrote, as Node does', async () => {
    const file = await grey()
      .withExif({ IFD2: { FocalLengthIn35mmFilm: '85' } })
      .jpeg()
      .toBuffer();
    const { exif } = await sharp(file).metadata();
    expect(focalLength35mm(exifOfJpeg(file)!)).toBe(85);
    expect(focalLength35mm(exif!)).toBe(85);
  });

  it('finds nothing in a file without it, in another format, and in any beginning of a file', async () => {
    const plain = await grey().jpeg().toBuffer();
    const full = await grey()
      .withExif({ IFD2: { FocalLengthIn35mmFilm: '85' } })
      .jpeg()
      .toBuffer();
    expect(exifOfJpeg(plain)).toBeUndefined();
    expect(exifOfJpeg(await grey().png().toBuffer())).toBeUndefined();
    expect(focalLength35mm(Uint8Array.of(0x45, 0x78))).toBeUndefined();
    for (let length = 0; length < full.length; length += 7) {
      const exif = exifOfJpeg(full.subarray(0, length));
      expect([undefined, 85]).toContain(exif && focalLength35mm(exif));
    }
  });
});

describe('usableFocal', () => {
  it('takes what no lens has for absent, and says so', () => {
    expect(usableFocal(undefined)).toEqual({ warnings: [] });
    for (const focal35mm of [5, 28, 2000])
      expect(usableFocal(focal35mm)).toEqual({ focal35mm, warnings: [] });
    for (const written of [1, 3, 65_535])
      expect(usableFocal(written)).toEqual({
        warnings: [expect.stringMatching(`focal length of ${written} mm .* guessed instead`) as string],
      });
  });
});
