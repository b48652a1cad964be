import { strongestPath, strongestRing } from '../../math/strongest-path.js';
import { fromView } from '../../network/face-view.js';
import type { PhotoMap } from '../../network/parsing/face-parser.js';
import type { EyeWindow, LensPlace } from './eye-window.js';

/** Radii of rims, in distances between the eyes: high; and how much wider they are. */
const NEAR = 0.19;
const FAR = 0.55;
const WIDER = 1.15;
/** Directions and radii that are looked at. */
const TURNS = 72;
const RADII = 56;
/** What a parser's cover and the other eye's rim are worth beside a plain line. */
const COVERED = 0.7;
const ALIKE = 0.4;
/** Radii by which the two rims may differ for that. */
const UNLIKE = 3;
const RIM = { bend: 2, stiffness: 0.12 };

/** Bridge and arms: columns, and rows around the middles of the lenses, in distances between the eyes. */
const COLUMNS = 28;
const ROWS = 30;
const HIGH = -0.25;
const LOW = 0.13;
const STRAIGHT = { bend: 1, stiffness: 0.12 };
/** How far from a lens arms are followed, in distances between the eyes. */
const ARM = 0.5;

/** A line that may be part of a pair of glasses. */
export interface RimLine {
  /** Pairs of pixels of the photo. */
  readonly points: Float32Array;
  /** At each: how plainly a line is seen, and how likely it is covered, 0…1. */
  readonly seen: Float32Array;
  readonly covered: Float32Array;
}

/** What there would be of glasses, if somebody wears any. */
export interface Rims {
  /** Around the lenses, the person's right one first. */
  readonly lenses: readonly [RimLine, RimLine];
  readonly bridge: RimLine;
  readonly arms: readonly [RimLine, RimLine];
  /** Of the lenses in the mean, in distances between the eyes. */
  readonly radius: number;
}

/**
 * The lines around and between the eyes that are most like rims: lenses' outlines by dynamic programming
 * around each eye, much like the other's, then what joins them over the nose, and what leads to the ears.
 * @param cover how likely something covers the person at positions of the photo
 */
export function findRims(window: EyeWindow, cover: PhotoMap): Rims {
  const looks = window.lenses.map((lens) => lookAround(window, lens, cover)) as [Look, Look];
  const other = looks.map(({ worth }) => mirrored(worth));
  const rings = looks.map(({ worth }, eye) =>
    strongestRing(
      worth.map((value, at) => value + ALIKE * other[1 - eye]![at]!),
      RADII,
      RIM,
    ),
  );
  const lenses = looks.map((look, eye) => lineOf(look, RADII, rings[eye]!)) as [RimLine, RimLine];
  const edge = (eye: 0 | 1, turn: number): number =>
    looks[eye].places[2 * (turn * RADII + rings[eye]![turn]!)]!;
  const toRight = 0;
  const toLeft = TURNS / 2;
  const along = (from: number, to: number): RimLine => {
    const look = lookAlong(window, from, to, cover);
    return lineOf(look, ROWS, strongestPath(look.worth, ROWS, STRAIGHT));
  };
  const [outerRight, outerLeft] = [edge(0, toLeft), edge(1, toRight)];
  const arm = ARM * window.apart;
  return {
    lenses,
    bridge: along(edge(0, toRight), edge(1, toLeft)),
    arms: [along(outerRight, outerRight - arm), along(outerLeft, outerLeft + arm)],
    radius: (meanRadius(rings[0]!) + meanRadius(rings[1]!)) / 2,
  };
}

/** In distances between the eyes. */
const radiusOf = (k: number): number => NEAR + ((FAR - NEAR) * k) / RADII;

const meanRadius = (ring: Int16Array): number => ring.reduce((sum, k) => sum + radiusOf(k), 0) / ring.length;

/** What is seen along columns of places. */
interface Look {
  readonly seen: Float32Array;
  readonly covered: Float32Array;
  readonly worth: Float32Array;
  /** Pairs of pixels of the window, and of the photo. */
  readonly places: Float32Array;
  readonly inPhoto: Float32Array;
}

type Pair = readonly [number, number];

function lookAround(window: EyeWindow, lens: LensPlace, cover: PhotoMap): Look {
  const wide = WIDER * lens.narrow;
  const columns = Array.from({ length: TURNS }, (_, turn): LookColumn => {
    const [x, y] = [Math.cos((2 * Math.PI * turn) / TURNS), Math.sin((2 * Math.PI * turn) / TURNS)];
    const length = Math.hypot(x, wide * y);
    return {
      normal: [x / length, (wide * y) / length],
      place: (k) => {
        const radius = window.apart * radiusOf(k);
        return [lens.x + radius * wide * x, lens.y + radius * y];
      },
    };
  });
  return lookAt(window, cover, columns, RADII);
}

function lookAlong(window: EyeWindow, from: number, to: number, cover: PhotoMap): Look {
  const middle = window.lenses[0].y;
  const columns = Array.from({ length: COLUMNS }, (_, column): LookColumn => {
    const x = from + ((to - from) * (column + 0.5)) / COLUMNS;
    return {
      normal: [0, 1],
      place: (row) => [x, middle + window.apart * (HIGH + ((LOW - HIGH) * (row + 0.5)) / ROWS)],
    };
  });
  return lookAt(window, cover, columns, ROWS);
}

interface LookColumn {
  /** Across the lines that are looked for, a unit vector. */
  readonly normal: Pair;
  /** Of a row, pixels of the window. */
  readonly place: (row: number) => Pair;
}

function lookAt(window: EyeWindow, cover: PhotoMap, columns: readonly LookColumn[], rows: number): Look {
  const count = columns.length * rows;
  const places = new Float32Array(2 * count);
  const seen = new Float32Array(count);
  columns.forEach(({ normal, place }, column) => {
    for (let row = 0; row < rows; row++) {
      const [x, y] = place(row);
      const at = column * rows + row;
      places[2 * at] = x;
      places[2 * at + 1] = y;
      seen[at] = window.line(x, y, ...normal);
    }
  });
  const { crop } = window;
  const inPhoto = fromView(
    crop,
    places.map((value) => (2 * value) / crop.width - 1),
  );
  const covered = seen.map((_, at) => cover(inPhoto[2 * at]!, inPhoto[2 * at + 1]!));
  const worth = seen.map((value, at) => value + COVERED * covered[at]!);
  return { seen, covered, worth, places, inPhoto };
}

/** What each place around a lens is worth to the other lens, which may differ a little. */
function mirrored(worth: Float32Array): Float32Array {
  const out = new Float32Array(worth.length);
  for (let turn = 0; turn < TURNS; turn++) {
    const first = ((TURNS + TURNS / 2 - turn) % TURNS) * RADII;
    for (let k = 0; k < RADII; k++) {
      let most = 0;
      for (let near = Math.max(0, k - UNLIKE); near <= Math.min(RADII - 1, k + UNLIKE); near++)
        most = Math.max(most, worth[turn * RADII + near]!);
      out[first + k] = most;
    }
  }
  return out;
}

function lineOf({ seen, covered, inPhoto }: Look, rows: number, path: Int16Array): RimLine {
  const cells = Array.from(path, (row, column) => column * rows + row);
  return {
    points: Float32Array.from(cells.flatMap((at) => [inPhoto[2 * at]!, inPhoto[2 * at + 1]!])),
    seen: Float32Array.from(cells, (at) => seen[at]!),
    covered: Float32Array.from(cells, (at) => covered[at]!),
  };
}
