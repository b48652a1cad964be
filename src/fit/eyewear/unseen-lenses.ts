import { median } from '../../math/median.js';
import { fromView, toView } from '../../network/face-view.js';
import type { PhotoMap } from '../../network/parsing/face-parser.js';
import { labOfSrgb } from '../../render/lab-color.js';
import type { EyeWindow } from './eye-window.js';
import type { RimLine, Rims } from './find-rims.js';

/** Where a lens is looked at, and the skin below it, in shares of the way from its middle to its rim. */
const INSIDE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;
const BELOW = [1.25, 1.45] as const;
/** A place is skin that is so likely skin. */
const SKIN = 0.6;
/** A lens of which this share is a cover hides what is behind it. */
const HIDING = 0.7;
/** Or so may be one that is darker than the skin below it, or of another hue, by this much (CIELAB). */
const DARKER = 24;
const HUE = 19;
/** No skin behind clear lenses differs so in hue, or is so much more colourful: they mirror what is grey. */
const DYED = 32;
const RICHER = 15;

/** What a parser says of a photo. */
interface Said {
  readonly cover: PhotoMap;
  readonly skin: PhotoMap;
}

/**
 * Places in lenses that a parser sees through although they hide the eye: of deeply dyed ones with light
 * behind them, which look like skin, and of those whose pair hides the other eye. Clear lenses of which one
 * mirrors a lamp are told from these by their colour.
 * @returns pairs of pixels of the photo; none where both lenses are as the parser says
 */
export function unseenLenses(window: EyeWindow, { lenses }: Rims, said: Said): Float32Array {
  const places = lenses.map((rim) => scaled(window, rim, INSIDE));
  const hidden = places.map((points) => meanAt(points, said.cover));
  const unseen = places.filter((inside, eye) => {
    if (hidden[eye]! >= HIDING) return false;
    const { darker, hue, richer } = tint(window, lenses[eye]!, inside, said.skin);
    const isPaired = hidden[1 - eye]! >= HIDING;
    return hue > DYED || richer > RICHER || (isPaired && (darker > DARKER || hue > HUE));
  });
  return Float32Array.from(unseen.flatMap((inside) => [...inside]));
}

interface Tint {
  readonly darker: number;
  readonly hue: number;
  /** By how much more colourful it is. */
  readonly richer: number;
}

/** How a lens differs from the skin below it, CIELAB; not at all where no skin is seen there. */
function tint(window: EyeWindow, rim: RimLine, inside: Float32Array, skin: PhotoMap): Tint {
  const below = pairs(scaled(window, rim, BELOW, true)).filter(([x, y]) => skin(x, y) >= SKIN);
  if (below.length === 0) return { darker: 0, hue: 0, richer: 0 };
  const [lens, bare] = [pairs(inside), below].map((places) => medianColor(window, places)) as [Lab, Lab];
  return {
    darker: bare[0] - lens[0],
    hue: Math.hypot(lens[1] - bare[1], lens[2] - bare[2]),
    richer: Math.hypot(lens[1], lens[2]) - Math.hypot(bare[1], bare[2]),
  };
}

type Lab = readonly [number, number, number];
type Pair = readonly [number, number];

const pairs = (points: Float32Array): Pair[] =>
  Array.from({ length: points.length / 2 }, (_, k) => [points[2 * k]!, points[2 * k + 1]!]);

const meanAt = (points: Float32Array, map: PhotoMap): number => {
  const all = pairs(points);
  return all.reduce((sum, [x, y]) => sum + map(x, y), 0) / all.length;
};

/** A rim drawn smaller or larger. @param lower only what lies below the lens's middle */
function scaled(
  { crop }: EyeWindow,
  { points }: RimLine,
  shares: readonly number[],
  lower = false,
): Float32Array {
  const rim = pairs(Float32Array.from(toView(crop, points)));
  const [cx, cy] = [0, 1].map((axis) => rim.reduce((sum, at) => sum + at[axis]!, 0) / rim.length) as [
    number,
    number,
  ];
  const kept = lower ? rim.filter(([, y]) => y > cy) : rim;
  const places = shares.flatMap((share) =>
    kept.flatMap(([x, y]) => [cx + share * (x - cx), cy + share * (y - cy)]),
  );
  return Float32Array.from(fromView(crop, Float32Array.from(places)));
}

function medianColor({ crop, color }: EyeWindow, places: readonly Pair[]): Lab {
  const inView = toView(crop, Float32Array.from(places.flat()));
  const labs = places.map((_, k) =>
    labOfSrgb(
      ...color(((inView[2 * k]! + 1) * crop.width) / 2, ((inView[2 * k + 1]! + 1) * crop.height) / 2),
    ),
  );
  return [0, 1, 2].map((c) => median(labs.map((lab) => lab[c]!))) as [number, number, number];
}
