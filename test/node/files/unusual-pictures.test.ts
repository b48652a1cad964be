import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createImage, type Image } from '../../../src/math/image.js';
import { decodeImage } from '../../../src/node/files/image-codec.js';
import { withTransforms } from '../../io/heic-boxes.js';

/** Three colours that tell rows from columns. */
function testCard(width = 64, height = 48): Image {
  const image = createImage(width, height, 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      image.data.set(
        x < width / 2 ? (y < height / 2 ? [0, 255, 0] : [255, 0, 0]) : [0, 0, 255],
        (y * width + x) * 3,
      );
  return image;
}

/** Mean distance of two images' values. */
function meanError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / a.length;
}

describe('decodeImage of what sharp does not read', () => {
  it('reads HEIC in its own colours, upright, with the focal length', async () => {
    const plain = await decodeImage('test/fixtures/head.heic');
    expect([plain.image.width, plain.image.height, plain.originalWidth, plain.scale]).toEqual([
      192, 216, 192, 1,
    ]);
    // The photo that the fixture was made of, before it was coded.
    const { data } = await sharp('examples/astronaut.jpg')
      .extract({ left: 96, top: 0, width: 256, height: 288 })
      .resize(192, 216)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(meanError(plain.image.data, data)).toBeLessThan(4);
    // The same in Display P3, lying on its side, with EXIF data that ask for the turn which `irot` makes.
    const lying = await readFile('test/fixtures/display-p3.heic');
    const upright = await decodeImage(withTransforms(lying, 3));
    expect(upright.focal35mm).toBe(28);
    expect([upright.originalWidth, upright.originalHeight, upright.orientation]).toEqual([192, 216, 1]);
    expect(meanError(upright.image.data, data)).toBeLessThan(4);
  });

  it('shrinks HEIC as other formats, and refuses large ones before they are decoded', async () => {
    const { image, scale, originalHeight } = await decodeImage('test/fixtures/head.heic', { maxSide: 108 });
    expect([image.width, image.height, scale, originalHeight]).toEqual([96, 108, 0.5, 216]);
    await expect(decodeImage('test/fixtures/head.heic', { maxPixels: 40_000 })).rejects.toThrow(
      /too large: 192×216 pixels, at most 40000/,
    );
  });

  it('says what is wrong with a damaged HEIC file', async () => {
    const header = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1');
    await expect(decodeImage(Buffer.concat([header, Buffer.alloc(200)]))).rejects.toThrow(
      /^damaged or cut off \(.*meta box/,
    );
    await expect(decodeImage((await readFile('test/fixtures/head.heic')).subarray(0, 3000))).rejects.toThrow(
      /^damaged or cut off/,
    );
  });

  it.each<[string, number, boolean]>([
    ['24-bit', 24, false],
    ['24-bit, rows from the top', 24, true],
    ['32-bit', 32, false],
    ['palette', 8, false],
  ])('reads %s BMP', async (_, depth, topDown) => {
    const { image, transparent } = await decodeImage(bmpOf(testCard(61, 47), depth, topDown));
    expect([image.width, image.height, transparent]).toEqual([61, 47, 0]);
    expect(Buffer.from(image.data).equals(Buffer.from(testCard(61, 47).data))).toBe(true);
  });

  it('refuses damaged and huge BMP files', async () => {
    const bmp = bmpOf(testCard(), 24, false);
    await expect(decodeImage(bmp.subarray(0, 40))).rejects.toThrow(/damaged or cut off \(BMP\)/);
    bmp.writeInt32LE(30_000, 18);
    bmp.writeInt32LE(-30_000, 22);
    await expect(decodeImage(bmp)).rejects.toThrow(
      /too large: 30000×30000 pixels, at most 100 million are read of a BMP file/,
    );
  });

  it.each([1, 255, 65535])('reads TIFF files of floating-point numbers up to %i', async (white) => {
    const { data, width, height } = testCard();
    const values = Float32Array.from(data, (value) => (value / 255) * white);
    values[0] = NaN;
    const colour = await decodeImage(floatTiff(values, width, height, 3));
    expect(colour.warnings).toEqual([expect.stringContaining(`white was taken for ${white},`)]);
    expect(meanError(colour.image.data, data)).toBeLessThan(0.1);
    const ramp = Float32Array.from({ length: 64 * 48 }, (_, k) => ((k % 64) / 63) * white);
    const grey = (await decodeImage(floatTiff(ramp, 64, 48, 1))).image.data;
    for (const [column, expected] of [
      [0, 0],
      [32, 130],
      [63, 255],
    ] as const)
      for (let k = 0; k < 3; k++)
        expect(Math.abs(grey[(64 * 20 + column) * 3 + k]! - expected)).toBeLessThanOrEqual(1);
  });
});

describe('decodeImage of large and incomplete pictures', () => {
  it('decodes 144 megapixels smaller', async () => {
    const huge = await sharp({
      create: { width: 12_000, height: 12_000, channels: 3, background: '#c08060' },
    })
      .jpeg({ quality: 50 })
      .toBuffer();
    const { image, originalWidth, scale } = await decodeImage(huge);
    expect([image.width, image.height, originalWidth]).toEqual([4096, 4096, 12_000]);
    expect(scale).toBeCloseTo(4096 / 12_000, 6);
    const middle = image.data.subarray(3 * (4096 * 2048 + 2048));
    [0xc0, 0x80, 0x60].forEach((value, k) => expect(Math.abs(middle[k]! - value)).toBeLessThan(3));
  });

  it('keeps the height of panoramas', async () => {
    const panorama = await sharp({ create: { width: 20_000, height: 1200, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const { image, scale } = await decodeImage(panorama);
    expect([image.width, image.height, scale]).toEqual([20_000, 1200, 1]);
  });

  it('refuses large pictures that must be decoded whole', async () => {
    const frame = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .jpeg({ progressive: true })
      .toBuffer();
    const header = frame.indexOf(Buffer.of(0xff, 0xc2));
    frame.writeUInt16BE(12_000, header + 5);
    frame.writeUInt16BE(12_000, header + 7);
    await expect(decodeImage(frame)).rejects.toThrow(
      /at most 100 million are read of a progressive jpeg file/,
    );
  });

  it.each([false, true])(
    'reads a JPEG that lacks its end, with a note; progressive: %s',
    async (progressive) => {
      const whole = await sharp('examples/astronaut.jpg')
        .withMetadata({ orientation: 6 })
        .jpeg({ progressive })
        .toBuffer();
      const { image, warnings } = await decodeImage(whole.subarray(0, Math.floor(whole.length * 0.9)));
      expect(warnings).toEqual([
        expect.stringMatching(progressive ? /cut off at its very end/ : /the last \d+ % .* missing/),
      ]);
      const complete = await decodeImage(whole);
      expect(complete.warnings).toEqual([]);
      // Turned by 90° the end of the file is the left of the picture; its right half is all there.
      const right = ({ data }: Image): number[] =>
        Array.from({ length: 512 * 256 * 3 }, (_, k) => {
          const row = Math.floor(k / (256 * 3));
          return data[(row * 512 + 256) * 3 + (k % (256 * 3))]!;
        });
      expect(meanError(right(image), right(complete.image))).toBeLessThan(progressive ? 6 : 0.01);
    },
  );

  it('refuses a JPEG of which much is missing', async () => {
    const whole = await readFile('examples/astronaut.jpg');
    await expect(decodeImage(whole.subarray(0, whole.length >> 1))).rejects.toThrow(
      /^damaged or cut off .*the last \d\d % of the picture are missing/,
    );
  });

  it('refuses in one line a JPEG that ends early and goes on with something else', async () => {
    const data = Uint8Array.from({ length: 3 * 32 * 32 }, (_, k) => (k * 7919) % 251);
    const whole = await sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
      .jpeg({ progressive: true })
      .toBuffer();
    const frame = whole.indexOf(Buffer.of(0xff, 0xc2));
    const header = whole.subarray(frame, frame + 2 + whole.readUInt16BE(frame + 2));
    const refused = decodeImage(Buffer.concat([whole.subarray(0, -300), header]));
    await expect(refused).rejects.toMatchObject({
      name: 'ImageError',
      message: expect.stringMatching(/^damaged or cut off \([^\n]*\)$/) as string,
    });
  });
});

/** A Windows bitmap; with 8 bits, of a palette of the card's three colours. */
function bmpOf({ width, height, data }: Image, depth: number, topDown: boolean): Buffer {
  const palette = Buffer.from(depth === 8 ? [0, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0] : []);
  const stride = Math.ceil((width * depth) / 32) * 4;
  const offset = 54 + palette.length;
  const file = Buffer.alloc(offset + stride * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(offset, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(depth, 28);
  file.writeUInt32LE(palette.length / 4, 46);
  palette.copy(file, 54);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = offset + (topDown ? y : height - 1 - y) * stride + (x * depth) / 8;
      const [r, g, b] = data.subarray((y * width + x) * 3);
      if (depth === 8) file[at] = g! > 0 ? 0 : r! > 0 ? 1 : 2;
      else file.set([b!, g!, r!], at);
    }
  }
  return file;
}

/** A TIFF file of 32-bit floats in one strip. */
function floatTiff(values: Float32Array, width: number, height: number, channels: 1 | 3): Buffer {
  const entries: [tag: number, type: 3 | 4, count: number, value: number][] = [
    [256, 3, 1, width],
    [257, 3, 1, height],
    [258, 3, channels, channels === 1 ? 32 : 200],
    [259, 3, 1, 1],
    [262, 3, 1, channels === 1 ? 1 : 2],
    [273, 4, 1, 220],
    [277, 3, 1, channels],
    [278, 3, 1, height],
    [279, 4, 1, values.byteLength],
    [339, 3, channels, channels === 1 ? 3 : 206],
  ];
  const file = Buffer.alloc(220 + values.byteLength);
  file.write('II*\0\b\0\0\0', 'latin1');
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], k) => {
    const at = 10 + 12 * k;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  for (let c = 0; c < 3; c++) {
    file.writeUInt16LE(32, 200 + 2 * c);
    file.writeUInt16LE(3, 206 + 2 * c);
  }
  Buffer.from(values.buffer).copy(file, 220);
  return file;
}
