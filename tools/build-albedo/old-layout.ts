import type { MorphableModel } from '../../src/model/morphable-model.js';
import { createTexelMap } from '../../src/render/texel-map.js';
import type { SkinMesh } from '../build-head-model/skin-mesh.js';

/** So near to the borders of the old layout, shares of it, its textures hold what lies beside the skin. */
const BORDER = 0.009;

/**
 * Textures of the old layout without what bled in at the borders of its islands: there each texel takes the
 * nearest good one. The face and the pockets have no borders that were seen, and stay.
 */
export function withoutBorders(
  model: MorphableModel,
  skin: SkinMesh,
): (texture: Float32Array, n: number, channels: number) => Float32Array {
  const sources = new Map<number, Int32Array>();
  return (texture, n, channels) => {
    let source = sources.get(n);
    if (!source) sources.set(n, (source = nearestGood(goodTexels(model, skin, n), n)));
    const out = new Float32Array(texture.length);
    source.forEach((from, texel) => {
      for (let c = 0; c < channels; c++) out[texel * channels + c] = texture[from * channels + c]!;
    });
    return out;
  };
}

function goodTexels(model: MorphableModel, { flat }: SkinMesh, n: number): Uint8Array {
  const { triangles } = model.parts[0]!;
  const uvs = flat.map((value) => (Number.isNaN(value) ? 0 : value));
  const { triangle } = createTexelMap(
    uvs,
    Uint32Array.from({ length: triangles.length }, (_, i) => i),
    n,
  );
  const kept = ['face', 'mouthCavity', 'sockets'].map((name) => model.regions.get(name)!);
  const inKept = (t: number): boolean =>
    [0, 1, 2].some((k) => kept.some((mask) => mask[triangles[3 * t + k]!]! > 0.5));
  const reach = Math.ceil(BORDER * n);
  return Uint8Array.from(triangle, (t, texel) => {
    if (t < 0) return 0;
    if (inKept(t)) return 1;
    const [x, y] = [texel % n, Math.floor(texel / n)];
    for (let v = y - reach; v <= y + reach; v++)
      for (let u = x - reach; u <= x + reach; u++) {
        if (Math.hypot(u - x, v - y) > reach) continue;
        if (u < 0 || v < 0 || u >= n || v >= n || triangle[v * n + u]! < 0) return 0;
      }
    return 1;
  });
}

/** The good texel nearest to each, along rows and columns. */
function nearestGood(good: Uint8Array, n: number): Int32Array {
  const source = new Int32Array(n * n).fill(-1);
  let front: number[] = [];
  good.forEach((is, texel) => {
    if (!is) return;
    source[texel] = texel;
    front.push(texel);
  });
  while (front.length > 0) {
    const next: number[] = [];
    for (const texel of front) {
      const x = texel % n;
      for (const near of [x > 0 ? texel - 1 : -1, x < n - 1 ? texel + 1 : -1, texel - n, texel + n]) {
        if (near < 0 || near >= n * n || source[near]! >= 0) continue;
        source[near] = source[texel]!;
        next.push(near);
      }
    }
    front = next;
  }
  return source;
}
