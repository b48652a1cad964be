import { evenlySpread, relaxed, rimsOfHoles, wantedTriangle, type WantedTriangle } from './flatten.js';
import type { HeadCut } from './head-cut.js';

/** A place in an atlas, shares of it from the top left. */
type Point = readonly [number, number];

/** Faces over vertices and, corner by corner, over texture coordinates. */
export interface Laid {
  readonly faces: readonly (readonly number[])[];
  readonly uvFaces: readonly (readonly number[])[];
  readonly uvs: readonly Point[];
}

/** What the atlas of the skin is laid out from; vertices are the head's, then those of the bust. */
export interface AtlasSource {
  readonly cut: HeadCut;
  /** V×3, mm. */
  readonly positions: ArrayLike<number>;
  /** Faces of the outer skin, then of the bust and its plinth; without pockets and the bottom. */
  readonly faces: readonly (readonly number[])[];
  /** Vertices along the seam: from the crown down the back to the end of the bust. */
  readonly seam: readonly number[];
  /** Vertices along the bust's end in their order, from the middle of the back. */
  readonly end: readonly number[];
  /** Places of the corners of the outer skin's faces in the layout of the cut. */
  readonly corners: readonly (readonly Point[])[];
  /** Soft masks over the head's vertices. */
  readonly regions: ReadonlyMap<string, ArrayLike<number>>;
}

/** Empty texels around everything, shares of the atlas. */
const MARGIN = 0.004;
/** Skin and bust reach down to here; what is below holds the pockets. */
const SKIN_END = 0.93;
/** Share of the seam that runs along the top of the atlas, and height where the head ends at its sides. */
const SEAM_ON_TOP = 0.3;
const NAPE = 0.82;
/** How much larger triangles would like to be than in the cut's layout. */
const WANTED = { face: 1.6, ears: 1.4, scalp: 0.58 } as const;
/** Of the bust, shares of the atlas per mm. */
const BUST_WANTED = 0.0007;

/** The part of the atlas that shows the face, shares of it from the top left. */
export const FACE_WINDOW = { left: 0.12, top: 0.09, width: 0.76, height: 0.75 } as const;

/**
 * Lays the skin out in one island, as if it was unrolled from a seam down the back: triangles keep the shape
 * that they have in the cut's layout as well as they can, those of the face larger, the scalp's smaller.
 * Left and right are mirror images, so that both sides of the seam lie at the same height.
 */
export function layAtlas(source: AtlasSource): Laid {
  const { faces, positions, seam } = source;
  const count = positions.length / 3;
  // Vertices of the seam exist twice, but for its beginning.
  const twin = new Map(seam.slice(1).map((v, k) => [v, count + k]));
  const uvFaces = faces.map((face) => {
    const middle = face.reduce((sum, v) => sum + positions[v * 3]!, 0);
    return face.map((v) => (middle > 0 ? (twin.get(v) ?? v) : v));
  });
  const held = new Map(borderPlaces(source, twin));
  const shapes = [...wantedTriangles(source, uvFaces)];
  // Mouth and eyes are filled while the atlas is laid out, so that their rims do not cross.
  const holes = rimsOfHoles(uvFaces, held);
  const fill: [number, number, number][] = [];
  const flat = flatPlaces(source);
  holes.forEach((rim, hole) => {
    const at = rim.map((v) => flat.get(v)!.map((value) => WANTED.face * value));
    const middle = [0, 1].map((i) => at.reduce((sum, place) => sum + place[i]! / at.length, 0));
    rim.forEach((v, k) => {
      const next = (k + 1) % rim.length;
      const triangle: [number, number, number] = [count + twin.size + hole, v, rim[next]!];
      fill.push(triangle);
      shapes.push(wantedTriangle(triangle, [middle, at[k]!, at[next]!]));
    });
  });
  const start = evenlySpread([...uvFaces, ...fill], count + twin.size + holes.length, held);
  const places = relaxed(start, shapes, new Set(held.keys()));
  return compact(faces, uvFaces, evened(places, source, twin));
}

/** A place of each vertex of the outer skin in the layout of the cut. */
function flatPlaces({ faces, corners }: AtlasSource): Map<number, Point> {
  const flat = new Map<number, Point>();
  corners.forEach((places, f) => places.forEach((place, k) => flat.set(faces[f]![k]!, place)));
  return flat;
}

/** Triangles and the shapes that they should have. */
function wantedTriangles(
  { positions, faces, corners, regions, cut }: AtlasSource,
  uvFaces: readonly (readonly number[])[],
): WantedTriangle[] {
  const [face, ears] = [regions.get('face')!, regions.get('ears')!];
  const heads = cut.baseVertices.length;
  const scale = (v: number): number =>
    v >= heads
      ? 1
      : WANTED.scalp ** (1 - face[v]!) * WANTED.face ** face[v]! * (WANTED.ears / WANTED.scalp) ** ears[v]!;
  return uvFaces.flatMap((uvFace, f) =>
    [
      [0, 1, 2],
      [0, 2, 3],
    ].map((ks): WantedTriangle => {
      const vertices = ks.map((k) => faces[f]![k]!);
      const larger = vertices.reduce((product, v) => product * scale(v), 1) ** (1 / 3);
      const flat = corners[f];
      const at = ks.map((k, i): readonly number[] =>
        flat
          ? flat[k]!.map((value) => larger * value)
          : [0, 1, 2].map((axis) => BUST_WANTED * positions[vertices[i]! * 3 + axis]!),
      );
      return wantedTriangle(ks.map((k) => uvFace[k]!) as [number, number, number], at);
    }),
  );
}

/** Places along the borders: the seam on top and at both sides, the end of the bust below. */
function borderPlaces(source: AtlasSource, twin: ReadonlyMap<number, number>): [number, Point][] {
  const { seam, end, positions, cut } = source;
  const heads = cut.baseVertices.length;
  const along = lengthsAlong(seam, positions);
  const nape = along[seam.filter((v) => v < heads).length - 1]!;
  const corner = SEAM_ON_TOP * nape;
  const out: [number, Point][] = [];
  seam.forEach((v, k) => {
    const s = along[k]!;
    const [x, y] =
      s <= corner
        ? [0.5 - (0.5 - MARGIN) * (s / corner), MARGIN]
        : s <= nape
          ? [MARGIN, MARGIN + ((NAPE - MARGIN) * (s - corner)) / (nape - corner)]
          : [MARGIN, NAPE + ((SKIN_END - NAPE) * (s - nape)) / (along.at(-1)! - nape)];
    out.push([v, [x!, y!]]);
    const other = twin.get(v);
    if (other !== undefined) out.push([other, [1 - x!, y!]]);
  });
  const around = lengthsAlong([...end, end[0]!], positions);
  // Seen from the back, the bust's end begins in the middle and runs round by the subject's right.
  end.slice(1).forEach((v, k) => {
    const share = around[k + 1]! / around.at(-1)!;
    out.push([v, [MARGIN + (1 - 2 * MARGIN) * share, SKIN_END]]);
  });
  return out;
}

function lengthsAlong(path: readonly number[], p: ArrayLike<number>): number[] {
  const lengths = [0];
  for (let k = 1; k < path.length; k++) {
    const [a, b] = [path[k - 1]! * 3, path[k]! * 3];
    lengths.push(lengths[k - 1]! + Math.hypot(p[a]! - p[b]!, p[a + 1]! - p[b + 1]!, p[a + 2]! - p[b + 2]!));
  }
  return lengths;
}

/** The mean of a layout and its mirror image. */
function evened(
  places: Float64Array,
  { positions }: AtlasSource,
  twin: ReadonlyMap<number, number>,
): Point[] {
  const count = positions.length / 3;
  const key = (x: number, y: number, z: number) => [x, y, z].map((value) => Math.round(value * 20)).join();
  const at = new Map<string, number>();
  for (let v = 0; v < count; v++)
    at.set(key(positions[v * 3]!, positions[v * 3 + 1]!, positions[v * 3 + 2]!), v);
  const mirrorOf = (v: number): number =>
    at.get(key(-positions[v * 3]!, positions[v * 3 + 1]!, positions[v * 3 + 2]!)) ?? -1;
  const back = new Map([...twin].map(([v, other]) => [other, v]));
  return Array.from({ length: count + twin.size }, (_, i): Point => {
    const own = back.get(i) ?? i;
    const opposite = twin.has(own) ? (i === own ? twin.get(own)! : own) : mirrorOf(own);
    if (opposite < 0) return [places[i * 2]!, places[i * 2 + 1]!];
    return [
      (places[i * 2]! + 1 - places[opposite * 2]!) / 2,
      (places[i * 2 + 1]! + places[opposite * 2 + 1]!) / 2,
    ];
  });
}

/** Numbers the texture coordinates that are used from zero. */
function compact(
  faces: readonly (readonly number[])[],
  uvFaces: readonly (readonly number[])[],
  places: readonly Point[],
): Laid {
  const index = new Map<number, number>();
  const own = (i: number): number => {
    let value = index.get(i);
    if (value === undefined) index.set(i, (value = index.size));
    return value;
  };
  const numbered = uvFaces.map((face) => face.map(own));
  return { faces, uvFaces: numbered, uvs: [...index.keys()].map((i) => places[i]!) };
}
