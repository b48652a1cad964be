import type { MorphableModel } from '../../model/morphable-model.js';
import type { Reconstruction } from '../reconstruction.js';

/**
 * Share of the region of each brow that the photo texture took from the photo, 0…1; 0 without a photo
 * texture.
 */
export function browCoverage(
  model: MorphableModel,
  { textures }: Reconstruction,
): { readonly right: number; readonly left: number } {
  const brows = model.regions.get('brows');
  const skin = model.parts[0]!;
  if (!brows || !textures?.photo) return { right: 0, left: 0 };
  const { width, height, data } = textures.coverage;
  const sum = { right: 0, left: 0 };
  const count = { right: 0, left: 0 };
  skin.uvTriangles.forEach((uv, corner) => {
    const vertex = skin.triangles[corner]!;
    if (brows[vertex]! <= 0.5) return;
    const side = model.meanShape[vertex * 3]! < 0 ? 'right' : 'left';
    const x = Math.min(width - 1, Math.floor(skin.uvs[uv * 2]! * width));
    const y = Math.min(height - 1, Math.floor(skin.uvs[uv * 2 + 1]! * height));
    sum[side] += data[y * width + x]! / 255;
    count[side]++;
  });
  return { right: sum.right / Math.max(1, count.right), left: sum.left / Math.max(1, count.left) };
}

/** Corners of the triangles of each side (indices into `triangles`); x < 0 is the subject's right. */
export function sidesOfBrows(
  positions: ArrayLike<number>,
  triangles: Uint32Array,
): { readonly right: Uint32Array; readonly left: Uint32Array } {
  const right: number[] = [];
  const left: number[] = [];
  for (let i = 0; i < triangles.length; i += 3) {
    const x =
      positions[triangles[i]! * 3]! + positions[triangles[i + 1]! * 3]! + positions[triangles[i + 2]! * 3]!;
    (x < 0 ? right : left).push(i, i + 1, i + 2);
  }
  return { right: Uint32Array.from(right), left: Uint32Array.from(left) };
}
