import type { ReferenceVertices } from './geometry.js';
import type { HeadCut } from './head-cut.js';
import { atlasPositions } from './landmarks.js';
import type { SkinMesh } from './skin-mesh.js';

type Point = readonly [number, number];

function distanceToSegment([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

function isInside([px, py]: Point, polygon: readonly Point[]): boolean {
  let inside = false;
  polygon.forEach(([ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length]!;
    if (ay > py !== by > py && px < ax + ((py - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  });
  return inside;
}

/** Distance to a polygon, negative inside. */
function signedDistance(point: Point, polygon: readonly Point[]): number {
  const distance = Math.min(
    ...polygon.map((a, i) => distanceToSegment(point, a, polygon[(i + 1) % polygon.length]!)),
  );
  return isInside(point, polygon) ? -distance : distance;
}

function distanceToPath(point: Point, path: readonly Point[]): number {
  return Math.min(...path.slice(1).map((b, i) => distanceToSegment(point, path[i]!, b)));
}

/** 1 at or below `near`, 0 from `far` on, smooth between. */
function fade(value: number, near: number, far: number): number {
  const t = Math.min(1, Math.max(0, (far - value) / (far - near)));
  return t * t * (3 - 2 * t);
}

/**
 * Soft region masks over the head's vertices, drawn in the atlas, where the face lies flat. Lengths are
 * shares of the atlas.
 * @param ibug head vertices of the 68 landmarks
 * @param positions head vertices in mm (origin between the eyes), for what the flat view cannot tell
 */
export function buildRegions(
  cut: HeadCut,
  ibug: readonly number[],
  positions: ArrayLike<number>,
): Map<string, Float32Array> {
  const atlas = atlasPositions(cut);
  const at = (vertex: number): Point => [atlas[vertex * 2]!, atlas[vertex * 2 + 1]!];
  const landmark = (first: number, last: number): Point[] => ibug.slice(first, last + 1).map(at);
  const brows = [landmark(17, 21), landmark(22, 26)];
  const eyes = [landmark(36, 41), landmark(42, 47)];
  const mouth = landmark(48, 59);
  const noseTop = at(ibug[27]!);
  const nose: Point[] = [
    noseTop,
    [at(ibug[31]!)[0] - 0.02, at(ibug[31]!)[1] - 0.02],
    ...landmark(31, 35),
    [at(ibug[35]!)[0] + 0.02, at(ibug[35]!)[1] - 0.02],
  ];
  const jaw = landmark(0, 16);
  const browTop = Math.min(...brows.flat().map(([, y]) => y));
  const hairline = browTop - 0.13;
  const face: Point[] = [
    ...jaw,
    [jaw[16]![0], browTop - 0.03],
    [0.5 + 0.21, hairline],
    [0.5 - 0.21, hairline],
    [jaw[0]![0], browTop - 0.03],
  ];
  const ears: Point[] = earCentres(cut, positions, at);
  const regions: Record<string, (p: Point, vertex: number) => number> = {
    face: (p) => fade(signedDistance(p, face), -0.01, 0.015),
    nose: (p) => fade(signedDistance(p, nose), 0.004, 0.02),
    mouth: (p) => fade(signedDistance(p, mouth), 0.008, 0.03),
    eyes: (p) => Math.max(...eyes.map((eye) => fade(signedDistance(p, eye), 0.012, 0.03))),
    brows: (p) => Math.max(...brows.map((brow) => fade(distanceToPath(p, brow), 0.016, 0.03))),
    forehead: (p) => fade(signedDistance(p, face), -0.01, 0.015) * fade(p[1], browTop - 0.025, browTop),
    ears: (p) =>
      Math.max(...ears.map((ear) => fade(Math.hypot(p[0] - ear[0], (p[1] - ear[1]) * 0.7), 0.035, 0.05))),
  };
  const masks = new Map<string, Float32Array>();
  for (const [name, weight] of Object.entries(regions)) {
    masks.set(
      name,
      Float32Array.from(cut.islandOf, (island, vertex) =>
        island === 'skin' ? weight(at(vertex), vertex) : 0,
      ),
    );
  }
  addRest(masks, cut, positions, at, at(ibug[30]!)[1]);
  return masks;
}

/** Ears stick out: the outermost skin vertex of each side marks them. */
function earCentres(cut: HeadCut, positions: ArrayLike<number>, at: (vertex: number) => Point): Point[] {
  return [-1, 1].map((side) => {
    let best = 0;
    cut.islandOf.forEach((island, vertex) => {
      if (island === 'skin' && side * positions[vertex * 3]! > side * positions[best * 3]!) best = vertex;
    });
    return at(best);
  });
}

/** Regions that are what others leave: cheeks, scalp, neck; and the pockets inside. */
function addRest(
  masks: Map<string, Float32Array>,
  cut: HeadCut,
  positions: ArrayLike<number>,
  at: (vertex: number) => Point,
  noseTip: number,
): void {
  const get = (name: string, vertex: number) => masks.get(name)![vertex]!;
  const skin = (weight: (vertex: number) => number) =>
    Float32Array.from(cut.islandOf, (island, vertex) =>
      island === 'skin' ? Math.max(0, weight(vertex)) : 0,
    );
  const sum = (vertex: number, names: readonly string[]) =>
    names.reduce((total, name) => total + get(name, vertex), 0);
  masks.set(
    'cheeks',
    skin(
      (vertex) =>
        Math.max(0, get('face', vertex) - sum(vertex, ['nose', 'mouth', 'eyes', 'brows', 'forehead'])) *
        fade(Math.abs(at(vertex)[1] - noseTip), 0.08, 0.14),
    ),
  );
  // Below the chin's height and off the face is neck; the rest behind the hairline is scalp.
  masks.set(
    'neck',
    skin(
      (vertex) =>
        (1 - get('face', vertex)) * (1 - get('ears', vertex)) * fade(positions[vertex * 3 + 1]!, -85, -60),
    ),
  );
  masks.set(
    'scalp',
    skin((vertex) => 1 - get('face', vertex) - get('ears', vertex) - get('neck', vertex)),
  );
  masks.set(
    'mouthCavity',
    Float32Array.from(cut.islandOf, (island) => (island === 'mouthCavity' ? 1 : 0)),
  );
  masks.set(
    'sockets',
    Float32Array.from(cut.islandOf, (island) => (island.endsWith('Socket') ? 1 : 0)),
  );
}

/** Rings below the head between which the bust stops being neck. */
const NECK_FROM = 2;
const NECK_TO = 5;

/**
 * The head's regions over all of the skin: finer vertices have what those around them have; the bust is a
 * region of its own, and its upper rings are neck as well.
 */
export function regionsBeyond(
  regions: ReadonlyMap<string, Float32Array>,
  { beyond, bust, finerCount }: SkinMesh,
  { indexOf, headCount }: ReferenceVertices,
): Map<string, Float32Array> {
  const rings = new Map(bust.baseVertices.map((v, k) => [v, bust.ringOf[k]!]));
  const out = new Map<string, Float32Array>();
  for (const [name, mask] of regions) {
    const rest = beyond.references.map((on, i) => {
      if (i >= finerCount)
        return name === 'neck' ? fade(Math.max(...on.map((v) => rings.get(v)!)), NECK_FROM, NECK_TO) : 0;
      const value = on.reduce((sum, v, k) => sum + beyond.weights[i]![k]! * mask[indexOf.get(v)!]!, 0);
      return Math.min(1, Math.max(0, value));
    });
    out.set(name, Float32Array.from([...mask, ...rest]));
  }
  const ofBust = beyond.references.map((_, i) => (i >= finerCount ? 1 : 0));
  return out.set('bust', Float32Array.from([...new Float32Array(headCount), ...ofBust]));
}
