import { z } from 'zod';
import {
  hairCurls,
  hairLengths,
  hairTones,
  type HairCurl,
  type HairLength,
  type HairTone,
} from '../model/hair-file.js';

/**
 * What people in photos wear or hold, told by someone who has looked:
 *
 * - `shades`: glasses whose lenses hide more than half of what is behind them;
 * - `spectacles`: others;
 * - `hat`: whatever is over the hair, scarfs and headphones too;
 * - `mask`: whatever is over the lower face;
 * - `other`: anything else, anywhere.
 */
export const wornThings = ['shades', 'spectacles', 'hat', 'mask', 'other'] as const;

export type WornThing = (typeof wornThings)[number];

/** What somebody has seen of a person's hair; nothing is said of hair that a hat hides. */
export interface HairLook {
  /** A bald head may have a thin wreath; what is tied is bound up or back, so that the neck is free. */
  readonly length: HairLength;
  readonly curl?: HairCurl | undefined;
  readonly color?: HairTone | undefined;
}

/** What may cover the face in one photo; nothing else does. */
export interface Worn {
  /** Nothing of a bare face. */
  readonly wears: readonly WornThing[];
  /** Polygons of x, y around all that covers but glasses; left out where nobody drew them. */
  readonly outlines?: readonly (readonly Point[])[] | undefined;
  readonly hair?: HairLook | undefined;
}

type Point = readonly [number, number];

/** The file in a folder of photos: for names of photos lists of {@link wornThings}, or {@link Worn}. */
export const WORN_FILE = 'worn.json';

const things = z.array(z.enum(wornThings));
const outlines = z.array(z.array(z.tuple([z.number(), z.number()])).min(3));
const hair = z.strictObject({
  length: z.enum(hairLengths),
  curl: z.enum(hairCurls).optional(),
  color: z.enum(hairTones).optional(),
});
const worn = things
  .transform((wears): Worn => ({ wears }))
  .or(z.strictObject({ wears: things, outlines: outlines.optional(), hair: hair.optional() }));
const wornFile = z.record(z.string(), worn);

/**
 * @returns by the photos' names; outlines in shares of the photo's sides
 * @throws Error of one line for anything else than {@link WORN_FILE}
 */
export function readWornFile(bytes: Uint8Array): ReadonlyMap<string, Worn> {
  return new Map(Object.entries(read(wornFile, bytes)));
}

/** The same of one photo, as shards hold it: outlines in its pixels. @throws Error of one line */
export function readWorn(bytes: Uint8Array): Worn {
  return read(worn, bytes);
}

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new Error(`expected lists of ${wornThings.join(', ')}, by the photos' names; mend or remove it`, {
      cause: error,
    });
  }
}
