import { addAlbedo } from '../../model/albedo-modes.js';
import type { MorphableModel, TextureAlbedo } from '../../model/morphable-model.js';
import { createTexelMap } from '../../render/texel-map.js';
import { createFloatTexture, updateMipLevels, type Texture } from '../../render/texture.js';
import type { Random } from '../random.js';
import { cloud } from './cloud.js';
import type { FaceMeasures } from './face-areas.js';
import { wrinkleMap } from './wrinkles.js';

/** What a person's skin looks like; strengths are 0…1. */
export interface SkinLook {
  /** Coefficients of the albedo basis; the first is the tone, positive is light. */
  readonly albedo: Float32Array;
  readonly pores: number;
  readonly blotches: number;
  readonly freckles: number;
  readonly moles: number;
  readonly wrinkles: number;
}

/** Range of the tone that is sampled evenly, standard deviations: that of the skins of the basis. */
const TONE = [-1.05, 1.8] as const;
/**
 * Spread of the other albedo modes on light skin; they are differences of colour, which on dark skin are
 * smaller.
 */
const MODES = 0.8;

/** Age from which skin creases (about 35 years). */
const CREASED = 0.58;
/** Share of the light that the deepest crease keeps back. */
const CREASE = 0.3;

/** Least albedo relative to the mean's, and most red relative to green, linear. */
const DARKEST = 0.12;
const REDDEST = 3.2;

/** A skin for a person of a given age (0…1, see `PersonAttributes`). */
export function sampleSkin(albedo: TextureAlbedo, age: number, random: Random): SkinLook {
  const tone = random.uniform(...TONE);
  const spread = MODES * Math.min(1, 0.5 + 0.35 * (tone - TONE[0]));
  const coefficients = Float32Array.from({ length: albedo.count }, (_, k) =>
    k === 0 ? tone : random.normal(0, spread),
  );
  const rare = (chance: number): number => (random.uniform() < chance ? random.uniform(0.2, 1) : 0);
  return {
    albedo: coefficients,
    pores: random.uniform(0.3, 1) * (0.5 + age),
    blotches: random.uniform(0.2, 1),
    freckles: coefficients[0]! > 0.2 ? rare(0.2) : rare(0.03),
    moles: rare(0.4),
    wrinkles:
      Math.min(1, Math.max(0, (age - CREASED) / (1 - CREASED))) * random.uniform(0.4, 1) +
      random.uniform(0, 0.12),
  };
}

/** Texels per side: the resolution of a face in a photo of some 300 pixels. */
const PAINTED = 256;

/** Paints skins. */
export class SkinPainter {
  readonly texture: Texture;
  private readonly mean: Float32Array;
  private readonly albedo: TextureAlbedo;
  /** The skin without its marks. */
  private readonly plain: Float32Array;
  /** Texels that show skin. */
  private readonly texels: Uint32Array;
  private readonly pores: Float32Array;
  private readonly blotches: Float32Array;
  private readonly creases: Float32Array;

  /** @throws Error when the model's albedo is not a texture */
  constructor(model: MorphableModel, measures: FaceMeasures, random: Random) {
    const { albedo } = model;
    if (albedo?.kind !== 'texture')
      throw new Error('SkinPainter: the head model has no albedo texture; use the open head model.');
    const n = PAINTED;
    this.mean = shrink(albedo.mean, albedo.meanSize, n);
    const { triangle } = createTexelMap(model.parts[0]!.uvs, model.parts[0]!.uvTriangles, n);
    this.texels = Uint32Array.from(
      Array.from(triangle.keys()).filter((texel) => nearSkin(triangle, n, texel)),
    );
    this.albedo = albedo;
    this.plain = new Float32Array(this.mean.length);
    this.texture = createFloatTexture(n, n, 3, new Float32Array(n * n * 3));
    this.pores = cloud(n, n / 2, 2, random.fork('pores'));
    this.creases = wrinkleMap(model, measures, n);
    this.blotches = cloud(n, 10, 4, random.fork('blotches'));
  }

  /** Paints into `texture`, which the next call overwrites. */
  paint(
    { albedo: coefficients, pores, blotches, freckles, moles, wrinkles }: SkinLook,
    random: Random,
  ): Texture {
    const { data } = this.texture.levels[0]!;
    const { texels, plain, mean } = this;
    plain.set(mean);
    addAlbedo(this.albedo, coefficients, PAINTED, plain);
    const shown = new Float32Array(3);
    // Freckles and moles of the skin before.
    data.set(mean);
    for (let k = 0; k < texels.length; k++) {
      const texel = texels[k]!;
      const at = 3 * texel;
      // No skin is blacker than this share of the mean.
      for (let c = 0; c < 3; c++) shown[c] = Math.max(plain[at + c]!, DARKEST * mean[at + c]!);
      // Nor redder than blood under it makes it. Blood shows where the blotches are: more red, less of the
      // rest.
      const fine = (1 + 0.05 * pores * this.pores[texel]!) * (1 - CREASE * wrinkles * this.creases[texel]!);
      const red = 0.025 * blotches * this.blotches[texel]!;
      data[at] = clamp(Math.min(shown[0]!, REDDEST * shown[1]!) * fine * (1 + 0.4 * red));
      data[at + 1] = clamp(shown[1]! * fine * (1 - red));
      data[at + 2] = clamp(shown[2]! * fine * (1 - red));
    }
    for (let i = Math.round(freckles * 400); i > 0; i--)
      this.spot(random, random.uniform(0.4, 1), random.uniform(0.75, 0.93));
    for (let i = Math.round(moles * 6); i > 0; i--)
      this.spot(random, random.uniform(0.7, 1.6), random.uniform(0.25, 0.6));
    updateMipLevels(this.texture);
    return this.texture;
  }

  /** Darkens a small disk somewhere in the middle of the atlas, where the face is. */
  private spot(random: Random, radius: number, factor: number): void {
    const { width: n, data } = this.texture.levels[0]!;
    const x = n * random.uniform(0.25, 0.75);
    const y = n * random.uniform(0.2, 0.8);
    for (let py = Math.floor(y - radius - 1); py <= y + radius + 1; py++) {
      for (let px = Math.floor(x - radius - 1); px <= x + radius + 1; px++) {
        if (px < 0 || py < 0 || px >= n || py >= n) continue;
        const cover = clamp(radius + 0.5 - Math.hypot(px + 0.5 - x, py + 0.5 - y));
        for (let c = 0; c < 3; c++)
          data[(py * n + px) * 3 + c]! *= 1 - cover * (1 - factor) * (c === 0 ? 0.8 : 1);
      }
    }
  }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Whether a texel shows skin, or has a neighbour that does: textures are interpolated. */
function nearSkin(triangle: Int32Array, n: number, texel: number): boolean {
  const x = texel % n;
  const y = Math.floor(texel / n);
  for (let v = Math.max(0, y - 2); v <= Math.min(n - 1, y + 2); v++)
    for (let u = Math.max(0, x - 2); u <= Math.min(n - 1, x + 2); u++)
      if (triangle[v * n + u]! >= 0) return true;
  return false;
}

/** Area average of a square picture of three channels. */
function shrink(source: Float32Array, from: number, to: number): Float32Array {
  const step = from / to;
  const out = new Float32Array(to * to * 3);
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      for (let dy = 0; dy < step; dy++) {
        for (let dx = 0; dx < step; dx++) {
          for (let c = 0; c < 3; c++)
            out[(y * to + x) * 3 + c]! +=
              source[((y * step + dy) * from + x * step + dx) * 3 + c]! / step ** 2;
        }
      }
    }
  }
  return out;
}
