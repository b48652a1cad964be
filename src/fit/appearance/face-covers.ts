import type { Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { likelihoodOf, type FaceParsing, type PhotoMap } from '../../network/parsing/face-parser.js';
import { parsingClasses, type ParsingClass } from '../../network/parsing/parsing-classes.js';
import type { SeenHead } from './skin-geometry.js';

/** Parts of a face, right and left being the person's. */
export const faceAreas = [
  'forehead',
  'right eye',
  'left eye',
  'nose',
  'right cheek',
  'left cheek',
  'mouth',
  'chin',
] as const;
export type FaceArea = (typeof faceAreas)[number];

/** What keeps a part of a face from being seen. */
export const coverKinds = ['glasses', 'mask', 'hat', 'object', 'hair', 'border', 'turned away'] as const;
export type CoverKind = (typeof coverKinds)[number];

/** Something that hides parts of a face. */
export interface FaceCover {
  /** A guess after which parts are hidden, unless it is hair, the photo's border or the head itself. */
  readonly kind: CoverKind;
  /** Share of each part that it hides, 0…1; parts of which it hides next to nothing are left out. */
  readonly areas: Readonly<Partial<Record<FaceArea, number>>>;
}

/** What a photo shows of a face. */
export interface FaceView {
  /** Share of the whole face that is seen, 0…1. */
  readonly seen: number;
  readonly covers: readonly FaceCover[];
}

/** What the photo shows in place of a vertex. */
type Sight = 'seen' | 'cover' | 'hair' | 'border' | 'turned away';

/** Cosine to the camera below which skin is not seen. */
const GRAZING = 0.1;
/** Least share of a part that is told. */
const WORTH_A_WORD = 0.15;

/**
 * What a photo shows of a face, and what hides the rest of it.
 * @param head posed
 */
export function viewOfFace(
  model: MorphableModel,
  head: SeenHead,
  image: Pick<Image, 'width' | 'height'>,
  parsing: FaceParsing,
): FaceView {
  const { areas, weights } = areasOf(model);
  const totals = new Float64Array(faceAreas.length);
  const hidden = new Map<Sight, Float64Array>();
  const likelihoods = parsingClasses.map((name): Likelihood => [name, likelihoodOf(parsing, name)]);
  let seen = 0;
  for (let v = 0; v < areas.length; v++) {
    const weight = weights[v]!;
    if (weight === 0) continue;
    totals[areas[v]!]! += weight;
    const sight = sightOf(head, v, image, likelihoods);
    if (sight === 'seen') {
      seen += weight;
      continue;
    }
    let sums = hidden.get(sight);
    if (!sums) hidden.set(sight, (sums = new Float64Array(faceAreas.length)));
    sums[areas[v]!]! += weight;
  }
  const all = totals.reduce((sum, total) => sum + total, 0);
  const covers = [...hidden].flatMap(([sight, sums]): FaceCover[] => {
    const shares = Object.fromEntries(
      faceAreas.flatMap((area, k) => {
        const share = totals[k]! > 0 ? sums[k]! / totals[k]! : 0;
        return share >= WORTH_A_WORD ? [[area, share]] : [];
      }),
    ) as FaceCover['areas'];
    if (Object.keys(shares).length === 0) return [];
    return [{ kind: sight === 'cover' ? kindOf(shares) : (sight as CoverKind), areas: shares }];
  });
  return {
    seen: all > 0 ? seen / all : 0,
    covers: covers.toSorted((a, b) => coverKinds.indexOf(a.kind) - coverKinds.indexOf(b.kind)),
  };
}

type Likelihood = readonly [name: ParsingClass, at: PhotoMap];

function sightOf(
  { pixels, facing, unhidden }: SeenHead,
  v: number,
  { width, height }: Pick<Image, 'width' | 'height'>,
  likelihoods: readonly Likelihood[],
): Sight {
  if (facing[v]! < GRAZING || unhidden[v] === 0) return 'turned away';
  const x = pixels[2 * v]!;
  const y = pixels[2 * v + 1]!;
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return 'border';
  let likeliest: ParsingClass = 'skin';
  let most = 0;
  for (const [name, at] of likelihoods) {
    const value = at(x, y);
    if (value > most) {
      most = value;
      likeliest = name;
    }
  }
  if (likeliest === 'cover' || likeliest === 'hair') return likeliest;
  // Beside the person's outline the head is a little too wide, and nothing is hidden.
  return 'seen';
}

/** What most likely hides these parts. */
function kindOf(areas: FaceCover['areas']): CoverKind {
  const share = (...names: readonly FaceArea[]): number =>
    names.reduce((sum, name) => sum + (areas[name] ?? 0) / names.length, 0);
  const eyes = Math.min(areas['right eye'] ?? 0, areas['left eye'] ?? 0);
  const mouth = share('mouth', 'chin');
  const forehead = share('forehead');
  if (eyes > 0.3 && mouth < 0.2 && forehead < 0.5) return 'glasses';
  if (share('mouth') > 0.6 && eyes < 0.3 && forehead < 0.3) return 'mask';
  if (forehead > 0.3 && mouth < 0.1 && share('nose') < 0.3) return 'hat';
  return 'object';
}

interface Areas {
  /** Index into `faceAreas`, V. */
  readonly areas: Uint8Array;
  /** Surface of the face that each vertex stands for, mm², V. */
  readonly weights: Float32Array;
}
const cache = new WeakMap<MorphableModel, Areas>();

function areasOf(model: MorphableModel): Areas {
  let found = cache.get(model);
  if (!found) cache.set(model, (found = computeAreas(model)));
  return found;
}

/** Of the 68: what bounds the parts. */
const BROWS = [17, 27] as const;
const RIGHT_EYE = [36, 42] as const;
const NOSE = [27, 36] as const;
const MOUTH = [48, 60] as const;

function computeAreas(model: MorphableModel): Areas {
  const { vertexCount, triangles } = model.parts[0]!;
  const points = model.landmarks.ibug68!;
  const m = model.meanShape;
  const range = (from: number, to: number, axis: number): [number, number] => {
    let low = Infinity;
    let high = -Infinity;
    for (let k = from; k < to; k++) {
      let value = 0;
      for (let i = 0; i < 3; i++)
        value += points.weights[3 * k + i]! * m[3 * points.vertices[3 * k + i]! + axis]!;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return [low, high];
  };
  const brows = range(...BROWS, 1)[0];
  const eyes = range(...RIGHT_EYE, 1);
  const noseX = range(...NOSE, 0);
  const noseY = range(...NOSE, 1);
  const mouthX = range(...MOUTH, 0);
  const mouthY = range(...MOUTH, 1);
  // Lids and the skin under them reach below the eye's outline.
  const belowEyes = eyes[0] - (eyes[1] - eyes[0]);
  const areaOf = (x: number, y: number): FaceArea => {
    if (y > brows) return 'forehead';
    const nose = x > noseX[0] && x < noseX[1];
    if (y > belowEyes) return nose && Math.abs(x) < noseX[1] / 2 ? 'nose' : x < 0 ? 'right eye' : 'left eye';
    if (nose && y > noseY[0]) return 'nose';
    if (x > mouthX[0] - 4 && x < mouthX[1] + 4 && y > mouthY[0] - 3 && y < noseY[0]) return 'mouth';
    if (y < mouthY[0] - 3) return 'chin';
    return x < 0 ? 'right cheek' : 'left cheek';
  };
  const mask = model.regions.get('face');
  const areas = new Uint8Array(vertexCount);
  const weights = new Float32Array(vertexCount);
  for (let v = 0; v < vertexCount; v++) areas[v] = faceAreas.indexOf(areaOf(m[3 * v]!, m[3 * v + 1]!));
  for (let t = 0; t < triangles.length; t += 3) {
    const area = triangleArea(m, triangles[t]!, triangles[t + 1]!, triangles[t + 2]!) / 3;
    for (let k = 0; k < 3; k++) {
      const v = triangles[t + k]!;
      weights[v]! += area * (mask?.[v] ?? 1);
    }
  }
  for (const pocket of ['mouthCavity', 'sockets'])
    model.regions.get(pocket)?.forEach((share, v) => {
      if (v < vertexCount) weights[v]! *= 1 - share;
    });
  return { areas, weights };
}

function triangleArea(m: Float32Array, a: number, b: number, c: number): number {
  const edge = (from: number, to: number): [number, number, number] => [
    m[3 * to]! - m[3 * from]!,
    m[3 * to + 1]! - m[3 * from + 1]!,
    m[3 * to + 2]! - m[3 * from + 2]!,
  ];
  const [ux, uy, uz] = edge(a, b);
  const [vx, vy, vz] = edge(a, c);
  return Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
}

const perhaps: Readonly<Record<CoverKind, string>> = {
  glasses: 'Something covers the eyes, most likely glasses',
  mask: 'Something covers the mouth, most likely a mask',
  hat: 'Something covers the forehead, most likely a hat or a fringe',
  object: 'Something covers part of the face',
  hair: 'Hair covers part of the face',
  border: "The photo's border cuts part of the face off",
  'turned away': 'Part of the face is turned away',
};

/** Least share of some part that is worth a warning; foreheads are half under hair more often than not. */
const WORTH_A_WARNING = 0.3;
const HAIRY_FOREHEAD = 0.8;

function isWorthAWarning({ kind, areas }: FaceCover): boolean {
  const least = (area: string): number =>
    kind === 'hair' && area === 'forehead' ? HAIRY_FOREHEAD : WORTH_A_WARNING;
  return Object.entries(areas).some(([area, share]) => share >= least(area));
}

/** One sentence for each thing that hides some of a face; a head's own turn has a warning of its own. */
export function coverWarnings({ covers }: FaceView): string[] {
  return covers.filter(isWorthAWarning).flatMap(({ kind, areas }) => {
    if (kind === 'turned away' || kind === 'border') return [];
    const parts = Object.entries(areas)
      .toSorted((a, b) => b[1] - a[1])
      .map(([area, share]) => `${area} ${Math.round(100 * share)} %`);
    return [`${perhaps[kind]} (${parts.join(', ')}); what is under it is guessed.`];
  });
}
