import { occludedFaceOf } from '../src/data/occlusion/occluded-face.js';
import { subset68 } from '../src/detect/mediapipe-to-68.js';
import { corrupt, type CorruptionContext } from '../src/evaluate/corruptions.js';
import { corruptions } from '../src/evaluate/corruption-names.js';
import { landmarkBox, nme } from '../src/evaluate/landmark-error.js';
import type { Image } from '../src/math/image.js';
import type { FaceBox } from '../src/network/face-view.js';
import { decodeImage, loadRogue, type Rogue } from '../src/node.js';
import { loadHand } from '../src/node/files/assets.js';
import { jpegCodec } from '../src/node/files/jpeg-codec.js';
import { annotatedPhotos, withoutPhotos, type AnnotatedPhoto } from './annotated-photos.js';
import { atLeast, atMost, type Benchmark, type Measure } from './benchmark.js';
import found from './found.bench.js';

/** Goals of the design for the refined head, and for the share of faces that our own detection finds. */
const goals: Readonly<Record<string, number>> = {
  clean: 3.4,
  half: 4.8,
  'lower face': 4,
  'eye band': 4.2,
  'random box': 5.5,
  noise: 3.5,
};
const foundGoals: Readonly<Record<string, number>> = { half: 95, 'random box': 85 };
const methods = ['landmarks', 'network', 'refine'] as const;
const ANOTHER_FACE = 30;
const CROP_PER_BOX = 1.6;

type Add = (kind: string, what: string, value: number) => void;

/** Errors of all methods on one photo under all conditions; the face's place is that of the clean photo. */
async function photoErrors(
  rogue: Rogue,
  hand: CorruptionContext['hand'],
  { file, path, truth }: AnnotatedPhoto,
  add: Add,
): Promise<boolean> {
  const { image } = await decodeImage(path);
  const error = (points: ArrayLike<number>): number => nme(points, truth, 17, 68);
  const [face] = (await rogue.findFaces(image)).sort(
    (a, b) => error(subset68(a.landmarks.points)) - error(subset68(b.landmarks.points)),
  );
  if (!face || error(subset68(face.landmarks.points)) > ANOTHER_FACE) return false;
  const boxes = [{ ...face.box, roll: face.roll }];
  const [clean] = await rogue.reconstruct(image, { boxes, method: 'landmarks', texture: 'none' });
  const { left, top, right, bottom } = landmarkBox(truth);
  const context: CorruptionContext = {
    face: occludedFaceOf(rogue.model, clean!),
    hand,
    codec: jpegCodec,
    faceSize: CROP_PER_BOX * face.box.width,
    region: {
      x: Math.floor(left),
      y: Math.floor(top),
      width: Math.ceil(right - left),
      height: Math.ceil(bottom - top),
    },
  };
  for (const kind of corruptions) {
    const { image: photo } = await corrupt(image, kind, file, context);
    const [dense] = await rogue.findFaces(photo, { boxes });
    add(kind, 'dense landmark network', error(subset68(dense!.landmarks.points)));
    for (const method of methods) {
      const [head] = await rogue.reconstruct(photo, { boxes, method, texture: 'none' });
      add(kind, method, error(head!.landmarks68));
    }
    add(kind, 'found', (await isFound(rogue, photo, face.box)) ? 100 : 0);
  }
  return true;
}

/** Whether detection finds a face about where it was in the clean photo. */
async function isFound(rogue: Rogue, photo: Image, box: FaceBox): Promise<boolean> {
  return (await rogue.findFaces(photo)).some(
    ({ box: { x, y, width, height } }) =>
      Math.hypot(x + width / 2 - box.x - box.width / 2, y + height / 2 - box.y - box.height / 2) <
        0.5 * box.width &&
      width > 0.5 * box.width &&
      width < 2 * box.width,
  );
}

/**
 * How landmarks of heads hold under covers and noise, on validation photos that are not part of the project:
 * inner-51 NME.
 */
const covered: Benchmark = {
  name: 'covered',
  async *run() {
    const annotated = await annotatedPhotos();
    if (annotated.length === 0) {
      yield withoutPhotos;
      return;
    }
    const rogue = await loadRogue();
    const hand = await loadHand();
    const sums = new Map<string, number>();
    let photos = 0;
    for (const photo of annotated) {
      const found = await photoErrors(rogue, hand, photo, (kind, what, value) =>
        sums.set(`${kind}: ${what}`, (sums.get(`${kind}: ${what}`) ?? 0) + value),
      );
      if (found) photos++;
    }
    await rogue.release();
    for (const [name, sum] of sums) {
      const [kind, what] = name.split(': ') as [string, string];
      const value = sum / photos;
      if (what === 'found')
        yield kind in foundGoals
          ? atLeast(`${kind}: faces found`, value, '%', foundGoals[kind]!)
          : { name: `${kind}: faces found`, value, unit: '%', ok: true };
      else if (what === 'refine' && kind in goals)
        yield atMost(name, value, '%', goals[kind]!, `${photos} photos`);
      // Heads must hold better than the landmark network alone wherever the photo is corrupted.
      else if (what === 'refine')
        yield atMost(
          name,
          value,
          '%',
          Number((sums.get(`${kind}: dense landmark network`)! / photos).toFixed(2)),
          'the dense network',
        );
      else yield { name, value, unit: '%', ok: true };
    }
    yield* found.run() as AsyncIterable<Measure>;
  },
};

export default covered;
