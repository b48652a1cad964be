import { smoothstep } from '../../math/smoothstep.js';
import { anglesOf, betweenSectors, pointAt, SECTORS, sectorOf, sineOf } from './skull-angles.js';

/** Hair within so many degrees of a style's own hairline follows the person's. */
const FOLLOWING = 38;
/** How far a hairline is moved towards the face, and away from it, degrees. */
const MOST_FORWARD = 20;
const MOST_BACK = 50;
/** Sine of the direction around the face's axis from which on all of a fringe comes forward. */
const OVER_TEMPLES = 0.7;
/** Of the vertices of a sector, this share is before the style's hairline: loose strands. */
const LOOSE = 0.04;
/** Directions in which the radius of the skin is stored. */
const RINGS = 45;
const RING = 180 / RINGS;

/** What hair is combed by: per sector, degrees away from the face's axis. */
export interface CombLimits {
  /** Where hair begins in the photo; NaN where that is not told. */
  readonly hairline: Float32Array;
  /** What stays free of hair. */
  readonly face: Float32Array;
}

/**
 * Combs hair out of the face: the style's hairline is moved to the person's, back as well as forward, and
 * what lies behind it follows less and less. Heights above the skin stay. In place.
 *
 * @param positions V×3, mm, head space
 * @param skin vertices of the head's skin, mm
 */
export function combHair(positions: Float32Array, skin: Float32Array, { hairline, face }: CombLimits): void {
  const own = styleLine(positions);
  const radii = skinRadii(skin);
  const lines = Float32Array.from({ length: SECTORS }, (_, sector) => {
    const told = hairline[sector]!;
    const begins = own[sector]!;
    if (Number.isNaN(told)) return begins;
    // Fringes come forward, what hangs beside the face does not: it would stand out from it.
    const forward = MOST_FORWARD * smoothstep(0, OVER_TEMPLES, sineOf(sector));
    return Math.min(begins + MOST_BACK, Math.max(begins - forward, told));
  });
  const wanted = rounded(rounded(lines)).map((line, sector) => Math.max(face[sector]!, line));
  for (let i = 0; i < positions.length; i += 3) {
    const at = anglesOf(positions[i]!, positions[i + 1]!, positions[i + 2]!);
    const from = betweenSectors(own, at.around);
    const to = betweenSectors(wanted, at.around);
    const reach = Math.max(FOLLOWING, to - from + 20);
    if (at.away > from + reach || (to === from && at.away >= from)) continue;
    const behind = (at.away - from) / reach;
    const away =
      behind >= 0 ? to + behind * (from + reach - to) : to + Math.max(-1.5, 0.1 * (at.away - from));
    const height = at.radius - radiusAt(radii, at.around, at.away);
    const above = Math.sin(2 * Math.PI * at.around) > OVER_FOREHEAD;
    const kept = above ? lowered(height, away - to) : height;
    positions.set(pointAt({ around: at.around, away, radius: radiusAt(radii, at.around, away) + kept }), i);
  }
}

/**
 * Over the forehead hair lies on at its line and rises behind it: what is combed forward would stand out like
 * a brim. Heights in mm; how much of the rest is left to styles that stand up all around; mm a degree.
 */
const EDGE = 7;
const LEFT = 0.35;
const RISING = 1.3;
const OVER_FOREHEAD = 0.35;

/** @param height above the skin, mm @param behind the hairline, degrees */
function lowered(height: number, behind: number): number {
  const free = EDGE + RISING * Math.max(0, behind);
  return height <= free ? height : free + LEFT * (height - free);
}

/** Between corners cards may cut the face's corners by so much, degrees. */
const CUT = 1.5;

/**
 * The triangles that do not cross the face between their corners, in their order.
 * @param face of {@link CombLimits}
 */
export function withoutFace(
  positions: Float32Array,
  triangles: Uint32Array,
  face: Float32Array,
): Uint32Array {
  const kept: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!] as const;
    const crosses = BETWEEN.some((weights) => {
      const [x, y, z] = [0, 1, 2].map((axis) =>
        corners.reduce((sum, corner, k) => sum + weights[k]! * positions[corner + axis]!, 0),
      ) as [number, number, number];
      const { around, away } = anglesOf(x, y, z);
      return away < betweenSectors(face, around) - CUT;
    });
    if (!crosses) kept.push(triangles[t]!, triangles[t + 1]!, triangles[t + 2]!);
  }
  return kept.length === triangles.length ? triangles : Uint32Array.from(kept);
}

/** Weights of a triangle's corners for its middle and those of its edges. */
const BETWEEN = [
  [1 / 3, 1 / 3, 1 / 3],
  [0.5, 0.5, 0],
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
] as const;

/** Where a style's hair begins, per sector; where it has none, far behind. */
function styleLine(positions: Float32Array): Float32Array {
  const sectors = Array.from({ length: SECTORS }, (): number[] => []);
  for (let i = 0; i < positions.length; i += 3) {
    const { around, away } = anglesOf(positions[i]!, positions[i + 1]!, positions[i + 2]!);
    sectors[sectorOf(around)]!.push(away);
  }
  const lines = sectors.map((list) => {
    list.sort((a, b) => a - b);
    return list[Math.floor(LOOSE * list.length)] ?? 100;
  });
  return Float32Array.from(lines, (line, sector) => {
    const sides = [lines[(sector + 1) % SECTORS]!, lines[(sector + SECTORS - 1) % SECTORS]!];
    return (2 * line + sides[0]! + sides[1]!) / 4;
  });
}

/** Binomial means of five neighbours: hairlines are round. */
function rounded(lines: Float32Array): Float32Array {
  return lines.map((_, sector) =>
    [1, 4, 6, 4, 1].reduce(
      (sum, weight, k) => sum + (weight / 16) * lines[(sector + k - 2 + SECTORS) % SECTORS]!,
      0,
    ),
  );
}

/** How far the skin is from the skull's middle, by directions; the mean of what lies in each. */
function skinRadii(skin: Float32Array): Float32Array {
  const sums = new Float32Array(SECTORS * RINGS);
  const counts = new Float32Array(SECTORS * RINGS);
  for (let i = 0; i < skin.length; i += 3) {
    const { around, away, radius } = anglesOf(skin[i]!, skin[i + 1]!, skin[i + 2]!);
    const cell = sectorOf(around) * RINGS + Math.min(RINGS - 1, Math.floor(away / RING));
    sums[cell]! += radius;
    counts[cell]!++;
  }
  const radii = sums.map((sum, cell) => sum / counts[cell]!);
  // Empty cells take the next ring's: farther back heads are as wide.
  for (let sector = 0; sector < SECTORS; sector++) {
    const row = radii.subarray(sector * RINGS, (sector + 1) * RINGS);
    for (let ring = 1; ring < RINGS; ring++)
      if (counts[sector * RINGS + ring] === 0) row[ring] = row[ring - 1]!;
    for (let ring = RINGS - 2; ring >= 0; ring--) if (Number.isNaN(row[ring]!)) row[ring] = row[ring + 1]!;
  }
  return radii;
}

function radiusAt(radii: Float32Array, around: number, away: number): number {
  const at = Math.min(RINGS - 1.001, Math.max(0, away / RING - 0.5));
  const ring = Math.floor(at);
  const beyond = at - ring;
  const turn = around * SECTORS - 0.5 + SECTORS;
  const first = RINGS * (Math.floor(turn) % SECTORS) + ring;
  const second = RINGS * ((Math.floor(turn) + 1) % SECTORS) + ring;
  const aside = turn - Math.floor(turn);
  const inner = (1 - aside) * radii[first]! + aside * radii[second]!;
  const outer = (1 - aside) * radii[first + 1]! + aside * radii[second + 1]!;
  return (1 - beyond) * inner + beyond * outer;
}
