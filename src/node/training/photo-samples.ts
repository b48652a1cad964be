import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SampleMembers } from '../../data/shards/sample.js';
import { occludedFaceOf } from '../../data/occlusion/occluded-face.js';
import type { HandModel } from '../../data/occlusion/hand/hand-file.js';
import { coverFace } from '../../data/synthetic/covered.js';
import { alignmentPoints } from '../../detect/alignment.js';
import { subset68 } from '../../detect/mediapipe-to-68.js';
import type { Rogue } from '../../fit/rogue.js';
import type { PhotoSample } from '../../train/photo-sample.js';
import { readWornFile, WORN_FILE, type Worn } from '../../train/worn-things.js';
import { loadHand } from '../files/assets.js';
import { decodeImage, encodeJpeg, encodePng } from '../files/image-codec.js';
import { readPhotoFolder, type FaceCrop } from '../files/photo-folder.js';
import { writeShards, type WriteShardsOptions } from '../files/shard-writer.js';

const QUALITY = 95;

export interface PhotoShardsOptions extends Pick<WriteShardsOptions, 'folder' | 'signal'> {
  /** Folder for crops, so that an interrupted run need not look for faces again. */
  readonly cache?: string;
  /** Covered versions of each photo, one per sample. Default 4. */
  readonly covers?: number;
  /** Told of each photo that gives no sample, with the reason in one line. */
  readonly onSkip?: (path: string, reason: string) => void;
  /** Hears of each sample: how many are done, and of how many. */
  readonly onSample?: (done: number, count: number) => void;
}

interface Prepared {
  readonly jpg: Uint8Array;
  /** What may cover the face, where someone has looked. */
  readonly worn: Worn | undefined;
  readonly crop: Omit<FaceCrop, 'image'>;
}

/**
 * Turns folders of one's own photos into shards for the stages `guide`, `robustify` and `finetune`: each face
 * cut out, with landmarks, and with something put over it. Crops are held as JPEG, about 20 kB each; more
 * than some 20,000 photos belong into several calls.
 * @returns the number of samples
 * @throws Error when no photo shows a face; WriteError
 */
export async function writePhotoShards(
  rogue: Rogue,
  folders: readonly string[],
  { folder, signal, cache, covers = 4, onSkip, onSample }: PhotoShardsOptions,
): Promise<number> {
  const photos: Prepared[] = [];
  const hand = await loadHand();
  const worn = await wornIn(folders, onSkip);
  for await (const { image, ...crop } of readPhotoFolder(folders, {
    findFaces: (photo) => rogue.findFaces(photo),
    ...(cache !== undefined && { cache }),
    ...(onSkip && { onSkip }),
  })) {
    signal?.throwIfAborted();
    photos.push({
      crop,
      worn: await wornInCrop(worn.get(resolve(crop.source)), crop, image.width),
      jpg: await encodeJpeg(image, QUALITY),
    });
  }
  if (photos.length === 0)
    throw new Error(
      `no face found in the photos of ${folders.join(', ')}; name folders with photos of faces, or shards of "rogue synth"`,
    );
  const count = photos.length * covers;
  await writeShards((index) => photoSample(rogue, hand, photos[Math.floor(index / covers)]!, `${index}`), {
    folder,
    count,
    prefix: 'photos',
    settings: { photos: photos.length, covers },
    ...(signal && { signal }),
    ...(onSample && {
      onSample: (done) => {
        onSample(done, count);
      },
    }),
  });
  return count;
}

async function photoSample(
  rogue: Rogue,
  hand: HandModel,
  { jpg, worn, crop }: Prepared,
  seed: string,
): Promise<SampleMembers> {
  const { image } = await decodeImage(jpg);
  const boxes = [{ ...crop.box, roll: crop.roll }];
  const [face] = await rogue.findFaces(image, { boxes });
  const [head] = await rogue.reconstruct(image, { boxes, texture: 'none', hair: 'none' });
  const points = face!.landmarks.points;
  const covered = coverFace(image, occludedFaceOf(rogue.model, head!), hand, seed);
  const marks = subset68(points);
  const round = (value: number): number => Math.round(value * 100) / 100;
  const described: PhotoSample = {
    version: 1,
    box: crop.box,
    roll: crop.roll,
    landmarks68: Array.from({ length: 68 }, (_, k) => [round(marks[2 * k]!), round(marks[2 * k + 1]!)]),
    alignment: alignmentPoints.map((k) => [round(points[3 * k]!), round(points[3 * k + 1]!)]),
  };
  return {
    jpg,
    'covered.jpg': await encodeJpeg(covered.image, QUALITY),
    'mask.png': await encodePng(covered.mask),
    'photo.json': jsonBytes(described),
    ...(worn && { [WORN_FILE]: jsonBytes(worn) }),
  };
}

const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/**
 * What is worn in photos, by their absolute paths: of all folders that say so in a file of their own. Photos
 * that are named there but missing are told of: a slip of the pen would leave the right one unseen.
 */
async function wornIn(
  folders: readonly string[],
  onSkip: PhotoShardsOptions['onSkip'],
): Promise<Map<string, Worn>> {
  const worn = new Map<string, Worn>();
  for (const folder of folders) {
    const file = join(folder, WORN_FILE);
    if (!existsSync(file)) continue;
    for (const [name, one] of wornFile(file, await readFile(file))) {
      const path = resolve(folder, name);
      worn.set(path, one);
      if (!existsSync(path)) onSkip?.(path, `not there, but named in ${WORN_FILE}`);
    }
  }
  return worn;
}

function wornFile(file: string, bytes: Uint8Array): ReturnType<typeof readWornFile> {
  try {
    return readWornFile(bytes);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** What is worn in a photo, its outlines in pixels of a crop of `size`². */
async function wornInCrop(
  worn: Worn | undefined,
  { source, region }: Omit<FaceCrop, 'image'>,
  size: number,
): Promise<Worn | undefined> {
  if (!worn?.outlines) return worn;
  const { width, height } = (await decodeImage(source)).image;
  const scale = size / region.side;
  const outlines = worn.outlines.map((outline) =>
    outline.map(([x, y]) => [(x * width - region.x) * scale, (y * height - region.y) * scale] as const),
  );
  return { ...worn, outlines };
}
