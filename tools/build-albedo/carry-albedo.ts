import { albedoModesAt } from '../../src/model/albedo-modes.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { FACE_WINDOW } from '../build-head-model/atlas.js';
import { shippedSkinMesh } from '../build-head-model/skin-mesh.js';
import { atlasChange, type AtlasChange } from './atlas-change.js';
import { ATLAS_SIZE, resampled, WINDOW_SIZE } from './collected-skin.js';
import { mirrored } from './skin-statistics.js';
import { darkPocket } from './dark-pocket.js';
import { albedoOf } from './with-skins.js';

/** Texels per side on which the modes of the old model are drawn: finer than their detail. */
const DRAWN = 256;

/**
 * The albedo of a model on another: the same coefficients show the same skin. Models before the bust have
 * another layout; between models of one layout it is the same.
 */
export async function carryAlbedo(from: MorphableModel, to: MorphableModel): Promise<MorphableModel> {
  const { albedo } = from;
  if (albedo?.kind !== 'texture') throw new Error('carryAlbedo: the old model has no textured albedo.');
  const skins = Object.entries(from.metadata).filter(([key]) => /^(licence|skins|skinBuilder)$/.test(key));
  const metadata = { ...to.metadata, ...Object.fromEntries(skins) };
  if (isOneLayout(from, to)) return { ...to, albedo: darkPocket(to, albedo), metadata };
  const skin = await shippedSkinMesh();
  const change = atlasChange(to, skin, albedo.meanSize);
  const mean = change.carry(albedo.mean, albedo.meanSize, 3);
  const mirror = mirrored(mean, change.size);
  const even = mean.map((value, i) => (value + mirror[i]!) / 2);
  const carried = albedoOf(even, change.size, carriedModes(albedo, change));
  return { ...to, albedo: darkPocket(to, carried), metadata };
}

function isOneLayout(a: MorphableModel, b: MorphableModel): boolean {
  const [own, other] = [a.parts[0]!.uvs, b.parts[0]!.uvs];
  return own.length === other.length && own.every((value, i) => value === other[i]);
}

function carriedModes(
  albedo: TextureAlbedo,
  change: AtlasChange,
): { face: Float32Array[]; atlas: Float32Array[] } {
  const drawn = drawnModes(albedo);
  const whole = { left: 0, top: 0, width: 1, height: 1 };
  const out: { face: Float32Array[]; atlas: Float32Array[] } = { face: [], atlas: [] };
  for (let k = 0; k < albedo.count; k++) {
    const width = 3 * DRAWN * DRAWN;
    const mode = change.carry(drawn.subarray(k * width, (k + 1) * width), DRAWN, 3);
    out.face.push(resampled(mode, change.size, 3, FACE_WINDOW, WINDOW_SIZE));
    out.atlas.push(resampled(mode, change.size, 3, whole, ATLAS_SIZE));
  }
  return out;
}

/** All modes over the whole atlas, count×DRAWN²×3. */
function drawnModes(albedo: TextureAlbedo): Float32Array {
  const centers = Float32Array.from({ length: 2 * DRAWN * DRAWN }, (_, i) => {
    const texel = i >> 1;
    return ((i % 2 === 0 ? texel % DRAWN : Math.floor(texel / DRAWN)) + 0.5) / DRAWN;
  });
  return albedoModesAt(albedo, centers);
}
