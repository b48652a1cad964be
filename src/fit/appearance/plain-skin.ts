import { evaluateAlbedo } from '../../model/albedo-modes.js';
import type { MorphableModel } from '../../model/morphable-model.js';

/** Mid skin, linear; for models without albedo. */
const plainSkin = [0.48, 0.29, 0.22] as const;

/** One colour for a skin without texture: the mean of the model's albedo over the face, linear. */
export function plainSkinColor(
  model: MorphableModel,
  coefficients: ArrayLike<number>,
): readonly [number, number, number] {
  const { albedo } = model;
  if (!albedo) return plainSkin;
  const face = model.regions.get('face');
  if (albedo.kind === 'vertex') return meanColor(albedo.mean, (i) => face?.[i] ?? 1);
  const texels = evaluateAlbedo(albedo, coefficients);
  const weights = new Float32Array(texels.length / 3);
  const { triangles, uvTriangles, uvs } = model.parts[0]!;
  uvTriangles.forEach((uv, corner) => {
    const texel = (at: number) =>
      Math.min(albedo.meanSize - 1, Math.max(0, Math.floor(at * albedo.meanSize)));
    weights[texel(uvs[uv * 2 + 1]!) * albedo.meanSize + texel(uvs[uv * 2]!)] =
      face?.[triangles[corner]!] ?? 1;
  });
  return meanColor(texels, (i) => weights[i]!);
}

function meanColor(
  colors: Float32Array,
  weight: (index: number) => number,
): readonly [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let total = 0;
  for (let i = 0; i < colors.length / 3; i++) {
    const w = weight(i);
    if (w === 0) continue;
    total += w;
    for (let k = 0; k < 3; k++) sum[k]! += w * colors[3 * i + k]!;
  }
  return total > 0 ? [sum[0] / total, sum[1] / total, sum[2] / total] : plainSkin;
}
