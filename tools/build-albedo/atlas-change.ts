import { smoothstep } from '../../src/math/smoothstep.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { pullPush } from '../../src/render/pull-push.js';
import { createTexelMap } from '../../src/render/texel-map.js';
import { withoutBorders } from './old-layout.js';
import type { SkinMesh } from '../build-head-model/skin-mesh.js';

/**
 * Carries textures over from the layout of the cut, in which older models and the skins that were collected
 * with them lie, to the atlas of a model. It is linear: what it does to a mean and to modes, it does to all
 * skins.
 */
export interface AtlasChange {
  /** Texels per side of what comes out. */
  readonly size: number;
  /**
   * @param texture n×n×channels in the old layout
   * @param bust whether the bust takes the skin's colour; else it is 0, as is what the atlas leaves empty
   */
  carry(texture: Float32Array, n: number, channels: number, bust?: boolean): Float32Array;
}

/** Rings of the bust, as its neck mask tells them, over which the neck's colour turns into the mean's. */
const BLEND = [0.95, 0.05] as const;
/** Points along each side of a texel at which the old texture is read. */
const POINTS = 2;

/** @param model has the skin's mesh @param size texels per side, a power of two */
export function atlasChange(model: MorphableModel, skin: SkinMesh, size: number): AtlasChange {
  const part = model.parts[0]!;
  if (part.uvTriangles.length !== skin.uvTriangles.length)
    throw new Error(
      'atlasChange: the model has another skin; build it again with "npm run build-head-model".',
    );
  const fine = size * POINTS;
  const map = createTexelMap(part.uvs, part.uvTriangles, fine);
  // Where in the old layout each point lies; NaN on the bust and between the islands.
  const places = new Float32Array(2 * fine * fine).fill(NaN);
  const masks = { neck: new Float32Array(size * size), cheeks: new Float32Array(size * size) };
  const used = new Float32Array(size * size);
  const bust = new Float32Array(size * size);
  for (let point = 0; point < fine * fine; point++) {
    const t = map.triangle[point]!;
    if (t < 0) continue;
    const texel = Math.floor(Math.floor(point / fine) / POINTS) * size + Math.floor((point % fine) / POINTS);
    used[texel] = 1;
    const [a, b] = [map.weights[2 * point]!, map.weights[2 * point + 1]!];
    const mix = (at: (k: number) => number): number => a * at(0) + b * at(1) + (1 - a - b) * at(2);
    for (let axis = 0; axis < 2; axis++)
      places[2 * point + axis] = mix((k) => skin.flat[6 * t + 2 * k + axis]!);
    const region = (name: string): number =>
      mix((k) => model.regions.get(name)![part.triangles[3 * t + k]!]!) / POINTS ** 2;
    masks.neck[texel]! += region('neck');
    masks.cheeks[texel]! += region('cheeks');
    if (Number.isNaN(places[2 * point]!)) bust[texel]! += 1 / POINTS ** 2;
  }
  const clean = withoutBorders(model, skin);
  return {
    size,
    carry(texture, n, channels, withBust = true) {
      const { out, weights } = sampled(clean(texture, n, channels), n, channels, places, size);
      if (!withBust) return out;
      const guides = weights.map(
        (weight, i) => weight * Math.min(1, masks.neck[i]! + 0.1 * masks.cheeks[i]!),
      );
      dress(out, channels, size, { guides, seen: weights, bust, neck: masks.neck, cheeks: masks.cheeks });
      pullPush(out, used, size, channels);
      return out;
    },
  };
}

/** The old texture at each texel, bilinear, and how much of the texel lies in the old layout. */
function sampled(
  texture: Float32Array,
  n: number,
  channels: number,
  places: Float32Array,
  size: number,
): { out: Float32Array; weights: Float32Array } {
  const out = new Float32Array(size * size * channels);
  const weights = new Float32Array(size * size);
  const fine = size * POINTS;
  for (let point = 0; point < fine * fine; point++) {
    const u = places[2 * point]!;
    if (Number.isNaN(u)) continue;
    const texel = Math.floor(Math.floor(point / fine) / POINTS) * size + Math.floor((point % fine) / POINTS);
    const x = Math.min(n - 1.001, Math.max(0, u * n - 0.5));
    const y = Math.min(n - 1.001, Math.max(0, places[2 * point + 1]! * n - 0.5));
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    const at = (y0 * n + x0) * channels;
    const below = at + n * channels;
    weights[texel]! += 1 / POINTS ** 2;
    for (let c = 0; c < channels; c++)
      out[texel * channels + c]! +=
        (1 - fy) * ((1 - fx) * texture[at + c]! + fx * texture[at + channels + c]!) +
        fy * ((1 - fx) * texture[below + c]! + fx * texture[below + channels + c]!);
  }
  for (let texel = 0; texel < weights.length; texel++)
    if (weights[texel]! > 0)
      for (let c = 0; c < channels; c++) out[texel * channels + c]! /= weights[texel]! * POINTS ** 2;
  return { out, weights };
}

interface BustTexels {
  /** What may colour the bust: neck, a little of the cheeks. */
  readonly guides: Float32Array;
  /** How much of each texel shows the head, and how much the bust. */
  readonly seen: Float32Array;
  readonly bust: Float32Array;
  readonly neck: Float32Array;
  readonly cheeks: Float32Array;
}

/** Continues the neck's colour over the bust, and farther down the mean colour of neck and cheeks. */
function dress(
  texture: Float32Array,
  channels: number,
  size: number,
  { guides, seen, bust, neck, cheeks }: BustTexels,
): void {
  const continued = texture.slice();
  pullPush(continued, guides, size, channels);
  const mean = (weights: (texel: number) => number): Float32Array => {
    const sum = new Float64Array(channels);
    let total = 0;
    for (let texel = 0; texel < size * size; texel++) {
      const weight = weights(texel);
      if (weight === 0) continue;
      total += weight;
      for (let c = 0; c < channels; c++) sum[c]! += weight * texture[texel * channels + c]!;
    }
    return Float32Array.from(sum, (value) => value / Math.max(1e-9, total));
  };
  const ofNeck = mean((texel) => guides[texel]! * neck[texel]!);
  const ofCheeks = mean((texel) => cheeks[texel]! * (1 - bust[texel]!));
  for (let texel = 0; texel < size * size; texel++) {
    if (bust[texel] === 0) continue;
    // Of the part of the texel that shows anything.
    const share = bust[texel]! / (bust[texel]! + seen[texel]!);
    const far = smoothstep(BLEND[0], BLEND[1], neck[texel]!);
    for (let c = 0; c < channels; c++) {
      const at = texel * channels + c;
      const own = (1 - far) * continued[at]! + (far * (ofNeck[c]! + ofCheeks[c]!)) / 2;
      texture[at] = (1 - share) * texture[at]! + share * own;
    }
  }
}
