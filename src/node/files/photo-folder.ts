import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import type { FoundFace } from '../../detect/find-faces.js';
import type { Image } from '../../math/image.js';
import { decodeImage, encodeJpeg } from './image-codec.js';
import { picturesBelow } from './picture-files.js';
import { writeWhole } from './whole-file.js';

/** A square cut around a face, as large that it can be turned and moved a little without leaving it. */
export interface FaceCrop {
  /** `size`² pixels, sRGB, three channels. */
  readonly image: Image;
  /** The photo's path. */
  readonly source: string;
  /** Where the crop lies in the photo, its pixels after EXIF orientation; may reach beyond it. */
  readonly region: { readonly x: number; readonly y: number; readonly side: number };
  /** The detector's box and the faces' roll, degrees, in pixels of the crop. */
  readonly box: FoundFace['box'];
  readonly roll: number;
  readonly confidence: number;
}

export interface PhotoFolderOptions {
  /** `rogue.findFaces` of a loaded Rogue. */
  readonly findFaces: (image: Image) => Promise<readonly FoundFace[]>;
  /** Folder for crops that were made before; created when missing. Left out, every reading detects anew. */
  readonly cache?: string;
  /** Side of the crops, pixels. Default 320. */
  readonly size?: number;
  /** Side of the region in sides of the detector's box. Default 2.2. */
  readonly margin?: number;
  /** Faces per photo, the largest and surest first. Default 1. */
  readonly maxFaces?: number;
  /** Told of each photo that gives no crop, with the reason in one line. */
  readonly onSkip?: (path: string, reason: string) => void;
}

/** Changes when crops are made otherwise, so that older caches are not used. */
const CACHE_VERSION = 1;
const JPEG_QUALITY = 95;

interface CachedPhoto {
  readonly crops: readonly Omit<FaceCrop, 'image' | 'source'>[];
}

/**
 * Reads the photos of folders, in any layout, as crops of faces: for training on pictures of one's own. A
 * photo that is damaged or shows no face is skipped and told of, never fatal.
 * @throws Error when a folder cannot be read
 */
export async function* readPhotoFolder(
  folders: readonly string[],
  options: PhotoFolderOptions,
): AsyncGenerator<FaceCrop> {
  const { onSkip } = options;
  for (const folder of folders) {
    for (const path of await picturesBelow(
      folder,
      options.cache === undefined ? '' : resolve(options.cache),
    )) {
      try {
        const crops = await cropsOf(path, options);
        if (crops.length === 0) onSkip?.(path, 'no face found');
        yield* crops;
      } catch (error) {
        onSkip?.(path, String(error instanceof Error ? error.message : error).split('\n')[0]!);
      }
    }
  }
}

async function cropsOf(path: string, options: PhotoFolderOptions): Promise<FaceCrop[]> {
  const key = options.cache === undefined ? undefined : await cacheKey(path, options);
  if (key !== undefined) {
    const cached = await readCached(path, key).catch(() => undefined);
    if (cached !== undefined) return cached;
  }
  const { size = 320, margin = 2.2, maxFaces = 1 } = options;
  const { image } = await decodeImage(path);
  const faces = (await options.findFaces(image)).slice(0, maxFaces);
  const crops: FaceCrop[] = [];
  for (const { box, roll, confidence } of faces) {
    const side = margin * Math.max(box.width, box.height);
    const region = { x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2, side };
    const scale = size / side;
    crops.push({
      image: await cutOut(image, region, size),
      source: path,
      region,
      roll,
      confidence,
      box: {
        x: (box.x - region.x) * scale,
        y: (box.y - region.y) * scale,
        width: box.width * scale,
        height: box.height * scale,
      },
    });
  }
  if (key !== undefined) await writeCached(key, crops);
  return crops;
}

/** A square of a picture at another size; what lies beyond the picture repeats its border. */
async function cutOut(image: Image, { x, y, side }: FaceCrop['region'], size: number): Promise<Image> {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const x1 = Math.ceil(x + side);
  const y1 = Math.ceil(y + side);
  const beyond = {
    left: Math.max(0, -x0),
    top: Math.max(0, -y0),
    right: Math.max(0, x1 - image.width),
    bottom: Math.max(0, y1 - image.height),
  };
  const inside = {
    left: Math.max(0, x0),
    top: Math.max(0, y0),
    width: Math.min(image.width, x1) - Math.max(0, x0),
    height: Math.min(image.height, y1) - Math.max(0, y0),
  };
  const cut = await sharp(image.data, {
    raw: { width: image.width, height: image.height, channels: image.channels },
  })
    .extract(inside)
    .extend({ ...beyond, extendWith: 'copy' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { data } = await sharp(cut.data, {
    raw: { width: cut.info.width, height: cut.info.height, channels: image.channels },
  })
    .resize(size, size, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: size, height: size, channels: 3, data };
}

/** Path below the cache that a photo's crops have as long as photo and options stay the same. */
async function cacheKey(
  path: string,
  { cache, size, margin, maxFaces }: PhotoFolderOptions,
): Promise<string> {
  const { size: bytes, mtimeMs } = await stat(path);
  const identity = JSON.stringify([CACHE_VERSION, resolve(path), bytes, mtimeMs, size, margin, maxFaces]);
  return join(cache!, createHash('sha256').update(identity).digest('hex').slice(0, 32));
}

async function readCached(path: string, key: string): Promise<FaceCrop[]> {
  const { crops } = JSON.parse(await readFile(`${key}.json`, 'utf8')) as CachedPhoto;
  return Promise.all(
    crops.map(async (crop, k) => ({
      ...crop,
      source: path,
      image: (await decodeImage(`${key}-${k}.jpg`)).image,
    })),
  );
}

/** The description comes last: without it, the pictures of an interrupted run do not count. */
async function writeCached(key: string, crops: readonly FaceCrop[]): Promise<void> {
  await mkdir(join(key, '..'), { recursive: true });
  for (const [k, { image }] of crops.entries())
    await writeWhole(`${key}-${k}.jpg`, await encodeJpeg(image, JPEG_QUALITY));
  const described: CachedPhoto = {
    crops: crops.map(({ region, box, roll, confidence }) => ({ region, box, roll, confidence })),
  };
  await writeWhole(`${key}.json`, JSON.stringify(described));
}
