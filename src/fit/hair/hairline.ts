import type { MorphableModel } from '../../model/morphable-model.js';
import type { HairCards } from './fitted-hair.js';
import type { HairEvidence } from './hair-evidence.js';
import { smoothstep } from '../../math/smoothstep.js';
import { anglesOf, betweenSectors, mirroredSector, SECTORS, sectorOf, sineOf } from './skull-angles.js';

/** Steps of angles away from the face's axis, degrees. */
const STEP = 2;
const STEPS = 60;
/** Pixels of a sector that tell where hair begins. */
const LEAST_PIXELS = 10;
/** Skin of these regions is no scalp, face or forehead. */
const ELSEWHERE = ['ears', 'neck', 'neckSides', 'bust'];

/**
 * Where hair begins around the face of a photo: per sector degrees away from the face's axis, such that the
 * fewest pixels are on the wrong side (hair before it, skin behind it). NaN where the photo does not tell, on
 * either side of the face.
 */
export function hairlineOf(model: MorphableModel, evidence: HairEvidence): Float32Array {
  const { view, hair, skin, known, vertices } = evidence;
  const { triangles } = model.parts[0]!;
  const { triangle, barycentric } = view.draw([{ points: vertices, triangles }]);
  const elsewhere = ELSEWHERE.map((name) => model.regions.get(name)).filter((region) => region !== undefined);
  const hairs = new Float32Array(SECTORS * STEPS);
  const skins = new Float32Array(SECTORS * STEPS);
  for (let at = 0; at < hair.length; at++) {
    const id = triangle[at]!;
    if (id < 0 || known[at] === 0) continue;
    const corners = [0, 1, 2].map((k) => triangles[3 * id + k]!);
    if (elsewhere.some((region) => region[corners[0]!]! > 0.5)) continue;
    const first = barycentric[2 * at]!;
    const second = barycentric[2 * at + 1]!;
    const weights = [first, second, 1 - first - second];
    const [x, y, z] = [0, 1, 2].map((axis) =>
      corners.reduce((sum, v, k) => sum + weights[k]! * vertices[3 * v + axis]!, 0),
    ) as [number, number, number];
    const { around, away } = anglesOf(x, y, z);
    const step = Math.floor(away / STEP);
    if (step >= STEPS) continue;
    hairs[sectorOf(around) * STEPS + step]! += hair[at]!;
    skins[sectorOf(around) * STEPS + step]! += skin[at]!;
  }
  const own = Float32Array.from({ length: SECTORS }, (_, sector) =>
    bestLimit(
      hairs.subarray(sector * STEPS, (sector + 1) * STEPS),
      skins.subarray(sector * STEPS, (sector + 1) * STEPS),
    ),
  );
  return smoothed(own.map((away, sector) => (Number.isNaN(away) ? own[mirroredSector(sector)]! : away)));
}

function bestLimit(hairs: Float32Array, skins: Float32Array): number {
  let pixels = 0;
  let last = 0;
  for (let step = 0; step < STEPS; step++) {
    const here = hairs[step]! + skins[step]!;
    pixels += here;
    if (here > 0.5) last = step;
  }
  if (pixels < LEAST_PIXELS) return NaN;
  let wrong = skins.reduce((sum, value) => sum + value, 0);
  let least = wrong;
  let best = 0;
  for (let step = 0; step < STEPS; step++) {
    wrong += hairs[step]! - skins[step]!;
    if (wrong >= least) continue;
    least = wrong;
    best = step + 1;
  }
  // Skin as far as one sees: hair may begin anywhere beyond.
  return STEP * (best > last ? best + 3 : best);
}

/** Medians of three neighbours: one sector with an odd strand does not count. */
function smoothed(values: Float32Array): Float32Array {
  return values.map((value, sector) => {
    const three = [value, values[(sector + 1) % SECTORS]!, values[(sector + SECTORS - 1) % SECTORS]!];
    const told = three.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
    return told.length === 0 || Number.isNaN(value) ? value : told[told.length >> 1]!;
  });
}

/** What hair must not hang before, whatever the photo shows. */
const BARE = ['eyes', 'nose', 'mouth', 'brows'];
/** And where it may only with the photo's leave; a share of the way from the face's axis to its border. */
const FACE_SHARE = 0.86;
/** Cards are straight between their corners, degrees. */
const MARGIN = 3;

/** Per sector the degrees away from the face's axis that stay free of hair: eyes, nose, mouth and chin. */
export function faceLimit(model: MorphableModel, vertices: Float32Array): Float32Array {
  const bare = BARE.map((name) => model.regions.get(name)).filter((region) => region !== undefined);
  const face = model.regions.get('face');
  const forehead = model.regions.get('forehead');
  const limits = new Float32Array(SECTORS);
  for (let v = 0; v < model.parts[0]!.vertexCount; v++) {
    const feature = bare.some((region) => region[v]! > 0.4);
    const below = (face?.[v] ?? 0) > 0.5 && (forehead?.[v] ?? 0) < 0.3;
    if (!feature && !below) continue;
    const { around, away } = anglesOf(vertices[3 * v]!, vertices[3 * v + 1]!, vertices[3 * v + 2]!);
    const lower = around > 0.5;
    if (!feature && !lower) continue;
    const sector = sectorOf(around);
    limits[sector] = Math.max(limits[sector]!, feature ? away + MARGIN : FACE_SHARE * away);
  }
  return closedAbove(limits);
}

/** Turns to either side of the crown's direction in which brows end a fringe. */
const ABOVE = 0.115;

/** Above the nose there is no brow: a fringe that hangs ends there as high as above brows, not in a point. */
function closedAbove(limits: Float32Array): Float32Array {
  const above = [...limits.keys()].filter((s) => Math.abs((s + 0.5) / SECTORS - 0.25) < ABOVE);
  const highest = Math.max(...above.map((sector) => limits[sector]! * sineOf(sector)));
  for (const sector of above) limits[sector] = Math.max(limits[sector]!, highest / sineOf(sector));
  return limits;
}

/** Degrees over which hair begins. */
const SOFT = 4;
/** Up to so many degrees away from the face's axis a photo of a face shows where hair begins. */
const FRONT = 80;
/** Degrees up to which one sees on a head whether hair's ground lies before the cards that are worn. */
const ASIDE = 110;
/** Turns above the face's axis up to which it is a temple; higher up the photo's hairline tells. */
const TEMPLE = 0.08;

/**
 * How much of the skin at each vertex hair grows on: the scalp, as far as the hairline leaves it, and at the
 * temples and below not before the cards that are worn: it would be a dark patch beside long hair. V, 0…1.
 */
export function hairGround(
  model: MorphableModel,
  vertices: Float32Array,
  hairline: Float32Array,
  cards?: Pick<HairCards, 'positions' | 'triangles'>,
): Float32Array {
  const scalp = model.regions.get('scalp');
  const out = new Float32Array(model.vertexCount);
  if (!scalp) return out;
  const edge = cards && cardEdge(cards);
  for (let v = 0; v < model.parts[0]!.vertexCount; v++) {
    if (scalp[v] === 0) continue;
    const { around, away } = anglesOf(vertices[3 * v]!, vertices[3 * v + 1]!, vertices[3 * v + 2]!);
    const line = betweenSectors(hairline, around);
    // In front hairlines differ; behind the ears nobody sees where the scalp ends.
    const told = around < 0.5 && away < FRONT && !Number.isNaN(line);
    const grows = told ? smoothstep(line - SOFT, line + SOFT, away) : 1;
    const isAbove = around > TEMPLE && around < 0.5 - TEMPLE;
    const worn = edge && !isAbove ? betweenSectors(edge, around) : NaN;
    const under = away < ASIDE && !Number.isNaN(worn) ? smoothstep(worn, worn + 2 * SOFT, away) : 1;
    out[v] = scalp[v]! * grows * under;
  }
  return out;
}

/** Cards that begin before this share of those in a sector are single strands, between which skin shows. */
const STRANDS = 0.1;
/** Points to a side of the grid on which a card's triangle is seen. */
const GRID = 5;

/** Per sector the degrees away from the face's axis at which cards begin; NaN where there are none. */
function cardEdge({ positions, triangles }: Pick<HairCards, 'positions' | 'triangles'>): Float32Array {
  // How many points lie in each degree of each sector.
  const counts = new Uint32Array(SECTORS * ASIDE);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    for (let i = 0; i < GRID; i++)
      for (let j = 0; j < GRID - i; j++) {
        const wa = i / (GRID - 1);
        const wb = j / (GRID - 1);
        const wc = 1 - wa - wb;
        const { around, away } = anglesOf(
          wa * positions[a]! + wb * positions[b]! + wc * positions[c]!,
          wa * positions[a + 1]! + wb * positions[b + 1]! + wc * positions[c + 1]!,
          wa * positions[a + 2]! + wb * positions[b + 2]! + wc * positions[c + 2]!,
        );
        if (away < ASIDE) counts[sectorOf(around) * ASIDE + Math.floor(away)]!++;
      }
  }
  return Float32Array.from({ length: SECTORS }, (_, sector) => {
    const here = counts.subarray(sector * ASIDE, (sector + 1) * ASIDE);
    const single = STRANDS * here.reduce((sum, count) => sum + count, 0);
    let before = 0;
    const edge = here.findIndex((count) => (before += count) > single);
    return edge < 0 ? NaN : edge;
  });
}

/** A model whose scalp is where a person's hair grows. */
export function withHairGround(model: MorphableModel, ground: Float32Array): MorphableModel {
  return { ...model, regions: new Map([...model.regions, ['scalp', ground]]) };
}
