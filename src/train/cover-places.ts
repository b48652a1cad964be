import { fromEyes } from './cover-frame.js';
import { facePixels } from './likely-skin.js';
import { pixelsWithin } from './pixels-within.js';
import type { UnlabelledView } from './unlabelled-view.js';
import type { Worn } from './worn-things.js';

/** Whether a cover is where a pixel is: who wears nothing has none; nobody knows where nobody looked. */
export type CoverPlace = 'no' | 'border' | 'expected' | 'sure' | 'unknown';

/** Whether somebody has looked, and found nothing that may be anywhere. */
export const isKnown = (worn: Worn | undefined): worn is Worn =>
  worn !== undefined && !worn.wears.includes('other');

const wearsGlasses = ({ wears }: Worn): boolean => wears.includes('shades') || wears.includes('spectacles');

/** Where glasses may reach, in sizes of the face about the middle between the eyes. */
const GLASSES_HIGH = 0.3;
const GLASSES_WIDE = 0.75;
/** Hats reach down to here, and anywhere beside the face; masks up to here, in sizes below the eyes. */
const HAT_LOW = -0.18;
const BESIDE = 0.5;
const MASK_HIGH = -0.1;

/** Polygons are drawn by eye: as near to their lines nobody knows, sizes of the face. */
const DRAWN = 0.05;

/** Where covers may be, of what is worn. */
export function coverPlaces({ frame, size, worn }: UnlabelledView): (at: number) => CoverPlace {
  if (!isKnown(worn)) return () => 'unknown';
  const { wears, outlines } = worn;
  const glasses = wearsGlasses(worn);
  const hat = !outlines && wears.includes('hat');
  const mask = !outlines && wears.includes('mask');
  const drawn = outlines && drawnCovers(outlines, size, DRAWN * frame.size);
  const placeOf = fromEyes(frame, size);
  return (at) => {
    const [x, y] = placeOf(at);
    if (glasses && Math.abs(y) < GLASSES_HIGH && Math.abs(x) < GLASSES_WIDE) return 'expected';
    if (drawn) return drawn[at]!;
    const expected = (hat && (y < HAT_LOW || Math.abs(x) > BESIDE)) || (mask && y > MASK_HIGH);
    return expected ? 'expected' : 'no';
  };
}

/** What outlines say of each pixel of a view. */
function drawnCovers(outlines: NonNullable<Worn['outlines']>, size: number, border: number): CoverPlace[] {
  const places = new Array<CoverPlace>(size * size).fill('no');
  for (const outline of outlines) for (const at of pixelsWithin(outline, size)) places[at] = 'sure';
  for (const outline of outlines)
    outline.forEach(([x0, y0], k) => {
      const [x1, y1] = outline[(k + 1) % outline.length]!;
      const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0));
      for (let step = 0; step <= steps; step++) {
        const t = step / Math.max(1, steps);
        discOf(x0 + t * (x1 - x0), y0 + t * (y1 - y0), border, size, (at) => {
          places[at] = 'border';
        });
      }
    });
  return places;
}

/** Visits the pixels of a view within a radius of a point. */
function discOf(x: number, y: number, radius: number, size: number, visit: (at: number) => void): void {
  const [top, bottom] = [Math.max(0, Math.floor(y - radius)), Math.min(size - 1, Math.ceil(y + radius))];
  const [left, right] = [Math.max(0, Math.floor(x - radius)), Math.min(size - 1, Math.ceil(x + radius))];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++)
      if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius) visit(row * size + column);
}

/** So far below the eyes a face without glasses is bare, sizes of it. */
const BELOW_EYES = 0.08;

/**
 * Pixels of a face that surely nothing covers but hair: beards, lips and shadows look like covers to a
 * network that has seen few.
 */
export function bareFace({ frame, size, points, worn }: UnlabelledView): ReadonlySet<number> | undefined {
  if (!isKnown(worn) || worn.wears.includes('mask')) return undefined;
  const from = wearsGlasses(worn) ? GLASSES_HIGH : BELOW_EYES;
  const placeOf = fromEyes(frame, size);
  return new Set(facePixels(points, size).filter((at) => placeOf(at)[1] > from));
}
