import type { Random } from '../data/random.js';
import { cropAxes, sampleCrop } from '../detect/crop.js';
import { crownRoll, turnBetween } from '../detect/detection.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Image } from '../math/image.js';
import { viewNormalisation, viewOfBox, viewOutside, type FaceBox } from '../network/face-view.js';
import type { JudgedPlace } from '../network/judge.js';
import { coverFaces } from './detection-view.js';
import type { LabelledFace } from './labelled-faces.js';
import { augmentView } from './view-augmentation.js';

/** Where a face may be: the detector's box, and the roll of the face in it, degrees. */
export interface Spot {
  readonly box: FaceBox;
  readonly roll: number;
}

/** A crop as the judge learns from it. */
export interface JudgeView {
  /** 3×size×size, −1…1. */
  readonly image: Float32Array;
  /** 1 or 0; nothing is taught where it is a matter of taste. */
  readonly face: number | undefined;
  /** Where the face that is near lies. */
  readonly place: JudgedPlace | undefined;
}

/** How pictures and views are made; chances and shares 0…1. */
export interface JudgeViewOptions {
  /** Of the regressor's input, pixels. */
  readonly size: number;
  /** Views of each picture. */
  readonly views: number;
  /** Of pictures: something flat is laid over each face. */
  readonly covered: number;
  /** Deviation of the strongest noise, of 0…255. */
  readonly noise: number;
}

/** At most so many of the views are what a detector found. */
const FOUND = 0.5;
/** Of the other views of pictures with faces: on a face, beside one; the rest is anywhere. */
const ON_FACE = 0.5;
const BESIDE = 0.3;
/** Of the views on a face, those that take it for lying or upside down, or a lying one for upright. */
const MISTURNED = 0.2;
/** What a box on a face is off by, as of detectors: deviations in sides, of log size, and degrees. */
const onFace = { shift: 0.13, growth: 0.16, roll: 14 };
/** Where these differ by less than the first, there is a face; by more than the second, there is none. */
const distances = { right: 0.3, wrong: 0.6 };
const growths = { right: 0.4, wrong: 0.8 };
const turns = { right: 35, wrong: 75 };
/** Spots anywhere: sides in those of the picture's shorter side. */
const smallestSpot = 0.06;
const largestSpot = 0.8;

/**
 * Lays something over the faces of a picture, sometimes.
 * @returns the faces, of which some may have become doubtful
 */
export function judgePicture(
  picture: Image,
  faces: readonly LabelledFace[],
  random: Random,
  { covered }: Pick<JudgeViewOptions, 'covered'>,
): LabelledFace[] {
  return random.uniform() < covered ? coverFaces(picture, faces, random) : [...faces];
}

/**
 * Crops of a picture: where a detector finds something, on faces, beside them, and anywhere.
 * @param found by a detector in this picture
 */
export function judgeViews(
  picture: Image,
  faces: readonly LabelledFace[],
  found: readonly Spot[],
  random: Random,
  options: JudgeViewOptions,
): JudgeView[] {
  const { size, views, noise } = options;
  const pyramid = new ImagePyramid(picture);
  const spots = [...found].sort(() => random.uniform() - 0.5).slice(0, Math.floor(FOUND * views));
  while (spots.length < views) spots.push(drawSpot(picture, faces, random));
  return spots.map((spot) => {
    const image = new Float32Array(3 * size * size);
    const crop = viewOfBox(spot.box, spot.roll, size);
    sampleCrop(pyramid, crop, viewNormalisation, image, 0, viewOutside);
    augmentView(image, size, new Float32Array(0), [], random, {
      boxes: 0,
      noise,
      noisy: 0.3,
      coarse: 0.12,
      grey: 0.06,
    });
    return { image, ...judged(spot, faces) };
  });
}

function drawSpot(picture: Image, faces: readonly LabelledFace[], random: Random): Spot {
  const kind = faces.length === 0 ? 1 : random.uniform();
  if (kind >= ON_FACE + BESIDE) {
    const shorter = Math.min(picture.width, picture.height);
    const side = shorter * Math.exp(random.uniform(Math.log(smallestSpot), Math.log(largestSpot)));
    return spotAt(
      random.uniform(0, picture.width),
      random.uniform(0, picture.height),
      side,
      random.normal(0, 25),
    );
  }
  const face = random.choice(faces);
  const roll = crownRoll(face);
  const { centreX, centreY, size } = face;
  if (kind < ON_FACE)
    return spotAt(
      centreX + size * random.normal(0, onFace.shift),
      centreY + size * random.normal(0, onFace.shift),
      size * Math.exp(random.normal(0, onFace.growth)),
      roll +
        random.normal(0, onFace.roll) +
        (random.uniform() < MISTURNED ? random.choice([90, 180, 270]) : 0),
    );
  const angle = random.uniform(0, 2 * Math.PI);
  const away = size * random.uniform(0.2, 1.3);
  return spotAt(
    centreX + away * Math.cos(angle),
    centreY + away * Math.sin(angle),
    size * Math.exp(random.normal(0, 0.5)),
    random.uniform() < 0.8 ? roll + random.normal(0, 25) : random.uniform(-180, 180),
  );
}

function spotAt(x: number, y: number, side: number, roll: number): Spot {
  return { box: { x: x - side / 2, y: y - side / 2, width: side, height: side }, roll };
}

/** What is to be said of a spot. */
function judged(spot: Spot, faces: readonly LabelledFace[]): Pick<JudgeView, 'face' | 'place'> {
  let face: number | undefined = 0;
  let place: JudgedPlace | undefined;
  let nearest = Infinity;
  for (const other of faces) {
    const seen = placeIn(spot, other);
    const away = Math.hypot(seen.dx, seen.dy) / Math.max(1, Math.exp(seen.growth));
    const turn = turnBetween(crownRoll(other), spot.roll);
    const within = (part: 'right' | 'wrong'): boolean =>
      away < distances[part] && Math.abs(seen.growth) < growths[part] && turn < turns[part];
    if (!within('wrong')) continue;
    if (!other.doubtful && away < nearest) {
      nearest = away;
      place = seen;
    }
    if (!other.doubtful && within('right')) face = 1;
    else if (face === 0) face = undefined;
  }
  return { face, place };
}

/** Where a face lies as seen from a spot. */
export function placeIn({ box, roll }: Spot, face: LabelledFace): JudgedPlace {
  const { ax, ay, bx, by } = cropAxes(viewOfBox(box, roll, 1));
  const x = face.centreX - box.x - box.width / 2;
  const y = face.centreY - box.y - box.height / 2;
  const length = Math.hypot(ax, ay) * box.width;
  const turn = ((((crownRoll(face) - roll + 180) % 360) + 360) % 360) - 180;
  return {
    dx: (x * ax + y * ay) / length,
    dy: (x * bx + y * by) / length,
    growth: Math.log(face.size / box.width),
    turn: (turn * Math.PI) / 180,
  };
}
