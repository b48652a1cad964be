import type { Image } from '../../math/image.js';

/** A photo with something in front of a face. */
export interface Occlusion {
  /** Three channels, the photo's size. */
  readonly image: Image;
  /** One channel, the photo's size: 255 where the photo is hidden, 0 where it shows; shadows do not count. */
  readonly mask: Image;
  /** Share of the face's visible skin that is hidden, measured on `mask`, 0…1. */
  readonly coverage: number;
  readonly occluder: string;
  /** What makes this one different from others of its kind. */
  readonly parameters: OccluderParameters;
}

export type OccluderParameters = Readonly<Record<string, number | string | boolean>>;

export interface OcclusionOptions {
  /**
   * Wanted share of the face to hide, 0…1. Default: evenly between {@link leastCoverage} and {@link
   * mostCoverage}.
   */
  readonly coverage?: number;
  /** Name of the occluder. Default: one of those that can hide as much as is wanted. */
  readonly occluder?: string;
}

export const leastCoverage = 0.1;
export const mostCoverage = 0.7;

/** Most tries of the search, and the miss that ends it. */
const TRIES = 9;
const CLOSE = 0.012;
/** A greater miss than this is worth a look at so many amounts in between. */
const ENOUGH = 0.025;
const SCANS = 11;

/**
 * The amount, 0…1, at which an occluder hides as much as wanted; the nearer end of the range where it cannot.
 * Regula falsi with the weights of the Illinois method (Dowell & Jarratt 1971), some 5 tries.
 * @param coverageAt share hidden at an amount; need not be exactly monotonic
 */
export function amountFor(wanted: number, coverageAt: (amount: number) => number): number {
  let best = 0;
  let least = Infinity;
  const missAt = (amount: number): number => {
    const miss = coverageAt(amount) - wanted;
    if (Math.abs(miss) < least) [best, least] = [amount, Math.abs(miss)];
    return miss;
  };
  const first = missAt(0);
  const last = first < 0 ? missAt(1) : first;
  if (first < 0 && last > 0) narrow(missAt, [0, first], [1, last], () => least > CLOSE);
  // What first hides more and then less, as a ring that grows beyond the face.
  for (let k = 1, before = first; least > ENOUGH && k <= SCANS; k++) {
    const amount = k / (SCANS + 1);
    const miss = missAt(amount);
    if (before < 0 && miss > 0)
      narrow(missAt, [(k - 1) / (SCANS + 1), before], [amount, miss], () => least > CLOSE);
    before = miss;
  }
  return best;
}

type Tried = readonly [amount: number, miss: number];

function narrow(
  missAt: (amount: number) => number,
  [from, below]: Tried,
  [to, above]: Tried,
  goOn: () => boolean,
): void {
  let low = from;
  let high = to;
  let weightBelow = below;
  let weightAbove = above;
  for (let tries = 2; tries < TRIES && goOn(); tries++) {
    const at = Math.min(
      high - 0.1 * (high - low),
      Math.max(low + 0.1 * (high - low), low + ((high - low) * weightBelow) / (weightBelow - weightAbove)),
    );
    const miss = missAt(at);
    if (miss < 0) [low, weightBelow, weightAbove] = [at, miss, weightAbove / 2];
    else [high, weightAbove, weightBelow] = [at, miss, weightBelow / 2];
  }
}

/** @throws RangeError for a wanted coverage outside 0…1 */
export function checkCoverage(operation: string, coverage: number | undefined): void {
  if (coverage !== undefined && !(coverage > 0 && coverage <= 1))
    throw new RangeError(`${operation}: expected a coverage above 0 and up to 1, received ${coverage}.`);
}

/** @throws RangeError unless the photo has three channels and fitting data */
export function checkPhoto(operation: string, { width, height, channels, data }: Image): void {
  if (channels !== 3 || data.length !== width * height * 3) {
    throw new RangeError(
      `${operation}: expected a photo of three channels, received ${width}×${height}×${channels} with ${data.length} values.`,
    );
  }
}
