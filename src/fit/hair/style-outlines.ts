import type { HairStyle } from '../../model/hair-file.js';
import { followHead } from '../../model/hair-on-head.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { smoothstep } from '../../math/smoothstep.js';
import type { HairEvidence } from './hair-evidence.js';

/** A style as it would be worn. */
export interface StyleTry {
  readonly style: HairStyle;
  /** How far it stands out, relative to the style at rest. */
  readonly volume: number;
}

/** How well a style's outline agrees with the hair in a photo. */
export interface StyleMatch extends StyleTry {
  /** Intersection over union of drawn and seen hair, where the photo tells of it; 0…1. */
  readonly overlap: number;
}

/** Share of what is seen that lies on the less seen side, from which both sides are seen. */
const BOTH_SIDES = 0.2;
/** Cards of less alpha than this in the mean are seen through. */
const SOLID = 0.35;

const solidOf = new WeakMap<HairStyle, Uint32Array>();

/** Hair farther from the skin than this grows no more in volume, mm: ends would fly. */
const GROWING = 28;

/** Styles at rest on heads: heads are asked for many styles in several volumes. */
const atRest = new WeakMap<Float32Array, Map<HairStyle, Float32Array>>();

/** Positions of a style on a head, not yet combed, V×3 mm. @param vertices of the neutral head */
export function styleOnHead(
  model: MorphableModel,
  { style, volume }: StyleTry,
  vertices: Float32Array,
): Float32Array {
  const { positions, normals, heights } = style;
  const known = atRest.get(vertices) ?? new Map<HairStyle, Float32Array>();
  atRest.set(vertices, known);
  const rest = known.get(style) ?? followHead(model, positions, model.meanShape, vertices);
  known.set(style, rest);
  const out = rest.slice();
  if (volume !== 1)
    for (let i = 0; i < out.length; i++)
      out[i]! += (volume - 1) * Math.min(GROWING, heights[Math.floor(i / 3)]!) * apart(rest, i) * normals[i]!;
  return out;
}

/** Cards that meet in the middle do not move apart: their share of a sideways growth. */
function apart(positions: Float32Array, i: number): number {
  return i % 3 === 0 ? smoothstep(2, 20, Math.abs(positions[i]!)) : 1;
}

/** Draws a style on the fitted head and compares. */
export function matchStyle(model: MorphableModel, tried: StyleTry, evidence: HairEvidence): StyleMatch {
  const { view, hair, known, vertices } = evidence;
  const skin = model.parts[0]!.triangles;
  const { triangle } = view.draw([
    { points: vertices, triangles: skin },
    { points: styleOnHead(model, tried, vertices), triangles: solidTriangles(tried.style) },
  ]);
  let both = 0;
  let either = 0;
  for (let at = 0; at < hair.length; at++) {
    if (known[at] === 0) continue;
    const drawn = triangle[at]! >= skin.length / 3 ? 1 : 0;
    both += Math.min(drawn, hair[at]!);
    either += Math.max(drawn, hair[at]!);
  }
  return { ...tried, overlap: either > 0 ? both / either : 0 };
}

/** The triangles of a style that hide what is behind them. */
function solidTriangles(style: HairStyle): Uint32Array {
  const known = solidOf.get(style);
  if (known) return known;
  const { triangles, uvs, texture } = style;
  const alphaAt = (u: number, v: number): number => {
    const x = Math.min(texture.size - 1, Math.max(0, Math.floor(u * texture.size)));
    const y = Math.min(texture.size - 1, Math.max(0, Math.floor(v * texture.size)));
    return texture.data[2 * (y * texture.size + x) + 1]! / 255;
  };
  const weights = [
    [1, 1, 1],
    [4, 1, 1],
    [1, 4, 1],
    [1, 1, 4],
  ] as const;
  const kept: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
    const mean = weights.reduce((sum, own) => {
      const total = own[0] + own[1] + own[2];
      const at = (axis: number): number =>
        corners.reduce((part, v, k) => part + own[k]! * uvs[2 * v + axis]!, 0) / total;
      return sum + alphaAt(at(0), at(1)) / weights.length;
    }, 0);
    if (mean > SOLID) kept.push(...corners);
  }
  const solid = Uint32Array.from(kept);
  solidOf.set(style, solid);
  return solid;
}

/** Share of hair in what is seen of a style at one height. */
export interface HairAtHeight {
  readonly mean: number;
  /** That of the barer side where both are seen, else the mean. */
  readonly barer: number;
}

/** Share of hair in what is seen of a style, by heights of the neutral head, mm; 0 where nothing is seen. */
export function hairByHeight(
  model: MorphableModel,
  tried: StyleTry,
  evidence: HairEvidence,
  limits: readonly number[],
): HairAtHeight[] {
  const { view, hair, known, vertices } = evidence;
  const skin = model.parts[0]!.triangles;
  const points = styleOnHead(model, tried, vertices);
  const solid = solidTriangles(tried.style);
  const { triangle } = view.draw([
    { points: vertices, triangles: skin },
    { points, triangles: solid },
  ]);
  const bands = limits.map(() => ({ hair: [0, 0], pixels: [0, 0] }));
  for (let at = 0; at < hair.length; at++) {
    const t = triangle[at]! - skin.length / 3;
    if (t < 0 || known[at] === 0) continue;
    const [a, b, c] = [3 * solid[3 * t]!, 3 * solid[3 * t + 1]!, 3 * solid[3 * t + 2]!];
    const height = (points[a + 1]! + points[b + 1]! + points[c + 1]!) / 3;
    const band = bands[limits.findIndex((limit) => height >= limit)];
    if (!band) continue;
    const side = points[a]! + points[b]! + points[c]! < 0 ? 0 : 1;
    band.pixels[side]!++;
    band.hair[side]! += hair[at]!;
  }
  return bands.map(({ hair: seen, pixels }) => {
    const total = pixels[0]! + pixels[1]!;
    const mean = total > 0 ? (seen[0]! + seen[1]!) / total : 0;
    if (total === 0 || Math.min(...pixels) < BOTH_SIDES * total) return { mean, barer: mean };
    return { mean, barer: Math.min(seen[0]! / pixels[0]!, seen[1]! / pixels[1]!) };
  });
}
