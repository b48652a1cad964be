import { alignPoints } from '../../src/math/procrustes.js';
import { smoothstep } from '../../src/math/smoothstep.js';
import { vertexNormals } from '../../src/render/normals.js';
import type { HeadCut } from './head-cut.js';
import { linearPart, type Registration } from './register.js';
import { distance, type Rims } from './rims.js';
import { smoothField, type Neighbours } from './smooth-field.js';
import { valueAt } from './surface-match.js';

/** Stiffness of carried fields: smooths what two meshes see differently, and fills what has no match. */
const STIFFNESS = 0.03;

/** Turns that take the surface about each vertex from one pose to another, V×9 row-major. */
export function localRotations(
  neighbours: Neighbours,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(neighbours.length * 9);
  neighbours.forEach((near, v) => {
    // Two rings: one ring of a flat place leaves the turn about its edges loose.
    const patch = [...new Set([v, ...near, ...near.flatMap((w) => neighbours[w]!)])].sort((a, b) => a - b);
    const points = (p: ArrayLike<number>) => patch.flatMap((w) => [p[w * 3]!, p[w * 3 + 1]!, p[w * 3 + 2]!]);
    out.set(alignPoints(points(from), points(to)).rotation, v * 9);
  });
  return out;
}

/**
 * Carries a displacement of ICT's vertices over to our head: read at the matches, turned with the surface
 * where it leans another way on our head (deformation transfer, Sumner & Popović 2004, by vertices), and
 * continued smoothly over what has no match.
 *
 * @param field of ICT's vertices, mm, in its own axes
 * @param rotations of {@link localRotations}, from the registered head to the one that shall move
 * @returns head vertices ×3, mm
 */
export function carryField(
  { similarity, matches, weights }: Pick<Registration, 'similarity' | 'matches' | 'weights'>,
  neighbours: Neighbours,
  field: Float64Array,
  pocket: Pocket,
  rotations?: Float64Array,
): Float64Array {
  const ours = linearPart(similarity, field);
  const targets = new Float64Array(matches.length * 3);
  matches.forEach((match, v) => {
    if (!match) return;
    const [x, y, z] = valueAt(match, ours) as [number, number, number];
    for (let row = 0; row < 3; row++) {
      const at = v * 9 + row * 3;
      targets[v * 3 + row] = rotations
        ? rotations[at]! * x + rotations[at + 1]! * y + rotations[at + 2]! * z
        : [x, y, z][row]!;
    }
  });
  return pocket.follow(smoothField(neighbours, weights, targets, STIFFNESS, targets));
}

/** Rings from the lips inwards over which the cavity changes from following them to following skin. */
const POCKET_RINGS = 5;
/** Vertices of the skin that a vertex of the cavity follows. */
const POCKET_GUIDES = 6;
/** Loops of the lips that are no skin before the cavity. */
const LIP_LOOPS = 5;

/** How deep the cavity lies below the skin at least, mm, and how much of that each ring from the lips on. */
const POCKET_BELOW_MM = 5;
const POCKET_STEP_MM = 1.2;

/** The mouth's cavity, which no scan saw. */
export interface Pocket {
  /** Positions of a head whose cavity lies well below its skin, a copy. */
  tuck(positions: Float64Array): Float64Array;
  /** A field whose cavity moves with the skin before it, so that it never comes through; a copy. */
  follow(field: Float64Array): Float64Array;
}

/** @param positions head vertices, mm */
export function mouthPocket(
  cut: HeadCut,
  neighbours: Neighbours,
  mouth: Rims,
  positions: ArrayLike<number>,
): Pocket {
  const depth = pocketDepth(cut, neighbours, mouth);
  const skin = cut.islandOf.flatMap((island, v) =>
    island === 'skin' && (mouth.loopOf[v]! < 0 || mouth.loopOf[v]! >= LIP_LOOPS) ? [v] : [],
  );
  const guides = [...depth].map(([vertex, rings]) => {
    const near = skin
      .map((v) => ({ v, distance: distance(positions, vertex, v) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, POCKET_GUIDES);
    const total = near.reduce((sum, item) => sum + 1 / item.distance ** 2, 0);
    return {
      vertex,
      rings,
      share: smoothstep(0, POCKET_RINGS, rings),
      near: near.map((item) => ({ v: item.v, weight: 1 / item.distance ** 2 / total })),
    };
  });
  return {
    tuck(head) {
      const normals = vertexNormals(Float32Array.from(head), cut.triangles, new Float32Array(head.length));
      const out = head.slice();
      for (const { vertex, rings, near } of guides) {
        const { v } = near[0]!;
        const normal = normals.subarray(v * 3, v * 3 + 3);
        const below = -normal.reduce(
          (sum, n, axis) => sum + n * (head[vertex * 3 + axis]! - head[v * 3 + axis]!),
          0,
        );
        const short = Math.max(0, Math.min(POCKET_BELOW_MM, rings * POCKET_STEP_MM) - below);
        normal.forEach((n, axis) => (out[vertex * 3 + axis]! -= short * n));
      }
      return out;
    },
    follow(field) {
      const out = field.slice();
      for (const { vertex, share, near } of guides) {
        for (let axis = 0; axis < 3; axis++) {
          const led = near.reduce((sum, { v, weight }) => sum + weight * field[v * 3 + axis]!, 0);
          out[vertex * 3 + axis] = (1 - share) * field[vertex * 3 + axis]! + share * led;
        }
      }
      return out;
    },
  };
}

/** Rings from the lips to each vertex of the cavity. */
function pocketDepth(cut: HeadCut, neighbours: Neighbours, mouth: Rims): Map<number, number> {
  const depth = new Map<number, number>();
  let front = cut.islandOf.flatMap((_, v) => (mouth.loopOf[v] === 0 ? [v] : []));
  for (let ring = 1; front.length > 0; ring++) {
    const next = new Set(
      front.flatMap((v) => neighbours[v]!.filter((w) => cut.islandOf[w] === 'mouthCavity' && !depth.has(w))),
    );
    for (const v of next) depth.set(v, ring);
    front = [...next];
  }
  return depth;
}

/** The vertex at the mirrored place of each, by the base mesh, which is symmetric. */
export function mirrorVertices(base: ArrayLike<number>, count: number): Int32Array {
  const key = (x: number, y: number, z: number) => [x, y, z].map((value) => Math.round(value * 10)).join();
  const at = new Map<string, number>();
  for (let v = 0; v < count; v++) at.set(key(base[v * 3]!, base[v * 3 + 1]!, base[v * 3 + 2]!), v);
  return Int32Array.from({ length: count }, (_, v) => {
    const [x, y, z] = [-base[v * 3]!, base[v * 3 + 1]!, base[v * 3 + 2]!];
    const exact = at.get(key(x, y, z));
    if (exact !== undefined) return exact;
    let best = 0;
    let least = Infinity;
    for (let w = 0; w < count; w++) {
      const distance = Math.hypot(base[w * 3]! - x, base[w * 3 + 1]! - y, base[w * 3 + 2]! - z);
      if (distance < least) [best, least] = [w, distance];
    }
    return best;
  });
}

/** A field seen in the mirror x → −x. */
export function mirrored(field: ArrayLike<number>, mirror: Int32Array): Float64Array {
  return Float64Array.from({ length: mirror.length * 3 }, (_, i) => {
    const value = field[mirror[Math.floor(i / 3)]! * 3 + (i % 3)]!;
    return i % 3 === 0 ? -value : value;
  });
}

export function meanOf(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (value, i) => (value + b[i]!) / 2);
}
