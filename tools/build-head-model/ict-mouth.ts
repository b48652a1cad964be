import { createImage, type Image } from '../../src/math/image.js';
import { alignPoints } from '../../src/math/procrustes.js';
import { smoothstep } from '../../src/math/smoothstep.js';
import { incisors, lowerTeeth } from './helpers.js';
import { ICT_INNER_51, ICT_RANGES, type IctModel } from './ict-source.js';
import type { Correspondences } from './landmarks.js';
import type { FittedPart } from './parts.js';
import { moved } from './register.js';
import { simplified } from './simplify.js';

/** Most triangles: a mouth shows front teeth, their gums and the tongue's back. */
const MOST_TEETH = 1490;
const MOST_MOUTH = 1100;
/** A tooth's crown and what of its neck gums may bare, mm from its edge; the root is left out. */
const CROWN_MM = 11.5;
/** How deep within the lower teeth's arch the floor of the mouth becomes tongue, mm. */
const TONGUE_FROM_MM = 3;
const TONGUE_WHOLE_MM = 6;
/** What lies deeper behind the incisors than this, mm, is in the dark. */
const DARK_MM = 62;
/**
 * How far front teeth show below a resting upper lip, mm (2 to 4 in adults), and what lower ones give way:
 * ICT's are level with the lips' line, so that smiles would bare hardly any.
 */
const SHOWN_MM = 2.6;
const GIVEN_WAY_MM = 1.4;
const TEXTURE_SIZE = 64;

/** What replaces the base mesh's teeth and tongue. */
export type MouthParts = readonly [teeth: FittedPart, mouth: FittedPart];

type Point = readonly [number, number, number];

/**
 * Teeth, and gums with palate, throat and tongue, of ICT's model: scanned ones, which the base mesh only
 * hints at. They hang on what the base mesh's teeth hang on, upper ones on the upper, lower ones on the
 * lower, and what is between on both, in the proportion in which an opening jaw takes it along.
 *
 * @param own parts of the base mesh
 * @param template positions of base vertices, mm
 * @returns the two parts, in the order in which they replace the base mesh's teeth and tongue
 */
export function ictMouth(
  ict: IctModel,
  own: readonly FittedPart[],
  correspondences: Correspondences,
  template: (baseVertex: number) => readonly number[],
): MouthParts {
  const teeth = own.find(({ name }) => name === 'teeth')!;
  const low = lowerTeeth(teeth);
  const onLower = [...low.vertices][0]!;
  const onUpper = teeth.references.findIndex((_, i) => !low.vertices.has(i));
  const share = jawShares(ict);
  const positions = inPlace(ict, share, teeth, low.vertices, correspondences, template);
  const [upper, lower] = [teeth.references[onUpper]!, teeth.references[onLower]!];
  const references = [...upper, ...lower];
  const hangingOf = (v: number): { readonly weights: number[]; readonly offsets: number[] } => {
    const at = [0, 1, 2].map((axis) => positions[v * 3 + axis]!);
    const weights = [
      ...footOn(upper.map(template), at).map((weight) => weight * (1 - share[v]!)),
      ...footOn(lower.map(template), at).map((weight) => weight * share[v]!),
    ];
    const offsets = at.map(
      (value, axis) =>
        value - references.reduce((sum, base, k) => sum + weights[k]! * template(base)[axis]!, 0),
    );
    return { weights, offsets };
  };
  const part = (name: string, faces: readonly (readonly number[])[], look: Look): FittedPart => {
    const vertices = [...new Set(faces.flat())].sort((a, b) => a - b);
    const index = new Map(vertices.map((v, i) => [v, i]));
    const hung = vertices.map(hangingOf);
    const triangles = Uint32Array.from(
      faces.flatMap(([a, b, c, d]) => [a!, b!, c!, ...(d === undefined ? [] : [a!, c!, d])]),
      (v) => index.get(v)!,
    );
    return {
      name,
      alpha: 'opaque',
      turns: false,
      references: hung.map(() => references),
      weights: hung.map(({ weights }) => weights),
      offsets: hung.map(({ offsets }) => offsets),
      jaw: vertices.map((v) => share[v]!),
      tongue: vertices.map(look.tongue),
      triangles,
      uvTriangles: triangles,
      uvs: Float32Array.from(vertices.flatMap(look.uv)),
      texture: look.texture,
    };
  };
  const isIn =
    ([first, last]: readonly [number, number]) =>
    (face: readonly number[]) =>
      face.every((v) => v >= first && v <= last);
  const crowns = crownsOf(ict.faces.filter(isIn(ICT_RANGES.teeth)), share, positions);
  const front = Math.max(...crowns.map(({ centre }) => centre[2]!));
  const teethLook = lookOfTeeth(crowns, positions);
  const mouthLook = lookOfMouth(crowns, share, positions, front);
  const pick = (v: number): Point => [positions[v * 3]!, positions[v * 3 + 1]!, positions[v * 3 + 2]!];
  const shipped = (whole: FittedPart, faces: readonly (readonly number[])[], most: number, seen: Seen) => {
    const vertices = [...new Set(faces.flat())].sort((a, b) => a - b);
    return simplified(whole, vertices.flatMap(pick), most, seen);
  };
  const crownFaces = crowns.flatMap(({ faces }) => faces);
  const mouthFaces = ict.faces.filter(isIn(ICT_RANGES.mouth));
  return [
    shipped(part('teeth', crownFaces, teethLook), crownFaces, MOST_TEETH, seenOfTeeth(front)),
    shipped(part('mouth', mouthFaces, mouthLook), mouthFaces, MOST_MOUTH, seenOfMouth(front)),
  ];
}

/**
 * Weights of a triangle's corners at the point of its plane nearest to a place: what hangs so grows with it.
 */
function footOn([a, b, c]: readonly (readonly number[])[], place: readonly number[]): number[] {
  const minus = (p: readonly number[], q: readonly number[]): number[] => p.map((x, k) => x - q[k]!);
  const dot = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, x, k) => sum + x * q[k]!, 0);
  const [u, v, w] = [minus(b!, a!), minus(c!, a!), minus(place, a!)];
  const [uu, uv, vv, wu, wv] = [dot(u, u), dot(u, v), dot(v, v), dot(w, u), dot(w, v)];
  const area = uu * vv - uv * uv;
  const [second, third] = [(vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area];
  return [1 - second - third, second, third];
}

type Seen = (middle: readonly number[], normal: readonly number[]) => number;

/** How a part is painted. */
interface Look {
  readonly texture: Image;
  readonly uv: (vertex: number) => readonly [number, number];
  /** How much a vertex is tongue, 0…1. */
  readonly tongue: (vertex: number) => number;
}

/** In which proportion each vertex goes with the lower jaw, 0…1: how ICT's open mouth moves it. */
function jawShares(ict: IctModel): Float64Array {
  const open = ict.expression('jawOpen');
  const [first, last] = ICT_RANGES.teeth;
  const lower: number[] = [];
  for (let v = first; v <= last; v++) if (lengthOf(open, v) > 1) lower.push(v);
  const at = (p: ArrayLike<number>, v: number): number[] => [p[v * 3]!, p[v * 3 + 1]!, p[v * 3 + 2]!];
  const rigid = alignPoints(
    lower.flatMap((v) => at(ict.neutral, v)),
    lower.flatMap((v) => at(ict.neutral, v).map((value, axis) => value + open[v * 3 + axis]!)),
    { scale: false },
  );
  const there = moved(rigid, ict.neutral);
  const share = new Float64Array(ict.vertexCount);
  for (let v = ICT_RANGES.mouth[0]; v <= last; v++) {
    let along = 0;
    let squared = 0;
    for (let axis = 0; axis < 3; axis++) {
      const whole = there[v * 3 + axis]! - ict.neutral[v * 3 + axis]!;
      along += whole * open[v * 3 + axis]!;
      squared += whole * whole;
    }
    share[v] = Math.min(1, Math.max(0, along / Math.max(1, squared)));
    if (v >= first) share[v] = Math.round(share[v]);
  }
  return share;
}

function lengthOf(field: ArrayLike<number>, v: number): number {
  return Math.hypot(field[v * 3]!, field[v * 3 + 1]!, field[v * 3 + 2]!);
}

/** ICT's vertices on the base mesh, incisors where its own are, but lower. */
function inPlace(
  ict: IctModel,
  share: Float64Array,
  teeth: FittedPart,
  low: ReadonlySet<number>,
  { ibug68 }: Correspondences,
  template: (baseVertex: number) => readonly number[],
): Float64Array {
  const similarity = alignPoints(
    ICT_INNER_51.flatMap((v) => [...ict.neutral.subarray(v * 3, v * 3 + 3)]),
    ibug68.slice(17).flatMap((v) => template(v)),
  );
  const positions = moved(similarity, ict.neutral);
  const own = teeth.references.flatMap((on, i) =>
    [0, 1, 2].map((axis) =>
      on.reduce((sum, v, k) => sum + teeth.weights[i]![k]! * template(v)[axis]!, teeth.offsets[i]![axis]!),
    ),
  );
  const places = Array.from(teeth.references.keys());
  const [first, last] = ICT_RANGES.teeth;
  const all = Array.from({ length: last - first + 1 }, (_, k) => first + k);
  const shifts = ([-1, 1] as const).map((up) => {
    const isLower = up === 1;
    const to = incisors(
      own,
      places.filter((i) => low.has(i) === isLower),
      up,
    );
    const from = incisors(
      positions,
      all.filter((v) => share[v] === (isLower ? 1 : 0)),
      up,
    );
    const down = isLower ? GIVEN_WAY_MM : SHOWN_MM;
    return to.map((value, axis) => value - from[axis]! - (axis === 1 ? down : 0));
  });
  for (let v = ICT_RANGES.mouth[0]; v <= last; v++)
    for (let axis = 0; axis < 3; axis++)
      positions[v * 3 + axis]! += (1 - share[v]!) * shifts[0]![axis]! + share[v]! * shifts[1]![axis]!;
  return positions;
}

/** A tooth without its root. */
interface Crown {
  readonly faces: readonly (readonly number[])[];
  readonly vertices: readonly number[];
  readonly isLower: boolean;
  readonly centre: readonly number[];
  /** Height of its edge, mm. */
  readonly edge: number;
}

/** Each tooth by itself, in the order along the arch, upper ones first. */
function crownsOf(
  faces: readonly (readonly number[])[],
  share: Float64Array,
  p: Float64Array,
): readonly Crown[] {
  const crowns = componentsOf(faces).map((own) => {
    const all = [...new Set(own.flat())];
    const isLower = share[all[0]!] === 1;
    const up = isLower ? 1 : -1;
    const edge = up * Math.max(...all.map((v) => up * p[v * 3 + 1]!));
    const isCrown = (v: number): boolean => up * (edge - p[v * 3 + 1]!) < CROWN_MM;
    const kept = own.filter((face) => face.every(isCrown));
    const vertices = [...new Set(kept.flat())];
    const centre = [0, 1, 2].map(
      (axis) => vertices.reduce((sum, v) => sum + p[v * 3 + axis]!, 0) / vertices.length,
    );
    return { faces: kept, vertices, isLower, centre, edge };
  });
  const depth = crowns.reduce((sum, { centre }) => sum + centre[2]! / crowns.length, 0);
  const along = ({ centre }: Crown): number => Math.atan2(centre[0]!, centre[2]! - depth + 10);
  return crowns.sort((a, b) => Number(a.isLower) - Number(b.isLower) || along(a) - along(b));
}

/** Faces that share vertices, in the order of their first. */
function componentsOf(faces: readonly (readonly number[])[]): (readonly number[])[][] {
  const root = new Map<number, number>();
  const find = (v: number): number => {
    let at = v;
    while ((root.get(at) ?? at) !== at) at = root.get(at)!;
    return at;
  };
  for (const [first, ...others] of faces) for (const v of others) root.set(find(v), find(first!));
  const groups = new Map<number, (readonly number[])[]>();
  for (const face of faces) {
    const key = find(face[0]!);
    groups.set(key, [...(groups.get(key) ?? []), face]);
  }
  return [...groups.values()];
}

/** All teeth wear one picture: across it the tooth from side to side, down it from the edge to the neck. */
function lookOfTeeth(crowns: readonly Crown[], p: Float64Array): Look {
  const uvs = new Map<number, readonly [number, number]>();
  crowns.forEach((crown, k) => {
    const { centre, edge, vertices } = crown;
    const neighbour = (step: number): readonly number[] =>
      crowns[k + step]?.isLower === crown.isLower ? crowns[k + step]!.centre : centre;
    const [before, after] = [neighbour(-1), neighbour(1)];
    const along = [after[0]! - before[0]!, after[2]! - before[2]!];
    const across = (v: number): number =>
      (p[v * 3]! - centre[0]!) * along[0]! + (p[v * 3 + 2]! - centre[2]!) * along[1]!;
    const half = Math.max(...vertices.map((v) => Math.abs(across(v))));
    for (const v of vertices)
      uvs.set(v, [0.5 + (0.5 * across(v)) / half, Math.abs(p[v * 3 + 1]! - edge) / CROWN_MM]);
  });
  return { texture: toothPicture(), uv: (v) => uvs.get(v)!, tongue: () => 0 };
}

/** sRGB from a tooth's edge, where light passes, over its body to its neck. */
const ENAMEL: readonly (readonly [at: number, Point])[] = [
  [0, [188, 187, 183]],
  [0.12, [206, 201, 190]],
  [0.45, [210, 201, 184]],
  [0.75, [198, 182, 157]],
  [1, [150, 118, 96]],
];
/** What neighbours leave of the light at a tooth's sides. */
const BETWEEN = 0.55;

function toothPicture(): Image {
  return painted((u, v) => {
    const side = smoothstep(0.28, 0.5, Math.abs(u - 0.5));
    const light = 1 - (1 - BETWEEN) * side * (0.35 + 0.65 * v);
    return mixed(ENAMEL, v).map((value) => light * value);
  });
}

/** From gum to tongue across, from the front into the throat down. */
function lookOfMouth(crowns: readonly Crown[], share: Float64Array, p: Float64Array, front: number): Look {
  const arch = crowns.filter(({ isLower }) => isLower).map(({ centre }) => [centre[0]!, centre[2]!]);
  const tongue = (v: number): number => {
    const inside = withinArch(arch, p[v * 3]!, p[v * 3 + 2]!);
    return smoothstep(TONGUE_FROM_MM, TONGUE_WHOLE_MM, inside) * smoothstep(0.4, 0.9, share[v]!);
  };
  return {
    texture: mouthPicture(),
    tongue,
    uv: (v) => [tongue(v), Math.min(1, Math.max(0, (front - p[v * 3 + 2]!) / DARK_MM))],
  };
}

/** How far a place lies within the arch that teeth stand on, mm; negative before it. @param arch x, z */
function withinArch(arch: readonly (readonly number[])[], x: number, z: number): number {
  let nearest = Infinity;
  let sign = 1;
  for (let k = 0; k + 1 < arch.length; k++) {
    const [ax, az] = arch[k] as [number, number];
    const [bx, bz] = arch[k + 1] as [number, number];
    const [dx, dz] = [bx - ax, bz - az];
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (z - az) * dz) / (dx * dx + dz * dz)));
    const distance = Math.hypot(x - ax - t * dx, z - az - t * dz);
    if (distance >= nearest) continue;
    nearest = distance;
    // The arch runs from the right side over the front to the left: its inside lies behind it.
    sign = dx * (z - az) - dz * (x - ax) < 0 ? 1 : -1;
  }
  return sign * nearest;
}

/** sRGB from the front into the throat. */
const GUM: readonly (readonly [at: number, Point])[] = [
  [0, [196, 122, 116]],
  [0.35, [168, 92, 88]],
  [0.7, [96, 44, 42]],
  [1, [40, 16, 16]],
];
const TONGUE: readonly (readonly [at: number, Point])[] = [
  [0, [198, 124, 118]],
  [0.35, [176, 102, 96]],
  [0.7, [104, 52, 50]],
  [1, [40, 16, 16]],
];

function mouthPicture(): Image {
  return painted((u, v) => {
    const gum = mixed(GUM, v);
    return mixed(TONGUE, v).map((value, k) => u * value + (1 - u) * gum[k]!);
  });
}

function mixed(ramp: readonly (readonly [at: number, Point])[], at: number): number[] {
  const next = Math.max(
    1,
    ramp.findIndex(([place]) => place >= at),
  );
  const [from, a] = ramp[next - 1]!;
  const [to, b] = ramp[next]!;
  const share = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return a.map((value, k) => value + share * (b[k]! - value));
}

function painted(color: (u: number, v: number) => readonly number[]): Image {
  const out = createImage(TEXTURE_SIZE, TEXTURE_SIZE, 4);
  for (let y = 0; y < TEXTURE_SIZE; y++)
    for (let x = 0; x < TEXTURE_SIZE; x++) {
      const rgb = color((x + 0.5) / TEXTURE_SIZE, (y + 0.5) / TEXTURE_SIZE);
      out.data.set([...rgb.map(Math.round), 255], (y * TEXTURE_SIZE + x) * 4);
    }
  return out;
}

/** How much mouths show of the triangles: the outer side of front teeth first of all. */
const FRONT_MM = 16;
const BACK = 0.25;
const INSIDE = 0.08;

function seenOfTeeth(front: number): Seen {
  return ([x, , z], [nx, , nz]) => {
    const [ox, oz] = [x!, z! - (front - 30)];
    const outward = (ox * nx! + oz * nz!) / (Math.hypot(ox, oz) || 1);
    return (outward > 0.1 ? 1 : INSIDE) * (z! > front - FRONT_MM ? 1 : BACK);
  };
}

function seenOfMouth(front: number): Seen {
  return ([, , z], [, ny]) => smoothstep(front - DARK_MM, front, z!) * (Math.abs(ny!) > 0.5 ? 0.6 : 1) + 0.02;
}
