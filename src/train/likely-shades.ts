import { axesOf } from '../data/occlusion/face-covers.js';
import { HALF_EYES } from '../data/occlusion/tinted-glasses.js';
import { median } from '../math/median.js';
import { parsingLabels, UNKNOWN_LABEL } from '../network/parsing/parsing-classes.js';
import { fromEyes } from './cover-frame.js';
import { lookOf } from './likely-skin.js';
import type { UnlabelledView } from './unlabelled-view.js';

/** A lens is surely within this radius of an eye's middle, and perhaps within that: wide, high; in sizes. */
const SURELY = 0.06;
const PERHAPS = [0.27, 0.22] as const;
/** So much nearer to the lens's look than to the skin's. */
const NEARER = 0.7;
/** Of views: what says that a pixel is neither. */
export const NO_LENS = 0;

/**
 * Lenses of someone who is known to wear shades: around the eyes, and what looks more like that than like the
 * skin below.
 * @param skin of `likelySkin`
 * @returns size×size: cover; unknown where a lens may be; {@link NO_LENS} elsewhere
 */
export function likelyShades({ image, size, frame }: UnlabelledView, skin: Uint8Array): Uint8Array {
  const plane = size * size;
  const lookAt = (at: number): Look => lookOf(image[at]!, image[plane + at]!, image[2 * plane + at]!);
  const placeOf = fromEyes(frame, size);
  const { toFace } = axesOf({ ...frame, centreX: frame.eyes[0], centreY: frame.eyes[1] });
  const labels = new Uint8Array(plane).fill(NO_LENS);
  const pixels = [...labels.keys()];
  const below = pixels.filter((at) => skin[at] === parsingLabels.skin && placeOf(at)[1] > PERHAPS[1]);
  const bare = usualLook(below.map(lookAt));
  const narrow = Math.min(1, Math.hypot(...frame.apart) / (2 * HALF_EYES * frame.size));
  for (const side of [-0.5, 0.5]) {
    const [ex, ey] = toFace(frame.eyes[0] + side * frame.apart[0], frame.eyes[1] + side * frame.apart[1]);
    const away = (at: number, wide: number, high: number): number => {
      const [x, y] = placeOf(at);
      return Math.hypot((x - ex) / (narrow * wide), (y - ey) / high);
    };
    const around = pixels.filter((at) => away(at, ...PERHAPS) < 1);
    const isSure = (at: number): boolean => away(at, SURELY, SURELY) < 1;
    const lens = usualLook(around.filter(isSure).map(lookAt));
    for (const at of around) {
      const look = lookAt(at);
      if (isSure(at) || far(look, lens) < NEARER * far(look, bare)) labels[at] = parsingLabels.cover;
      else if (labels[at] === NO_LENS) labels[at] = UNKNOWN_LABEL;
    }
  }
  return labels;
}

type Look = readonly [number, number, number];

function usualLook(looks: readonly Look[]): Look {
  const of = (k: 0 | 1 | 2): number => (looks.length > 0 ? median(looks.map((look) => look[k])) : 0);
  return [of(0), of(1), of(2)];
}

/** How unlike two looks are: hues are narrower than brightnesses. */
function far(a: Look, b: Look): number {
  return Math.hypot(a[0] - b[0], 6 * (a[1] - b[1]), 6 * (a[2] - b[2]));
}
