import { createImage, type Image } from '../../math/image.js';
import { byteOfLinear } from '../../render/color.js';
import { joinSeam } from '../../render/join-seam.js';
import { padIslands } from '../../render/pad-islands.js';
import { pullPush } from '../../render/pull-push.js';
import type { TexelMap } from '../../render/texel-map.js';
import type { HeadTextures } from '../reconstruction.js';

/** What a photo shows of the skin's atlas. */
export interface Unwrapped {
  /** Albedo seen in the photo, S×S×3 linear, 0 where the photo says nothing. */
  readonly albedo: Float32Array;
  /** Trust, S×S. */
  readonly weight: Float32Array;
  /**
   * Share of the trust that goes to skin like the rest of the face, and to hair: what may colour the
   * surroundings. S×S.
   */
  readonly typical: Float32Array;
  /** The part of it that goes to skin, S×S. */
  readonly skin: Float32Array;
  /** Irradiance, S×S×3. */
  readonly shade: Float32Array;
}

/** Mirrored skin counts this much of the skin it mirrors. */
const MIRROR_TRUST = 0.95;

/** Bilinear look-up of a square RGB texture at a point given in its own texels. */
export function lookUp(texture: Float32Array, n: number, u: number, v: number, out: Float32Array): void {
  const cu = Math.min(n - 1.001, Math.max(0, u));
  const cv = Math.min(n - 1.001, Math.max(0, v));
  const x0 = Math.floor(cu);
  const y0 = Math.floor(cv);
  const fx = cu - x0;
  const fy = cv - y0;
  const a = (y0 * n + x0) * 3;
  const c = a + n * 3;
  for (let k = 0; k < 3; k++) {
    const top = texture[a + k]! + fx * (texture[a + 3 + k]! - texture[a + k]!);
    out[k] = top + fy * (texture[c + k]! + fx * (texture[c + 3 + k]! - texture[c + k]!) - top);
  }
}

/** The grid on which mirrored skin is brought to the tone around it: some 2 cm a cell. */
const TONE_SIZE = 16;
/** Natural logarithm of the largest change of tone. */
const LARGEST_TONE = 0.7;

/**
 * By what mirrored skin has to be multiplied to have the tone of the skin that it continues: the two sides of
 * a face are lit, and de-lit, differently. On a coarse grid, so that brows and moles stay.
 * @param filled as of `correctedAlbedo`
 */
function mirrorTone(seen: Unwrapped, filled: Float32Array, filledSize: number, size: number): Float32Array {
  const n = TONE_SIZE;
  const seenTone = meanLog(seen.albedo, size, seen.weight);
  const ownTone = meanLog(filled, filledSize);
  return new Float32Array(3 * n * n).map((_, at) => {
    const cell = Math.floor(at / 3);
    const x = cell % n;
    const mirrored = (cell - x + n - 1 - x) * 3 + (at % 3);
    const change = ownTone[at]! - seenTone[mirrored]!;
    return Math.exp(Math.min(LARGEST_TONE, Math.max(-LARGEST_TONE, change)));
  });
}

/** Over this share of the atlas from its seam both sides become one. */
const SEAM = 0.04;
/** Empty texels this near to the skin take its colour: nothing else bleeds into it when it is filtered. */
const PADDING = 4;

/** Values of this are below none. */
const DARKEST = 1e-3;
/** The product of so many values from `DARKEST` on is a number yet: one logarithm for all of them. */
const FACTORS = 32;

/**
 * Mean logarithms of a square RGB texture over the cells of the tone's grid, continued where nothing is.
 * @param weighting of the texels, S×S; default: they count alike
 */
function meanLog(texture: Float32Array, size: number, weighting?: Float32Array): Float32Array {
  const n = TONE_SIZE;
  const block = size / n;
  const sums = new Float32Array(3 * n * n);
  const weights = new Float32Array(n * n);
  for (let y = 0; y < size; y++) {
    const row = Math.floor(y / block) * n;
    if (!weighting) {
      addRowOfLogs(texture, 3 * y * size, block, row, sums, weights);
      continue;
    }
    for (let x = 0; x < size; x++) {
      const texel = y * size + x;
      const weight = weighting[texel]!;
      if (weight === 0) continue;
      const cell = row + Math.floor(x / block);
      weights[cell]! += weight;
      for (let k = 0; k < 3; k++)
        sums[3 * cell + k]! += weight * Math.log(Math.max(DARKEST, texture[3 * texel + k]!));
    }
  }
  for (let cell = 0; cell < n * n; cell++)
    for (let k = 0; k < 3; k++) if (weights[cell]! > 0) sums[3 * cell + k]! /= weights[cell]!;
  // Cells of which little is seen lean on their neighbours.
  pullPush(
    sums,
    weights.map((weight) => weight / (block * block)),
    n,
    3,
  );
  return sums;
}

/** Adds the logarithms of a row of texels to a row of cells. @param first index of the row's first value */
function addRowOfLogs(
  texture: Float32Array,
  first: number,
  block: number,
  row: number,
  sums: Float32Array,
  weights: Float32Array,
): void {
  let at = first;
  for (let cell = row; cell < row + TONE_SIZE; cell++) {
    for (let left = block; left > 0; left -= FACTORS) {
      const end = at + 3 * Math.min(left, FACTORS);
      let [r, g, b] = [1, 1, 1];
      for (; at < end; at += 3) {
        r *= Math.max(DARKEST, texture[at]!);
        g *= Math.max(DARKEST, texture[at + 1]!);
        b *= Math.max(DARKEST, texture[at + 2]!);
      }
      sums[3 * cell]! += Math.log(r);
      sums[3 * cell + 1]! += Math.log(g);
      sums[3 * cell + 2]! += Math.log(b);
    }
    weights[cell]! += block;
  }
}

/**
 * Mixes what the photo shows, what its mirror image shows and the corrected model albedo; writes both
 * textures.
 */
export function compose(
  seen: Unwrapped,
  map: TexelMap,
  filled: Float32Array,
  filledSize: number,
): Pick<HeadTextures, 'albedo' | 'coverage' | 'sources'> & { photo: Image } {
  const { size } = map;
  const scale = filledSize / size;
  const photo = createImage(size, size, 3);
  const albedo = createImage(size, size, 3);
  const coverage = createImage(size, size, 1);
  const sources = createImage(size, size, 3);
  const tone = mirrorTone(seen, filled, filledSize, size);
  const toneScale = TONE_SIZE / size;
  const gain = new Float32Array(3);
  const base = new Float32Array(3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const texel = y * size + x;
      const at = texel * 3;
      const w = Math.min(1, seen.weight[texel]!);
      const empty = map.triangle[texel]! < 0;
      const mirror = texel - x + size - 1 - x;
      const wm = w < 1 && !empty ? MIRROR_TRUST * Math.min(1, seen.weight[mirror]!) : 0;
      if (empty) {
        // Between the islands anything smooth will do; it only bleeds into their edges when the texture is
        // filtered.
        const nearest = (Math.floor((y + 0.5) * scale) * filledSize + Math.floor((x + 0.5) * scale)) * 3;
        for (let k = 0; k < 3; k++) base[k] = filled[nearest + k]!;
      } else if (w < 1) lookUp(filled, filledSize, (x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5, base);
      coverage.data[texel] = 255 * w + 0.5;
      const ofMirror = Math.round(255 * (1 - w) * wm);
      if (!empty) {
        const ofPhoto = coverage.data[texel]!;
        sources.data[at] = ofPhoto;
        sources.data[at + 1] = ofMirror;
        sources.data[at + 2] = Math.max(0, 255 - ofPhoto - ofMirror);
      }
      if (wm > 0) lookUp(tone, TONE_SIZE, (x + 0.5) * toneScale - 0.5, (y + 0.5) * toneScale - 0.5, gain);
      for (let k = 0; k < 3; k++) {
        const mirrored = seen.albedo[mirror * 3 + k]! * gain[k]!;
        const rest = wm > 0 ? wm * mirrored + (1 - wm) * base[k]! : base[k]!;
        const value = w > 0 ? w * seen.albedo[at + k]! + (1 - w) * rest : rest;
        albedo.data[at + k] = byteOfLinear(value);
        photo.data[at + k] = empty ? albedo.data[at + k]! : byteOfLinear(value * seen.shade[at + k]!);
      }
    }
  }
  for (const { data } of [photo, albedo]) joinSeam(data, size, 3, SEAM);
  const [paddedPhoto, paddedAlbedo] = [photo, albedo].map((image) =>
    padIslands(image, map, { padding: PADDING }),
  ) as [Image, Image];
  return { photo: paddedPhoto, albedo: paddedAlbedo, coverage, sources };
}
