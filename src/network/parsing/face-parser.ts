import { parsingClasses, parsingLabels, type ParsingClass } from './parsing-classes.js';
import { cropAxes, sampleCrop, type Crop } from '../../detect/crop.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import type { Image } from '../../math/image.js';
import { meanOfMirrored, mirrorRows } from '../../math/mirror-rows.js';
import { floatOutput, type HostTensor, type Runtime } from '../../runtime/session.js';
import { viewNormalisation, viewOfBox, viewOutside, type FaceBox } from '../face-view.js';
import { parserStride, parserViewPerBox } from './parser-view.js';

/** What the pixels around a face show. */
export interface FaceParsing {
  /** What was seen. */
  readonly crop: Crop;
  /** Width and height of the maps below, pixels; they cover the crop. */
  readonly size: number;
  /** How likely each class is, 0…1: classes×size×size. */
  readonly classes: Float32Array;
  /** What the picture as a whole says of the hair; older networks say nothing. */
  readonly hair?: ParsedHair;
}

/** How likely a person's hair is of each of `hairLengths` and `hairCurls`, 0…1. */
export interface ParsedHair {
  readonly lengths: Float32Array;
  readonly curls: Float32Array;
  readonly tones: Float32Array;
}

export interface FaceParser {
  /** @param roll of the face, degrees */
  parse(photo: Image | ImagePyramid, box: FaceBox, roll: number): Promise<FaceParsing>;
  release(): Promise<void>;
}

/**
 * Loads a network of `exportParser`. It looks twice, the second time at the mirror image, and both looks
 * count alike: what it would say of one side only is more often a mistake.
 *
 * @throws Error of one line when the bytes are no such network
 */
export async function createFaceParser(runtime: Runtime, network: Uint8Array): Promise<FaceParser> {
  const session = await runtime.createSession(network);
  const side = session.inputDims['image']?.at(-1);
  if (typeof side !== 'number' || !session.outputNames.includes('classes')) {
    await session.release();
    throw new Error('createFaceParser: the file is no face parser; use one that "rogue export" wrote.');
  }
  const image: HostTensor<Float32Array> = {
    dims: [1, 3, side, side],
    data: new Float32Array(3 * side * side),
  };
  const look = async (): Promise<Look> => {
    const outputs = await session.run({ image });
    const said = (name: string): Float32Array => floatOutput(outputs, name).slice();
    const hair = outputs['length'] && {
      lengths: said('length'),
      curls: said('curl'),
      tones: said('tone'),
    };
    return { classes: said('classes'), ...(hair && { hair }) };
  };
  return {
    async parse(photo, box, roll) {
      const crop = parserCrop(box, roll, side);
      const pyramid = photo instanceof ImagePyramid ? photo : new ImagePyramid(photo);
      sampleCrop(pyramid, crop, viewNormalisation, image.data, 0, viewOutside);
      const direct = await look();
      mirrorRows(image.data, side);
      const mirrored = await look();
      const size = side / parserStride;
      const classes = meanOfMirrored(direct.classes, mirrored.classes, size);
      const hair = direct.hair && mirrored.hair && meanHair(direct.hair, mirrored.hair);
      return { crop, size, classes, ...(hair && { hair }) };
    },
    release: () => session.release(),
  };
}

/** What the network says of a view. */
interface Look {
  readonly classes: Float32Array;
  readonly hair?: ParsedHair;
}

/** The same person's hair, seen twice. */
function meanHair(a: ParsedHair, b: ParsedHair): ParsedHair {
  const mean = (name: keyof ParsedHair): Float32Array =>
    a[name].map((likelihood, k) => (likelihood + b[name][k]!) / 2);
  return { lengths: mean('lengths'), curls: mean('curls'), tones: mean('tones') };
}

/** The crop that a parser sees of a face. @param roll degrees, as the detector gives it */
export const parserCrop = (box: FaceBox, roll: number, size: number): Crop =>
  viewOfBox(box, roll, size, parserViewPerBox);

/** How likely a class is at each pixel of the maps, size². */
export function classMap(
  { size, classes }: Pick<FaceParsing, 'size' | 'classes'>,
  name: ParsingClass,
): Float32Array {
  const plane = size * size;
  return classes.subarray(parsingLabels[name] * plane, (parsingLabels[name] + 1) * plane);
}

/** A value for each position of a photo, pixels. */
export type PhotoMap = (x: number, y: number) => number;

/**
 * How likely a class is at positions of the photo, between the maps' pixels; nothing is known beyond the
 * crop, where it is `outside`.
 */
export function likelihoodOf(
  { crop, size, classes }: FaceParsing,
  name: ParsingClass,
  outside = 0,
): PhotoMap {
  const { ax, ay, bx, by } = cropAxes(crop);
  const { centreX, centreY } = crop;
  // From the photo into the maps: the inverse of a rotation and a scale.
  const perCell = crop.width / size;
  const norm = crop.scale * crop.scale * perCell;
  const first = parsingLabels[name] * size;
  return (x, y) => {
    const dx = x - centreX;
    const dy = y - centreY;
    const u = (dx * ax + dy * ay) / norm + size / 2 - 0.5;
    const v = (dx * bx + dy * by) / norm + size / 2 - 0.5;
    if (u < -0.5 || v < -0.5 || u > size - 0.5 || v > size - 0.5) return outside;
    const left = Math.min(size - 2, Math.max(0, Math.floor(u)));
    const top = Math.min(size - 2, Math.max(0, Math.floor(v)));
    const fx = Math.min(1, Math.max(0, u - left));
    const fy = Math.min(1, Math.max(0, v - top));
    const at = (first + top) * size + left;
    const above = classes[at]! + fx * (classes[at + 1]! - classes[at]!);
    const below = classes[at + size]! + fx * (classes[at + size + 1]! - classes[at + size]!);
    return above + fy * (below - above);
  };
}

/** The likeliest class of each pixel of the maps, size×size labels. */
export function likeliestLabels({ size, classes }: Pick<FaceParsing, 'size' | 'classes'>): Uint8Array {
  const plane = size * size;
  return new Uint8Array(plane).map((_, at) => {
    let best = 0;
    for (let k = 1; k < parsingClasses.length; k++)
      if (classes[k * plane + at]! > classes[best * plane + at]!) best = k;
    return best;
  });
}
