import type { PixelBounds, RasterTarget } from './raster-target.js';
import type { ScenePart } from './scene-part.js';

/** How much each pixel of a picture shows of what the parts of its scene are labelled as. */
export interface LabelShares {
  /** How many labels there are: 0…`labels` − 1. */
  readonly labels: number;
  /**
   * w·h·labels, 0…1, at the size of the picture. What is missing to 1 shows parts without a label or none at
   * all.
   */
  readonly data: Float32Array;
}

/** A labelled part and where its triangles' ids begin. */
interface DrawnPart {
  readonly part: ScenePart;
  readonly idOffset: number;
}

/** Opacities that hide or weaken what is counted: the fourth channel of `data`, w·h·4. */
interface Opacities {
  readonly width: number;
  readonly data: Float32Array;
}

/**
 * Adds what a part shows in the samples of `bounds`.
 *
 * @param raster holds the part's triangles; its size is a multiple of the picture's, that of the opacities
 *   either one's
 * @param width of the picture, pixels
 * @param before what lies in front of the part; nothing by default
 * @param own the part's own opacity; opaque by default
 */
export function addLabelShares(
  shares: LabelShares,
  raster: RasterTarget,
  { part, idOffset }: DrawnPart,
  bounds: PixelBounds,
  width: number,
  before?: Opacities,
  own?: Opacities,
): void {
  const { label, triangles } = part;
  if (label === undefined) return;
  const { labels, data } = shares;
  const whole = typeof label === 'number' ? label : undefined;
  const high = idOffset + triangles.length / 3;
  const factor = raster.width / width;
  const perSample = 1 / (factor * factor);
  const hidden = before ? raster.width / before.width : 1;
  for (let y = bounds.minY; y < bounds.maxY; y++) {
    const row = Math.floor(y / factor) * width;
    const hiddenRow = before ? Math.floor(y / hidden) * before.width : 0;
    for (let x = bounds.minX; x < bounds.maxX; x++) {
      const i = y * raster.width + x;
      const id = raster.triangle[i]!;
      if (id < idOffset || id >= high) continue;
      let share = perSample;
      if (own) share *= own.data[4 * i + 3]!;
      if (before) share *= 1 - before.data[4 * (hiddenRow + Math.floor(x / hidden)) + 3]!;
      const shown = whole ?? labelAt(label as Uint8Array, triangles, id - idOffset, raster.barycentric, i);
      data[labels * (row + Math.floor(x / factor)) + shown]! += share;
    }
  }
}

/** Of a triangle's corners, the label that most of their weights have. */
function labelAt(
  label: Uint8Array,
  triangles: Uint32Array,
  triangle: number,
  barycentric: Float32Array,
  sample: number,
): number {
  const a = label[triangles[3 * triangle]!]!;
  const b = label[triangles[3 * triangle + 1]!]!;
  const c = label[triangles[3 * triangle + 2]!]!;
  if (a === b && b === c) return a;
  const w0 = barycentric[2 * sample]!;
  const w1 = barycentric[2 * sample + 1]!;
  const w2 = 1 - w0 - w1;
  const forA = w0 + (b === a ? w1 : 0) + (c === a ? w2 : 0);
  const forB = w1 + (a === b ? w0 : 0) + (c === b ? w2 : 0);
  const forC = w2 + (a === c ? w0 : 0) + (b === c ? w1 : 0);
  return forA >= forB && forA >= forC ? a : forB >= forC ? b : c;
}

/** @throws RangeError for shares that do not fit the picture, and for labels without a place in them */
export function checkLabels(
  { labels, data }: LabelShares,
  parts: readonly ScenePart[],
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (data.length !== width * height * labels)
    throw new RangeError(
      `renderScene: expected ${width}×${height}×${labels} values in options.shares, got ${data.length}.`,
    );
  for (const { label } of parts) {
    if (label === undefined) continue;
    const greatest =
      typeof label === 'number' ? label : label.reduce((most, value) => Math.max(most, value), 0);
    if (!(greatest >= 0 && greatest < labels))
      throw new RangeError(`renderScene: expected labels below ${labels}, got ${greatest}.`);
  }
}
