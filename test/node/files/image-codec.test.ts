import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { createImage } from '../../../src/math/image.js';
import { decodeImage, encodeJpeg, encodePng, ImageError } from '../../../src/node/files/image-codec.js';

/** Left half red, right half blue, the top left quarter of it green: tells every orientation apart. */
function testCard(width = 64, height = 48): ReturnType<typeof createImage> {
  const image = createImage(width, height, 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = x < width / 2 ? (y < height / 2 ? [0, 255, 0] : [255, 0, 0]) : [0, 0, 255];
      image.data.set(colour, (y * width + x) * 3);
    }
  }
  return image;
}

const card = (): Sharp => {
  const { width, height, data } = testCard();
  return sharp(data, { raw: { width, height, channels: 3 } });
};

function pixel(image: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] {
  return Array.from({ length: 3 }, (_, c) => image.data[(y * image.width + x) * 3 + c]!);
}

function expectNear(actual: number[], expected: number[], tolerance = 12): void {
  actual.forEach((value, k) =>
    expect(Math.abs(value - expected[k]!), `${actual} ~ ${expected}`).toBeLessThanOrEqual(tolerance),
  );
}

async function failure(source: Uint8Array | string): Promise<string> {
  const error = await decodeImage(source).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ImageError);
  const { message } = error as ImageError;
  expect(message).not.toContain('\n');
  return message;
}

/** A PNG file of nothing but a header, which promises a picture. */
function promisingPng(width: number, height: number, depth: number, interlaced = false): Uint8Array {
  const chunk = (name: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, 6, 0, 0, interlaced ? 1 : 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(new Uint8Array(1));
  return Buffer.concat([mark, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

describe('decodeImage', () => {
  it('takes no memory for what a few bytes promise', async () => {
    const before = process.memoryUsage.rss();
    expect(await failure(promisingPng(24_000_000, 4, 16))).toMatch(/at most 65535 along a side/);
    expect(await failure(promisingPng(4, 24_000_000, 16))).toMatch(/at most 65535 along a side/);
    expect(await failure(promisingPng(10_000, 9_000, 16, true))).toMatch(
      /at most 50 million are read of a 16-bit progressive png file/,
    );
    const jpeg = await card().jpeg({ progressive: true }).toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc2]));
    jpeg.writeUInt16BE(9_000, frame + 5);
    jpeg.writeUInt16BE(10_000, frame + 7);
    expect(await failure(jpeg)).toMatch(/damaged or cut off \(\d+ bytes for 10000×9000 pixels\)/);
    const bmp = new Uint8Array(64);
    bmp.set([0x42, 0x4d]);
    const view = new DataView(bmp.buffer);
    [40, 10_000, 10_000].forEach((value, k) => {
      view.setUint32(14 + 4 * k, value, true);
    });
    view.setUint16(28, 24, true);
    expect(await failure(bmp)).toMatch(/damaged or cut off/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  });

  it('returns the exact pixels of a PNG', async () => {
    const { image, scale, orientation } = await decodeImage(await encodePng(testCard()));
    expect(image).toMatchObject({ width: 64, height: 48, channels: 3 });
    expect(Buffer.from(image.data).equals(Buffer.from(testCard().data))).toBe(true);
    expect([scale, orientation]).toEqual([1, 1]);
  });

  it.each(['jpeg', 'webp', 'avif', 'tiff', 'gif'] as const)('reads %s', async (format) => {
    const { image } = await decodeImage(await card().toFormat(format, { quality: 95 }).toBuffer());
    expect(image).toMatchObject({ width: 64, height: 48, channels: 3 });
    expectNear(pixel(image, 8, 8), [0, 255, 0], 30);
    expectNear(pixel(image, 8, 40), [255, 0, 0], 30);
    expectNear(pixel(image, 56, 24), [0, 0, 255], 30);
  });

  it('applies every EXIF orientation', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      // sharp stores the pixels as given and only notes the orientation.
      const upright = await decodeImage(
        await card()
          .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
          .withMetadata({ orientation })
          .toBuffer(),
      );
      const turned = orientation >= 5;
      expect([upright.originalWidth, upright.originalHeight]).toEqual(turned ? [48, 64] : [64, 48]);
      expect([upright.image.width, upright.image.height]).toEqual(turned ? [48, 64] : [64, 48]);
      expect(upright.orientation).toBe(orientation);
      const { width, height } = upright.image;
      // Where the stored top left corner must appear.
      const right = [2, 3, 6, 7].includes(orientation);
      const bottom = [3, 4, 7, 8].includes(orientation);
      expectNear(pixel(upright.image, right ? width - 6 : 5, bottom ? height - 6 : 5), [0, 255, 0], 20);
    }
  });

  it('lays transparency on white', async () => {
    const image = createImage(8, 8, 4);
    image.data.set([200, 0, 0, 255]);
    const decoded = await decodeImage(await encodePng(image));
    expect(pixel(decoded.image, 0, 0)).toEqual([200, 0, 0]);
    expect(pixel(decoded.image, 5, 5)).toEqual([255, 255, 255]);
  });

  it('stores one channel as grey, bytes as they are', async () => {
    const data = Uint8Array.from({ length: 256 }, (_, value) => value);
    const file = await encodePng({ width: 16, height: 16, channels: 1, data });
    expect(await sharp(file).metadata()).toMatchObject({ channels: 1, depth: 'uchar' });
    const { image } = await decodeImage(file);
    expect(Array.from(data, (_, i) => image.data[3 * i])).toEqual(Array.from(data));
  });

  it('reads grey, 16-bit and CMYK as three 8-bit channels', async () => {
    const grey = await decodeImage(
      await encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(40, 200) }),
    );
    expect([...grey.image.data]).toEqual([40, 40, 40, 200, 200, 200]);
    const deep = await decodeImage(await card().toColourspace('rgb16').png().toBuffer());
    expectNear(pixel(deep.image, 8, 40), [255, 0, 0], 1);
    const cmyk = await card().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const { image } = await decodeImage(cmyk);
    expect(image.channels).toBe(3);
    expect(pixel(image, 8, 40)[0]).toBeGreaterThan(180);
  });

  it('converts an embedded colour profile to sRGB', async () => {
    const wide = await card().png().withIccProfile('p3').toBuffer();
    expectNear(pixel((await decodeImage(wide)).image, 8, 40), [255, 0, 0], 3);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.from(testCard().data), Buffer.alloc(64 * 48 * 3)]);
    const animated = await sharp(frames, { raw: { width: 64, height: 96, channels: 3, pageHeight: 48 } })
      .gif()
      .toBuffer();
    expect((await sharp(animated).metadata()).pages).toBe(2);
    const { image } = await decodeImage(animated);
    expect([image.width, image.height]).toEqual([64, 48]);
    expectNear(pixel(image, 56, 24), [0, 0, 255]);
  });

  it('shrinks long pictures and says by how much', async () => {
    const decoded = await decodeImage(await card().jpeg().toBuffer(), { maxSide: 32 });
    expect([decoded.image.width, decoded.image.height]).toEqual([32, 24]);
    expect([decoded.originalWidth, decoded.originalHeight, decoded.scale]).toEqual([64, 48, 0.5]);
  });

  it('reads the 35 mm focal length', async () => {
    const jpeg = await card()
      .withExif({ IFD2: { FocalLengthIn35mmFilm: '27' } })
      .jpeg()
      .toBuffer();
    expect((await decodeImage(jpeg)).focal35mm).toBe(27);
    expect(await decodeImage(await card().jpeg().toBuffer())).not.toHaveProperty('focal35mm');
  });

  it('notes a focal length that no lens has, and leaves it out', async () => {
    for (const focal of ['1', '65535']) {
      const file = await card()
        .withExif({ IFD2: { FocalLengthIn35mmFilm: focal } })
        .jpeg()
        .toBuffer();
      const { focal35mm, warnings } = await decodeImage(file);
      expect(focal35mm).toBeUndefined();
      expect(warnings.join()).toContain(`a focal length of ${focal} mm`);
    }
  });

  it('reads a single pixel', async () => {
    const { image } = await decodeImage(
      await encodePng({ width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) }),
    );
    expect([...image.data]).toEqual([1, 2, 3]);
  });

  it('refuses what is no picture, in one clear line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'codec-'));
    expect(await failure(new Uint8Array())).toMatch(/zero bytes/);
    expect(await failure(Buffer.from('hello, I am a text file'))).toMatch(/not a picture/);
    expect(await failure(folder)).toMatch(/directory/);
    expect(await failure(join(folder, 'none.jpg'))).toMatch(/not found/);
    const svg = join(folder, 'drawing.svg');
    await writeFile(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    expect(await failure(svg)).toMatch(/svg is not supported/);
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('refuses a cut-off %s', async (format) => {
    const photo = await readFile('examples/astronaut.jpg');
    const whole = await sharp(photo).resize(300).toFormat(format).toBuffer();
    expect(await failure(whole.subarray(0, Math.floor(whole.length * 0.6)))).toMatch(
      /damaged or cut off|not a picture/,
    );
  });

  it('refuses a picture of 30,000 × 30,000 pixels without decoding it', async () => {
    const huge = await card().jpeg().toBuffer();
    // The frame header holds height and width; no pixel data is needed to see that they are too large.
    const frame = huge.indexOf(Buffer.of(0xff, 0xc0));
    huge.writeUInt16BE(30000, frame + 5);
    huge.writeUInt16BE(30000, frame + 7);
    expect(await failure(huge)).toMatch(/too large: 30000×30000.*scale the picture down/);
  });
});

describe('encodeJpeg', () => {
  it('keeps colours close', async () => {
    const { image } = await decodeImage(await encodeJpeg(testCard(), 95));
    expectNear(pixel(image, 8, 40), [255, 0, 0]);
  });
});
