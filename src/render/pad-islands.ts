import { createImage, type Image } from '../math/image.js';
import type { TexelMap } from './texel-map.js';

/** How {@link padIslands} goes on with the colours of islands. */
export interface PaddingOptions {
  /** Texels around an island that take its colour: what coarser versions of a texture blend in. Default 8. */
  readonly padding?: number;
  /**
   * Rows of texels inside that are blended with what lies outside, and are taken anew from further inside.
   * Default 0.
   */
  readonly blended?: number;
}

/** By map and options: texels around its islands, nearest first, each with one of theirs to copy. */
const known = new WeakMap<TexelMap, Map<string, Uint32Array>>();

/**
 * A texture whose islands' colours go on beyond their borders: where two borders meet on the surface no line
 * is seen then. Alpha goes on as well.
 * @param map of the texture's layout and size
 */
export function padIslands(image: Image, map: TexelMap, options: PaddingOptions = {}): Image {
  const { width, height, channels } = image;
  const copies = copiesOf(map, options);
  const out = createImage(width, height, channels as 1 | 3 | 4);
  out.data.set(image.data);
  for (let i = 0; i < copies.length; i += 2) {
    const to = copies[i]! * channels;
    const from = copies[i + 1]! * channels;
    for (let k = 0; k < channels; k++) out.data[to + k] = out.data[from + k]!;
  }
  return out;
}

function copiesOf(map: TexelMap, { padding = 8, blended = 0 }: PaddingOptions): Uint32Array {
  const ofMap = known.get(map) ?? new Map<string, Uint32Array>();
  known.set(map, ofMap);
  const key = `${padding} ${blended}`;
  const copies = ofMap.get(key) ?? findCopies(map, padding, blended);
  ofMap.set(key, copies);
  return copies;
}

/** Pairs of a texel outside and the one that it copies, which is inside or was copied before. */
function findCopies({ triangle, size }: TexelMap, padding: number, blended: number): Uint32Array {
  const inside = new Uint8Array(triangle.length).map((_, i) => (triangle[i]! >= 0 ? 1 : 0));
  const copies: number[] = [];
  let border = bordersOf(inside, size);
  for (let step = 0; step < blended; step++) {
    for (const at of border) inside[at] = 0;
    border = bordersOf(inside, size);
  }
  for (let step = 0; step < blended + padding; step++) {
    const next: number[] = [];
    for (const from of border)
      for (const to of neighbours(from, size)) {
        if (inside[to] === 1) continue;
        inside[to] = 1;
        copies.push(to, from);
        next.push(to);
      }
    border = next;
  }
  return Uint32Array.from(copies);
}

function bordersOf(inside: Uint8Array, size: number): number[] {
  const out: number[] = [];
  inside.forEach((value, at) => {
    if (value === 1 && isBorder(inside, at, size)) out.push(at);
  });
  return out;
}

function isBorder(inside: Uint8Array, at: number, size: number): boolean {
  return neighbours(at, size).some((to) => inside[to] === 0);
}

function neighbours(at: number, size: number): number[] {
  const x = at % size;
  const out: number[] = [];
  if (x > 0) out.push(at - 1);
  if (x < size - 1) out.push(at + 1);
  if (at >= size) out.push(at - size);
  if (at < size * (size - 1)) out.push(at + size);
  return out;
}
