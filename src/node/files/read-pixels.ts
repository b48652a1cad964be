import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { profileOfIcc } from '../../io/color-profile.js';
import type { Image } from '../../math/image.js';
import { onWhite } from '../../math/image.js';
import { byteOfLinear } from '../../render/color.js';
import { ImageError } from './image-error.js';

/** Pixels as they come from a decoder, and what the user should know about them. */
export interface Pixels {
  /** Three channels, sRGB. */
  readonly image: Image;
  /** Share of the picture that is mostly transparent, 0…1. */
  readonly transparent: number;
  readonly warnings: readonly string[];
}

/** A picture that sharp reads; damaged and cut-off ones fail unless `failOn` says otherwise. */
export function open(bytes: Uint8Array, failOn: 'error' | 'none' = 'error'): Sharp {
  // The pixel limit is checked on the metadata, with a clearer message.
  return sharp(bytes, { failOn, limitInputPixels: false, pages: 1 });
}

/**
 * The pixels of an open picture or raw pixels, upright, within a square, in 8-bit sRGB.
 * @param side of the square
 */
export async function pixelsOf(picture: Sharp, side: number): Promise<Pixels> {
  const { data, info } = await picture
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4)
    throw new ImageError(`expected three channels after conversion to sRGB, received ${channels}`);
  return { ...onWhite({ width, height, channels, data }), warnings: [] };
}

/** An image as sharp's input. */
export function rawPicture({ width, height, channels, data }: Image): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** More of a picture than this must not be missing at its end. */
const MOST_MISSING = 0.25;
/** What a JPEG decoder gives where the file has ended: mid grey, give or take a colour profile. */
const MISSING_GREY = 128;
const GREY_TOLERANCE = 4;

/**
 * What there is of a JPEG file that ends too early. Its rows are decoded from the top, so a late cut takes
 * only the last ones, which stay grey.
 * @param reason of the decoder, for the error
 * @throws ImageError when too much is missing
 */
export async function pixelsOfCutOff(bytes: Uint8Array, side: number, reason: string): Promise<Pixels> {
  const missing = greyShareAtEnd((await pixelsOf(open(bytes, 'none'), side)).image);
  const percent = Math.max(1, Math.round(100 * missing));
  if (missing > MOST_MISSING)
    throw new ImageError(`damaged or cut off (${reason}): the last ${percent} % of the picture are missing`);
  return {
    ...(await pixelsOf(open(bytes, 'none').autoOrient(), side)),
    warnings: [
      missing > 0
        ? `The file is cut off: the last ${percent} % of the picture are missing.`
        : 'The file is cut off at its very end; fine detail may be missing.',
    ],
  };
}

/** Share of the picture's height that its last rows without content take. */
function greyShareAtEnd({ width, height, data }: Image): number {
  let rows = 0;
  for (; rows < height; rows++) {
    const row = data.subarray((height - rows - 1) * width * 3, (height - rows) * width * 3);
    if (row.some((value) => Math.abs(value - MISSING_GREY) > GREY_TOLERANCE)) break;
  }
  return rows / height;
}

/**
 * Floats up to this are shares of white, give or take what resampling adds; larger ones count to 255 or
 * 65,535.
 */
const LARGEST_SHARE = 16;
const LARGEST_BYTE = 300;

/**
 * The pixels of a TIFF file of floating-point numbers, which does not say what its white is. Numbers of about
 * 0…1 are shares of white, larger ones those of 8-bit or 16-bit pictures. They are encoded as sRGB is, as
 * most programs write them, unless the file has a colour profile of linear light.
 */
export async function pixelsOfFloats(
  bytes: Uint8Array,
  side: number,
  { channels: stored, icc }: Pick<Metadata, 'channels' | 'icc'>,
): Promise<Pixels> {
  // A space in which sharp leaves the numbers alone.
  const space = stored < 3 ? 'b-w' : 'scrgb';
  const { data, info } = await open(bytes)
    .autoOrient()
    .pipelineColourspace(space)
    .toColourspace(space)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const largest = values.reduce((most, value) => (value > most && value < Infinity ? value : most), 0);
  const white = largest <= LARGEST_SHARE ? 1 : largest <= LARGEST_BYTE ? 255 : 65535;
  const curve = icc && profileOfIcc(icc)?.curves[1];
  const linear = curve !== undefined && Math.abs(curve[128]! - 128 / 255) < 0.02;
  const pixels = Uint8Array.from(values, (value) => {
    const share = Math.min(1, Math.max(0, value / white));
    return linear ? byteOfLinear(share) : Math.round(255 * share);
  });
  const { width, height, channels } = info;
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new ImageError(`${channels} channels are not supported; use grey or RGB`);
  return {
    ...onWhite({ width, height, channels, data: pixels }),
    warnings: [
      `The file holds floating-point numbers; white was taken for ${white}, and the numbers for ${linear ? 'linear light' : 'sRGB-encoded'}.`,
    ],
  };
}
