import { createImage, type Image } from '../../math/image.js';
import { smoothstep } from '../../math/smoothstep.js';
import { evaluateAlbedo } from '../../model/albedo-modes.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { ModelPart, MorphableModel, TextureAlbedo } from '../../model/morphable-model.js';
import { encodeSrgb, linearOfByte } from '../../render/color.js';
import { texelMapOf, type TexelMap } from '../../render/texel-map.js';
import type { Appearance } from './fit-appearance.js';
import { correctedAlbedo, correctionField } from './correction-field.js';
import { HAIR_FROM, HAIR_TO } from './correction-shares.js';
import { evenLight } from './even-light.js';
import { fitSkinAlbedo } from './fit-skin-albedo.js';
import { hairTone } from '../hair/hair-tone.js';
import { minified, type Minified } from './minify.js';
import { compose, type Unwrapped } from './compose-textures.js';
import { doubtfulness, leaveOddTexels } from './odd-texels.js';
import { partLooks } from './part-looks.js';
import type { FittedHair } from '../hair/fitted-hair.js';
import type { HeadTextures } from '../reconstruction.js';
import type { SkinCertainty } from './skin-certainty.js';
import { withinFace } from './within-face.js';
import { skinWeight } from './skin-samples.js';
import { vertexIrradiance, type SeenHead } from './skin-geometry.js';

/**
 * Cosines to the camera between which the photo fades in; grazing skin is smeared and mixed with background.
 */
const FADE_FROM = 0.18;
const FADE_TO = 0.45;
/** The same for scalp, ears and neck, where the model's outline is rarely the person's. */
const REST_FADE_FROM = 0.35;
const REST_FADE_TO = 0.65;
/** Agreement with the skin's colour between which ears and neck fade in. */
const SKIN_FROM = 0.15;
const SKIN_TO = 0.6;
/** Light is known where skin faced the camera; with normals turned further away it fades to the mean. */
const LIGHT_FROM = -0.3;
const LIGHT_TO = 0.35;
/**
 * Irradiance below this share of the mean is taken as this, so that dividing by it does not blow noise up.
 */
const DARKEST = 0.2;
/** Shares of the mean light between which skin lies in deep shadow. */
const SHADOW_FROM = 0.25;
const SHADOW_TO = 0.5;
/** Linear values between which a pixel is too dark for a colour: there is noise, and the blocks of a JPEG. */
const BLACK_FROM = 0.0015;
const BLACK_TO = 0.006;
/** Of hair, linear. */
const LEAST_ALBEDO = 0.004;

/**
 * How far the photo is believed at each vertex, 0…1. Below the head there are clothes more often than skin:
 * there it is believed where the bust is neck, and only if a parser tells skin from clothes.
 */
function photoTrust(
  model: MorphableModel,
  head: SeenHead,
  image: Image,
  appearance: Appearance,
  doubtful: Float32Array,
  parsed: boolean,
): Float32Array {
  const { vertexCount } = model.parts[0]!;
  const region = (name: string) => model.regions.get(name);
  const [face, cavity, sockets] = [region('face'), region('mouthCavity'), region('sockets')];
  const [bust, neck] = [region('bust'), region('neck')];
  const trust = new Float32Array(model.vertexCount);
  for (let v = 0; v < vertexCount; v++) {
    const x = head.pixels[v * 2]!;
    const y = head.pixels[v * 2 + 1]!;
    if (!(x > 1 && x < image.width - 1 && y > 1 && y < image.height - 1) || head.unhidden[v] === 0) continue;
    const inFace = face?.[v] ?? 1;
    const pocket = Math.max(cavity?.[v] ?? 0, sockets?.[v] ?? 0);
    const bare = bust && bust[v]! > 0.5 ? (parsed ? (neck?.[v] ?? 0) : 0) : 1;
    const facing = head.facing[v]!;
    const plausible = 1 - doubtful[v]! * (1 - smoothstep(SKIN_FROM, SKIN_TO, appearance.inlier[v]!));
    trust[v] =
      (1 - pocket) *
      bare *
      plausible *
      (inFace * smoothstep(FADE_FROM, FADE_TO, facing) +
        (1 - inFace) * smoothstep(REST_FADE_FROM, REST_FADE_TO, facing));
  }
  return trust;
}

/**
 * Off the scalp only skin that agrees with the fit colours what lies around it: not brows, lips, hair, or a
 * hand in front.
 */
function typicalness(model: MorphableModel, like: Float32Array): Float32Array {
  const scalp = model.regions.get('scalp');
  return like.map((inlier, v) => 1 - (1 - smoothstep(HAIR_FROM, HAIR_TO, scalp?.[v] ?? 0)) * (1 - inlier));
}

/** Skin of an odd colour, in a shadow or a highlight, still says this much of what is beside it. */
const SURE_SKIN = 0.6;

/**
 * How much each vertex may colour what lies around it: skin that agrees with the fit, and what a parser is
 * sure of, but not brows and lips. V, 0…1.
 */
function colouring(
  model: MorphableModel,
  head: SeenHead,
  { inlier }: Appearance,
  certainty: SkinCertainty | undefined,
): Float32Array {
  if (!certainty) return inlier;
  return inlier.map((agrees, v) => {
    const sure = skinWeight(model, v) * certainty.skin(head.pixels[2 * v]!, head.pixels[2 * v + 1]!);
    return Math.max(agrees, SURE_SKIN * sure);
  });
}

/** How surely the photo shows the person in a texel: its triangle, two weights, and its pixel. */
type TexelCertainty = (
  a: number,
  b: number,
  c: number,
  wa: number,
  wb: number,
  x: number,
  y: number,
) => number;

/**
 * Off the scalp only skin is the person, on it hair as well; under hair that is worn, nothing: a photo's hair
 * painted on the scalp would show between its strands.
 */
function texelCertainty(
  model: MorphableModel,
  certainty: SkinCertainty | undefined,
  hair: FittedHair | undefined,
): TexelCertainty {
  if (!certainty) return () => 1;
  const scalp = model.regions.get('scalp');
  return (a, b, c, wa, wb, x, y) => {
    const share = scalp ? wa * scalp[a]! + wb * scalp[b]! + (1 - wa - wb) * scalp[c]! : 0;
    const hairy = smoothstep(HAIR_FROM, HAIR_TO, share);
    if (hairy === 0) return certainty.skin(x, y);
    if (hair) return (1 - hairy) * certainty.skin(x, y);
    return hairy * certainty.head(x, y) + (1 - hairy) * certainty.skin(x, y);
  };
}

/** Reads the photo at every texel and divides the fitted light out. */
function unwrap(
  part: ModelPart,
  map: TexelMap,
  head: SeenHead,
  trust: Float32Array,
  typicalness: Float32Array,
  inlier: Float32Array,
  irradiance: Float32Array,
  meanLight: readonly number[],
  photo: Minified,
  certain: TexelCertainty,
): Unwrapped {
  const { size } = map;
  const texels = size * size;
  const albedo = new Float32Array(texels * 3);
  const weight = new Float32Array(texels);
  const typical = new Float32Array(texels);
  const skin = new Float32Array(texels);
  const shade = new Float32Array(texels * 3);
  const { triangles } = part;
  const { pixels } = head;
  const usual = Math.max(...meanLight);
  const color = new Float32Array(3);
  for (let texel = 0; texel < texels; texel++) {
    const t = map.triangle[texel]! * 3;
    if (t < 0) continue;
    const a = triangles[t]!;
    const b = triangles[t + 1]!;
    const c = triangles[t + 2]!;
    const wa = map.weights[texel * 2]!;
    const wb = map.weights[texel * 2 + 1]!;
    const wc = 1 - wa - wb;
    const at = texel * 3;
    for (let k = 0; k < 3; k++)
      shade[at + k] = wa * irradiance[a * 3 + k]! + wb * irradiance[b * 3 + k]! + wc * irradiance[c * 3 + k]!;
    const x = wa * pixels[a * 2]! + wb * pixels[b * 2]! + wc * pixels[c * 2]!;
    const y = wa * pixels[a * 2 + 1]! + wb * pixels[b * 2 + 1]! + wc * pixels[c * 2 + 1]!;
    let w = wa * trust[a]! + wb * trust[b]! + wc * trust[c]!;
    if (w > 0) w *= certain(a, b, c, wa, wb, x, y);
    if (w <= 0) continue;
    samplePhoto(photo, x, y, color);
    w *= told(color, Math.max(shade[at]!, shade[at + 1]!, shade[at + 2]!) / usual);
    weight[texel] = w;
    typical[texel] = w * (wa * typicalness[a]! + wb * typicalness[b]! + wc * typicalness[c]!);
    skin[texel] = w * (wa * inlier[a]! + wb * inlier[b]! + wc * inlier[c]!);
    for (let k = 0; k < 3; k++) albedo[at + k] = color[k]! / shade[at + k]!;
  }
  return { albedo, weight, typical, skin, shade };
}

/** How far a pixel tells the colour of skin in this share of the mean light, 0…1: a black one if lit. */
function told(color: Float32Array, lit: number): number {
  if (lit >= SHADOW_TO) return 1;
  const bright = smoothstep(BLACK_FROM, BLACK_TO, Math.max(...color));
  return bright + (1 - bright) * smoothstep(SHADOW_FROM, SHADOW_TO, lit);
}

/** Bilinear in linear light. */
function samplePhoto({ image, left, top, factor }: Minified, x: number, y: number, out: Float32Array): void {
  const { width, height, channels, data } = image;
  const u = Math.min(width - 1.001, Math.max(0, (x - left) / factor - 0.5));
  const v = Math.min(height - 1.001, Math.max(0, (y - top) / factor - 0.5));
  const x0 = Math.floor(u);
  const y0 = Math.floor(v);
  const fx = u - x0;
  const fy = v - y0;
  const a = (y0 * width + x0) * channels;
  const b = a + channels;
  const c = a + width * channels;
  const d = c + channels;
  for (let k = 0; k < 3; k++) {
    const top = linearOfByte[data[a + k]!]! * (1 - fx) + linearOfByte[data[b + k]!]! * fx;
    const bottom = linearOfByte[data[c + k]!]! * (1 - fx) + linearOfByte[data[d + k]!]! * fx;
    out[k] = top * (1 - fy) + bottom * fy;
  }
}

/** The colour of the hair that the photo surely shows, without the light on skin that faces the camera. */
function seenHairAlbedo(
  image: Image,
  certainty: SkinCertainty | undefined,
  light: readonly number[],
): number[] | undefined {
  const tone = certainty && hairTone(image, certainty.hair);
  return tone?.map((value, k) => Math.max(LEAST_ALBEDO, value / light[k]!));
}

/** Mean irradiance of the skin that faces the camera. */
function facingLight(head: SeenHead, shade: Float32Array, count: number): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let seen = 0;
  for (let v = 0; v < count; v++) {
    if (head.facing[v]! < 0.3) continue;
    seen++;
    for (let k = 0; k < 3; k++) sum[k]! += shade[v * 3 + k]!;
  }
  return sum.map((value) => value / Math.max(1, seen)) as [number, number, number];
}

/**
 * Irradiance per vertex, clamped away from zero and drawn to the mean where the camera saw no such normals.
 */
function usableIrradiance(head: SeenHead, light: Float32Array, count: number): Float32Array {
  const shade = vertexIrradiance(head, light);
  const mean = facingLight(head, shade, count);
  for (let v = 0; v < head.facing.length; v++) {
    const known = smoothstep(LIGHT_FROM, LIGHT_TO, head.facing[v]!);
    for (let k = 0; k < 3; k++) {
      const average = mean[k]!;
      const darkest = Math.max(0.02, DARKEST * average);
      shade[v * 3 + k] = Math.max(darkest, known * shade[v * 3 + k]! + (1 - known) * average);
    }
  }
  return shade;
}

/** No skin or scalp is blacker than this share of the mean's: modes that go below leave its odd colours. */
const BLACKEST = 0.12;

function plausibleAlbedo(albedo: TextureAlbedo, coefficients: ArrayLike<number>): Float32Array {
  const texture = evaluateAlbedo(albedo, coefficients);
  for (let i = 0; i < texture.length; i++) texture[i] = Math.max(texture[i]!, BLACKEST * albedo.mean[i]!);
  return texture;
}

export function textureOf(linear: Float32Array, size: number): Image {
  const image = createImage(size, size, 3);
  encodeSrgb(linear, image.data);
  return image;
}

/**
 * Skin textures of a fitted head: the photo where the camera sees the skin well, mirrored skin where the
 * other side is seen, and model albedo elsewhere, shifted by the smooth continuation of the difference
 * between photo and model along the border (Pérez et al. 2003, with pull-push in place of the Poisson solve).
 *
 * @param size texels per side, a power of two from 256 on
 * @param certainty how surely the photo shows skin; without it, what agrees with the fitted skin is taken
 * @param expected albedo coefficients that a network expects
 * @param hair what is worn: under cards the scalp is plain, in their colour
 * @returns the textures, and the coefficients of the skin's albedo by all that the photo shows of it
 */
export function unwrapTextures(
  model: MorphableModel,
  head: SeenHead,
  image: Image,
  appearance: Appearance,
  size: number,
  certainty?: SkinCertainty,
  expected?: ArrayLike<number>,
  hair?: FittedHair,
): { readonly textures: HeadTextures; readonly albedo: Float32Array } | undefined {
  if (model.albedo?.kind !== 'texture') return undefined;
  const part = model.parts[0]!;
  const map = texelMapOf(part, size);
  const modelSize = model.albedo.meanSize;
  const heads = headVertexCount(model);
  const shade = usableIrradiance(head, appearance.light, heads);
  const light = facingLight(head, shade, heads);
  const doubtful = doubtfulness(model, head);
  const trust = photoTrust(model, head, image, appearance, doubtful, certainty !== undefined);
  const like = colouring(model, head, appearance, certainty);
  const seen = unwrap(
    part,
    map,
    head,
    trust,
    typicalness(model, like),
    like,
    shade,
    light,
    minified(image, head.pixels, heads, part.vertexCount, size),
    texelCertainty(model, certainty, hair),
  );
  const skinAlbedo = fitSkinAlbedo(model.albedo, seen, appearance.albedo, expected);
  const modelAlbedo = plausibleAlbedo(model.albedo, skinAlbedo);
  evenLight(model, seen, modelAlbedo, modelSize, size);
  if (expected) withinFace(model, modelAlbedo, plausibleAlbedo(model.albedo, appearance.albedo), modelSize);
  // Under its hair a scalp is dark: as far as the model goes, it has the hair's colour.
  const scalpColor = hair ? hair.color : seenHairAlbedo(image, certainty, light);
  const filled = correctedAlbedo(
    modelAlbedo,
    modelSize,
    correctionField(seen, model, modelAlbedo, modelSize, size, scalpColor),
  );
  leaveOddTexels(seen, part, map, doubtful, filled, modelSize);
  const textures = {
    ...compose(seen, map, filled, modelSize),
    model: textureOf(modelAlbedo, modelSize),
    parts: partLooks(model, head, image, light, certainty),
  };
  return { textures, albedo: skinAlbedo };
}
