import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import sharp from 'sharp';
import { pullPush } from '../../src/render/pull-push.js';
import { createTexelMap, type TexelMap } from '../../src/render/texel-map.js';
import type { SkinMesh } from './skin-mesh.js';

export interface AlbedoModel {
  readonly meanSize: number;
  /** meanSize×meanSize×3, linear. */
  readonly mean: Float32Array;
  readonly modeSize: number;
  /** Change of linear RGB for one standard deviation, modeSize×modeSize×3 each. */
  readonly modes: readonly Float32Array[];
  /** Share of the skins' variance that each mode explains. */
  readonly explained: readonly number[];
  readonly skins: readonly string[];
}

/** A skin texture in linear light. */
interface Skin {
  readonly name: string;
  readonly size: number;
  readonly data: Float32Array;
}

function linearFromSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The human skins of the package, without the two that wear a printed suit. */
async function readSkins(packageFolder: string): Promise<Skin[]> {
  const root = join(packageFolder, 'public/data/skins');
  const files = (await readdir(root, { recursive: true }))
    .filter((file) => /textures.*_diffuse\d*\.png$/.test(file))
    .sort();
  const decode = Float32Array.from({ length: 256 }, (_, i) => linearFromSrgb(i / 255));
  return Promise.all(
    files.map(async (file) => {
      const { data, info } = await sharp(join(root, file))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      if (info.width !== info.height) throw new Error(`skin ${file}: expected a square texture`);
      return {
        name: file.split('/')[0]!,
        size: info.width,
        data: Float32Array.from(data, (value) => decode[value]!),
      };
    }),
  );
}

/** Catmull-Rom weights for a fraction in 0…1. */
function cubicWeights(f: number): readonly [number, number, number, number] {
  return [
    ((-0.5 * f + 1) * f - 0.5) * f,
    (1.5 * f - 2.5) * f * f + 1,
    ((-1.5 * f + 2) * f + 0.5) * f,
    (0.5 * f - 0.5) * f * f,
  ];
}

/** Bicubic sample at u right, v up; the head's texels are few, so smooth interpolation matters. */
function sampleSkin(skin: Skin, u: number, v: number, out: Float32Array, at: number): void {
  const x = u * skin.size - 0.5;
  const y = (1 - v) * skin.size - 0.5;
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const wx = cubicWeights(x - x0);
  const wy = cubicWeights(y - y0);
  const clamp = (value: number) => Math.min(skin.size - 1, Math.max(0, value));
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      const row = clamp(y0 - 1 + j) * skin.size;
      for (let i = 0; i < 4; i++) sum += wy[j]! * wx[i]! * skin.data[(row + clamp(x0 - 1 + i)) * 3 + c]!;
    }
    out[at + c] = Math.min(1, Math.max(0, sum));
  }
}

/** A body skin resampled to the head atlas; empty texels are filled smoothly. */
function resample(skin: Skin, { body }: SkinMesh, map: TexelMap): Float32Array {
  const { size } = map;
  const out = new Float32Array(size * size * 3);
  const weights = new Float32Array(size * size);
  for (let texel = 0; texel < size * size; texel++) {
    const t = map.triangle[texel]!;
    if (t < 0) continue;
    const wa = map.weights[texel * 2]!;
    const wb = map.weights[texel * 2 + 1]!;
    const wc = 1 - wa - wb;
    const at = (axis: number): number =>
      wa * body[t * 6 + axis]! + wb * body[t * 6 + 2 + axis]! + wc * body[t * 6 + 4 + axis]!;
    if (Number.isNaN(at(0))) continue;
    sampleSkin(skin, at(0), at(1), out, texel * 3);
    weights[texel] = 1;
  }
  pullPush(out, weights, size, 3);
  return out;
}

function mirrored(texture: Float32Array, size: number): Float32Array {
  const out = new Float32Array(texture.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 3; c++) out[(y * size + x) * 3 + c] = texture[(y * size + size - 1 - x) * 3 + c]!;
    }
  }
  return out;
}

function halved(texture: Float32Array, size: number): Float32Array {
  const half = size / 2;
  const out = new Float32Array(half * half * 3);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += texture[((2 * y + (k >> 1)) * size + 2 * x + (k & 1)) * 3 + c]!;
        out[(y * half + x) * 3 + c] = sum / 4;
      }
    }
  }
  return out;
}

/**
 * Mean and principal modes of the skins in linear light. Each skin enters once as it is and once mirrored, so
 * that the mean is symmetric; the first mode is overall tone.
 */
export async function buildAlbedo(
  packageFolder: string,
  mesh: SkinMesh,
  meanSize: number,
  modeCount: number,
): Promise<AlbedoModel> {
  const skins = await readSkins(packageFolder);
  const map = createTexelMap(mesh.uvs, mesh.uvTriangles, meanSize);
  const textures = skins.flatMap((skin) => {
    const texture = resample(skin, mesh, map);
    return [texture, mirrored(texture, meanSize)];
  });
  const mean = new Float32Array(meanSize * meanSize * 3);
  for (const texture of textures)
    for (let i = 0; i < mean.length; i++) mean[i]! += texture[i]! / textures.length;
  const differences = textures.map((texture) =>
    halved(
      texture.map((value, i) => value - mean[i]!),
      meanSize,
    ),
  );
  const n = differences.length;
  const gram = new Matrix(n, n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let i = 0; i < differences[a]!.length; i++) dot += differences[a]![i]! * differences[b]![i]!;
      gram.set(a, b, dot);
      gram.set(b, a, dot);
    }
  }
  const eigen = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const total = eigen.realEigenvalues.reduce((sum, value) => sum + value, 0);
  const order = eigen.realEigenvalues
    .map((value, index) => ({ value, index }))
    .sort((p, q) => q.value - p.value)
    .slice(0, modeCount);
  const modes = order.map(({ index }) => {
    const mode = new Float32Array(differences[0]!.length);
    for (let sample = 0; sample < n; sample++) {
      const score = eigen.eigenvectorMatrix.get(sample, index) / Math.sqrt(n);
      for (let i = 0; i < mode.length; i++) mode[i]! += score * differences[sample]![i]!;
    }
    return brightening(mode);
  });
  return {
    meanSize,
    mean,
    modeSize: meanSize / 2,
    modes,
    explained: order.map(({ value }) => value / total),
    skins: skins.map((skin) => skin.name),
  };
}

/** The sign that makes a mode lighten the skin on the whole, so that rebuilding never flips it. */
function brightening(mode: Float32Array): Float32Array {
  const sum = mode.reduce((total, value) => total + value, 0);
  return sum < 0 ? mode.map((value) => -value) : mode;
}
