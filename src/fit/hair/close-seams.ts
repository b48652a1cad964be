import type { HairStyle } from '../../model/hair-file.js';

/** Vertices of a style nearer than this at rest are one place, mm: the texture's seams part them. */
const ONE_PLACE = 0.02;

const seamsOf = new WeakMap<HairStyle, readonly (readonly number[])[]>();

/**
 * Brings vertices together, in place, that are one at rest: what moves hair a little otherwise on both sides
 * of a seam of its texture would open it, and skin would shine through.
 * @param values V×3, of a style's vertices: places, or unit normals, which stay about as long
 */
export function closeSeams(style: HairStyle, values: Float32Array): void {
  for (const group of seams(style))
    for (let axis = 0; axis < 3; axis++) {
      const mean = group.reduce((sum, v) => sum + values[3 * v + axis]!, 0) / group.length;
      for (const v of group) values[3 * v + axis] = mean;
    }
}

function seams(style: HairStyle): readonly (readonly number[])[] {
  const known = seamsOf.get(style);
  if (known) return known;
  const groups = new Map<string, number[]>();
  for (let v = 0; v < style.positions.length / 3; v++) {
    const place = [0, 1, 2].map((axis) => Math.round(style.positions[3 * v + axis]! / ONE_PLACE)).join();
    groups.set(place, [...(groups.get(place) ?? []), v]);
  }
  const found = [...groups.values()].filter(({ length }) => length > 1);
  seamsOf.set(style, found);
  return found;
}
