import { alignPoints } from '../../src/math/procrustes.js';
import { linearPart, type Registration } from './register.js';
import { smoothField, type Neighbours } from './smooth-field.js';
import { valueAt } from './surface-match.js';

/** Stiffness of carried fields: smooths what lies between vertices of two meshes, and fills what has no match. */
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
  return smoothField(neighbours, weights, targets, STIFFNESS, targets);
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
