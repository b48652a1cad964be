import { coverChances, coverFaceFlat, type CoverFrame } from '../data/occlusion/face-covers.js';
import { parsingLabels, UNKNOWN_LABEL } from '../network/parsing/parsing-classes.js';
import type { Random } from '../data/random.js';
import { cropToImage, sampleCrop, type Crop } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Image } from '../math/image.js';
import { mirrorRows } from '../math/mirror-rows.js';
import { toView, viewNormalisation, viewOutside, type FaceBox } from '../network/face-view.js';
import { parserCrop } from '../network/parsing/face-parser.js';
import { coverFrame } from './cover-frame.js';
import { oddLight } from './odd-light.js';
import { photoLabels, type ParseTeacher } from './photo-labels.js';
import { augmentView } from './view-augmentation.js';
import { pictureOfView, viewOfPicture } from './view-picture.js';
import type { Worn } from './worn-things.js';

/** A photo that a parser learns from; pixels of the photo. */
export interface ParsePhoto {
  readonly photo: Image;
  /** The same with something over the face, and where, one channel: 255 where it covers. */
  readonly covered: { readonly photo: Image; readonly mask: Image } | undefined;
  /** One channel: what is known of the photo without the cover. */
  readonly labels: Image | undefined;
  /** What may cover the face in the photo as it is, of those without labels; none where nobody looked. */
  readonly worn: Worn | undefined;
  /** The detector's box, and the face's roll in degrees. */
  readonly box: FaceBox;
  readonly roll: number;
  /** 68 pairs. */
  readonly landmarks: ArrayLike<number>;
}

/** A crop and what is known of its pixels. */
export interface ParseView {
  /** 3×size×size, −1…1. */
  readonly image: Float32Array;
  /** size×size: labels, `UNKNOWN_LABEL` where nobody knows. */
  readonly labels: Uint8Array;
}

/** How views are made; chances and shares 0…1. */
export interface ParseViewOptions {
  /** Of the parser's input, pixels. */
  readonly size: number;
  /** Of views: something flat is laid over the face. */
  readonly covered: number;
  /** Deviation of the strongest noise, of 0…255. */
  readonly noise: number;
}

/** Crops differ from the detector's: standard deviations in sides, of log size, and degrees. */
const jitter = { shift: 0.1, growth: 0.16, roll: 12 };
/** What a parser is shown more often than others: what is thin is hard to see. */
const chances = { ...coverChances, rims: 10, strands: 4, text: 2, tinted: 8 };
/** Masks of covers: more than this hides, less than that does not. */
const HIDES = 140;
const SHOWS = 20;

/**
 * A view of a photo: covered, noisy, badly exposed, off its place, with the labels of its pixels.
 * @param teach what a clean view of a photo without labels shows
 */
export async function parseView(
  source: ParsePhoto,
  random: Random,
  { size, covered, noise }: ParseViewOptions,
  teach?: ParseTeacher,
): Promise<ParseView> {
  const { photo, box, roll } = source;
  const drawn = random.fork('view');
  const moved = jitteredBox(box, drawn);
  const crop = parserCrop(moved, roll + drawn.normal(0, jitter.roll), size);
  const viewOf = (picture: Image): Float32Array => {
    const view = new Float32Array(3 * size * size);
    sampleCrop(new ImagePyramid(picture), crop, viewNormalisation, view, 0, viewOutside);
    return view;
  };
  const clean = viewOf(photo);
  const points = pointsIn(crop, source.landmarks);
  const frame = coverFrame(crop, source, points);
  const labels = source.labels
    ? nearestInCrop(source.labels, crop, UNKNOWN_LABEL)
    : await photoLabels({ image: clean, size, points, frame, worn: wornIn(crop, source.worn) }, teach);
  blankOutside(labels, photo, crop);
  const image = source.covered ? viewOf(source.covered.photo) : clean;
  if (source.covered) markCover(labels, source.covered.mask, crop);
  const covering = random.fork('cover');
  if (covering.uniform() < covered) coverFlat(image, labels, frame, covering);
  oddLight(image, size, random.fork('light'));
  augmentView(image, size, new Float32Array(0), [], random.fork('look'), {
    boxes: 0,
    noise,
    noisy: 0.35,
    coarse: 0.15,
    grey: 0.08,
  });
  cutByBorder(image, labels, frame, random.fork('border'));
  if (random.fork('mirror').uniform() < 0.5) {
    mirrorRows(image, size);
    mirrorRows(labels, size);
  }
  return { image, labels };
}

function jitteredBox({ x, y, width, height }: FaceBox, random: Random): FaceBox {
  const side = Math.max(width, height) * Math.exp(random.normal(0, jitter.growth));
  const centreX = x + width / 2 + width * random.normal(0, jitter.shift);
  const centreY = y + height / 2 + width * random.normal(0, jitter.shift);
  return { x: centreX - side / 2, y: centreY - side / 2, width: side, height: side };
}

/** What is known of the pixels of a crop, covers and all. */
export function labelsInCrop(
  { photo, covered, labels }: Pick<ParsePhoto, 'photo' | 'covered' | 'labels'>,
  crop: Crop,
): Uint8Array {
  const known = labels
    ? nearestInCrop(labels, crop, UNKNOWN_LABEL)
    : new Uint8Array(crop.width * crop.height).fill(UNKNOWN_LABEL);
  blankOutside(known, photo, crop);
  if (covered) markCover(known, covered.mask, crop);
  return known;
}

/** The value of a one-channel image under each pixel of a crop; `outside` beyond it. */
function nearestInCrop({ width, height, data }: Image, crop: Crop, outside: number): Uint8Array {
  const out = new Uint8Array(crop.width * crop.height);
  for (let row = 0, at = 0; row < crop.height; row++)
    for (let column = 0; column < crop.width; column++, at++) {
      const [x, y] = cropToImage(crop, column + 0.5, row + 0.5);
      const inside = x >= 0 && y >= 0 && x < width && y < height;
      out[at] = inside ? data[Math.floor(y) * width + Math.floor(x)]! : outside;
    }
  return out;
}

/** Of what lies beyond the photo nothing is taught. */
function blankOutside(labels: Uint8Array, { width, height }: Image, crop: Crop): void {
  for (let row = 0, at = 0; row < crop.height; row++)
    for (let column = 0; column < crop.width; column++, at++) {
      const [x, y] = cropToImage(crop, column + 0.5, row + 0.5);
      if (x < 0 || y < 0 || x >= width || y >= height) labels[at] = UNKNOWN_LABEL;
    }
}

function markCover(labels: Uint8Array, mask: Image, crop: Crop): void {
  const hidden = nearestInCrop(mask, crop, 0);
  for (let at = 0; at < labels.length; at++) {
    if (hidden[at]! > HIDES) labels[at] = parsingLabels.cover;
    else if (hidden[at]! > SHOWS) labels[at] = UNKNOWN_LABEL;
  }
}

/** Of views: the photo ends close to the face. */
const CUT = 0.3;
/** Of their sides. */
const CUT_SIDES = 0.65;
/** How far from the face's middle it ends there, in sizes of it; less cuts into the face. */
const NEAR = 0.38;
const FAR = 0.85;

/** Ends the photo close to a face, as tight portraits do: nothing is taught of what lies beyond. */
function cutByBorder(
  image: Float32Array,
  labels: Uint8Array,
  { centreX, centreY, size: face }: CoverFrame,
  random: Random,
): void {
  if (random.uniform() > CUT) return;
  const size = Math.sqrt(labels.length);
  const reach = (): number => (random.uniform() < CUT_SIDES ? face * random.uniform(NEAR, FAR) : size);
  const [left, right] = [centreX - reach(), centreX + reach()];
  const [top, bottom] = [centreY - reach(), centreY + reach()];
  const blank = viewOutside * viewNormalisation.gain + viewNormalisation.offset;
  for (let at = 0; at < labels.length; at++) {
    const x = (at % size) + 0.5;
    const y = Math.floor(at / size) + 0.5;
    if (x > left && x < right && y > top && y < bottom) continue;
    labels[at] = UNKNOWN_LABEL;
    for (let c = 0; c < 3; c++) image[c * labels.length + at] = blank;
  }
}

/** What is worn, its outlines in pixels of a crop. */
function wornIn(crop: Crop, worn: Worn | undefined): Worn | undefined {
  if (!worn?.outlines) return worn;
  const outlines = worn.outlines.map((outline) => {
    const points = pointsIn(crop, outline.flat());
    return outline.map((_, k) => [points[2 * k]!, points[2 * k + 1]!] as const);
  });
  return { ...worn, outlines };
}

/** Points of the photo in pixels of a crop. */
const pointsIn = (crop: Crop, points: ArrayLike<number>): Float32Array =>
  toView(crop, points).map((value) => ((value + 1) / 2) * crop.width);

/** Lays flat covers over the face of a view. */
function coverFlat(image: Float32Array, labels: Uint8Array, frame: CoverFrame, random: Random): void {
  const size = Math.sqrt(labels.length);
  const picture = pictureOfView(image, size);
  const { hides } = coverFaceFlat(picture, frame, random, chances);
  viewOfPicture(picture, image);
  for (let at = 0; at < labels.length; at++)
    if (hides((at % size) + 0.5, Math.floor(at / size) + 0.5)) labels[at] = parsingLabels.cover;
}

/** Of views: a part of another person lies over them. */
const CROWDED = 0.12;

/** Lays an oval of another view over some of the face: another head before it. Changes the first. */
export function crowdView(view: ParseView, other: ParseView, size: number, random: Random): void {
  if (random.uniform() > CROWDED) return;
  const radiusX = size * random.uniform(0.15, 0.3);
  const radiusY = radiusX * random.uniform(1, 1.5);
  const centreX = size * random.uniform(0.15, 0.85);
  const centreY = size * random.uniform(0.2, 0.9);
  // The other's face is in the middle of its view.
  const shiftX = Math.round(centreX - size / 2);
  const shiftY = Math.round(centreY - size / 2);
  const plane = size * size;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      if (Math.hypot((column - centreX) / radiusX, (row - centreY) / radiusY) > 1) continue;
      const fromX = column - shiftX;
      const fromY = row - shiftY;
      if (fromX < 0 || fromY < 0 || fromX >= size || fromY >= size) continue;
      const at = row * size + column;
      const from = fromY * size + fromX;
      for (let c = 0; c < 3; c++) view.image[c * plane + at] = other.image[c * plane + from]!;
      view.labels[at] = parsingLabels.cover;
    }
}
