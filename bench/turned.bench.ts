import { sampleCrop, type Crop } from '../src/detect/crop.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { landmarkBox, nme } from '../src/evaluate/landmark-error.js';
import { lostBeyond, plainCover, type PlainCover } from '../src/evaluate/plain-covers.js';
import type { Image } from '../src/math/image.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { toView, viewNormalisation } from '../src/network/face-view.js';
import { pictureOfView } from '../src/train/view-picture.js';
import { annotatedPhotos, withoutPhotos, type AnnotatedPhoto } from './annotated-photos.js';
import { atLeast, type Benchmark } from './benchmark.js';

/** Side of the pictures into which photos are turned and shrunk, pixels. */
const SIDE = 1024;
/** What lies beyond a photo. */
const GREY = 128;
/** Every so many-th photo is taken. */
const EVERY = 4;

interface Case {
  readonly name: string;
  /** Degrees, anticlockwise. */
  readonly roll: number;
  /** Of the landmarks' box, in widths of the picture. */
  readonly share: number;
  readonly cover: PlainCover;
  /** Of faces that must be found, %. */
  readonly goal: number;
}

const rolls = [45, 90, 135, 180, -90];
const cases: readonly Case[] = [
  ...[0.3, 0.1, 0.04].map((share): Case => ({
    name: `${100 * share} % of the width`,
    roll: 0,
    share,
    cover: 'clean',
    goal: 100,
  })),
  ...rolls.map((roll): Case => ({ name: `turned by ${roll}°`, roll, share: 0.3, cover: 'clean', goal: 98 })),
  ...[90, 180].map((roll): Case => ({
    name: `4 % of the width, turned by ${roll}°`,
    roll,
    share: 0.04,
    cover: 'clean',
    goal: 96,
  })),
  { name: 'lower part covered, turned by 90°', roll: 90, share: 0.3, cover: 'lower', goal: 92 },
];

/** Whether faces are found that are small, or lie, or stand on their heads. */
const turned: Benchmark = {
  name: 'turned',
  async *run() {
    const photos = (await annotatedPhotos()).filter((_, k) => k % EVERY === 0);
    if (photos.length === 0) {
      yield withoutPhotos;
      return;
    }
    const rogue = await loadRogue();
    for (const { name, goal, ...how } of cases) {
      let found = 0;
      let sum = 0;
      for (const photo of photos) {
        const { image, truth } = await turnedPhoto(photo, how);
        const heads = await rogue.reconstruct(image, { texture: 'none' });
        const nearest = Math.min(lostBeyond, ...heads.map((head) => nme(head.landmarks68, truth, 17, 68)));
        if (nearest < lostBeyond) found++;
        sum += nearest;
      }
      const mean = (sum / photos.length).toFixed(2);
      yield atLeast(name, (100 * found) / photos.length, '% found', goal, `error ${mean} %`);
    }
    await rogue.release();
  },
};

/** A photo in a grey picture, its face in the middle, and its landmarks there. */
async function turnedPhoto(
  { path, file, truth }: AnnotatedPhoto,
  { roll, share, cover }: Omit<Case, 'name' | 'goal'>,
): Promise<{ readonly image: Image; readonly truth: Float32Array }> {
  const { image } = await decodeImage(path);
  const { left, top, right, bottom } = landmarkBox(truth);
  const crop: Crop = {
    centreX: (left + right) / 2,
    centreY: (top + bottom) / 2,
    scale: (right - left) / (share * SIDE),
    // A crop that is turned back shows the photo turned.
    roll: -roll,
    width: SIDE,
    height: SIDE,
  };
  const view = new Float32Array(3 * SIDE * SIDE);
  const covered = new ImagePyramid(plainCover(image, truth, cover, file));
  sampleCrop(covered, crop, viewNormalisation, view, 0, GREY);
  return {
    image: pictureOfView(view, SIDE),
    truth: toView(crop, truth).map((value) => ((value + 1) / 2) * SIDE),
  };
}

export default turned;
