import { lookUp } from '../../src/fit/appearance/compose-textures.js';
import { smoothstep } from '../../src/math/smoothstep.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { joinSeam } from '../../src/render/join-seam.js';
import { FACE_WINDOW } from '../build-head-model/atlas.js';
import { ATLAS_SIZE, readWholeSkin, WINDOW_SIZE } from './collected-skin.js';
import { mirrored, type SkinBasis } from './skin-statistics.js';

/** Shares of the window's sides over which detail fades in from its border. */
const FADE = 0.1;

/** A model that wears the statistics of skins: their mean at full size and their modes. */
export async function withSkins(
  model: MorphableModel,
  basis: SkinBasis,
  folder: string,
): Promise<MorphableModel> {
  const { albedo } = model;
  if (albedo?.kind !== 'texture') throw new Error('withSkins: expected a model with a textured albedo.');
  const size = albedo.meanSize;
  const skins = albedoOf(await meanSkin(basis, folder, size), size, basis);
  return { ...model, albedo: skins, metadata: { ...model.metadata, ...skinMetadata(basis.used.length) } };
}

/** Texels of the coarse grid over which modes become the same on both sides of the atlas' seam. */
const SEAM = 2;

/**
 * The albedo of modes over the face window and over the atlas.
 * @param mean size²×3
 */
export function albedoOf(
  mean: Float32Array,
  size: number,
  { face, atlas }: Pick<SkinBasis, 'face' | 'atlas'>,
): TextureAlbedo {
  const coarse = atlas.map((mode) => {
    const joined = mode.slice();
    joinSeam(joined, ATLAS_SIZE, 3, SEAM / ATLAS_SIZE);
    return joined;
  });
  const detail = face.map((mode, k) => detailOf(mode, coarse[k]!));
  return {
    kind: 'texture',
    count: face.length,
    meanSize: size,
    mean,
    modeSize: ATLAS_SIZE,
    modes: concatenated(coarse),
    detail: { ...FACE_WINDOW, size: WINDOW_SIZE, modes: concatenated(detail) },
  };
}

/** Where the skins come from, for the model's metadata. */
export function skinMetadata(count: number): Readonly<Record<string, string>> {
  return {
    licence: 'CC0-1.0 AND MIT AND CC-BY-4.0',
    skins:
      `Statistics of ${count} skins, of people who do not exist (SFHQ-T2I, MIT, Copyright (c) 2024 David ` +
      'Beniaguev) and of portraits of the 3DSK and Canadian sets of webmorphR.stim (CC BY 4.0).',
    skinBuilder: 'npm run build-albedo',
  };
}

/** Weighed mean of the whole textures and their mirror images. */
async function meanSkin({ used }: SkinBasis, folder: string, size: number): Promise<Float32Array> {
  const sum = new Float64Array(3 * size * size);
  let total = 0;
  for (const { file, weight } of used) {
    const skin = await readWholeSkin(folder, file);
    if (skin.length !== sum.length) throw new Error(`${file}: expected a texture of ${size}².`);
    total += weight;
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * skin[i]!;
  }
  const mean = Float32Array.from(sum, (value) => value / total);
  const mirror = mirrored(mean, size);
  return mean.map((value, i) => (value + mirror[i]!) / 2);
}

/** What a mode has over the window beyond what the coarse one says there; nothing at the border. */
function detailOf(face: Float32Array, atlas: Float32Array): Float32Array {
  const out = new Float32Array(face.length);
  const coarse = new Float32Array(3);
  for (let y = 0; y < WINDOW_SIZE; y++)
    for (let x = 0; x < WINDOW_SIZE; x++) {
      const inside = fade(x) * fade(y);
      const u = FACE_WINDOW.left + (FACE_WINDOW.width * (x + 0.5)) / WINDOW_SIZE;
      const v = FACE_WINDOW.top + (FACE_WINDOW.height * (y + 0.5)) / WINDOW_SIZE;
      lookUp(atlas, ATLAS_SIZE, u * ATLAS_SIZE - 0.5, v * ATLAS_SIZE - 0.5, coarse);
      for (let c = 0; c < 3; c++) {
        const at = 3 * (y * WINDOW_SIZE + x) + c;
        out[at] = inside * (face[at]! - coarse[c]!);
      }
    }
  return out;
}

function fade(cell: number): number {
  const from = Math.min(cell, WINDOW_SIZE - 1 - cell) / (FADE * WINDOW_SIZE);
  return smoothstep(0, 1, from);
}

function concatenated(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, k) => {
    out.set(row, k * width);
  });
  return out;
}
