import type { Image } from '../../math/image.js';
import { createImage } from '../../math/image.js';
import { evaluateAlbedo, mapAlbedo } from '../../model/albedo-modes.js';
import type { ModelPart, MorphableModel, VertexAlbedo } from '../../model/morphable-model.js';
import { byteOfLinear, linearOfByte, luminance } from '../../render/color.js';
import type { HeadTextures } from '../reconstruction.js';
import { textureOf } from './unwrap-texture.js';

/** Samples per side of the box that tell whether a face is grey. */
const SAMPLES = 48;
/**
 * Mean distance between a pixel's channels, 8-bit, up to which a face is grey: what JPEG adds, and a share
 * of it.
 */
const GREY_DISTANCE = 1;
const GREY_SHARE = 0.03;

/**
 * Whether a face is grey, as in black-and-white photos. Toned ones, such as sepia, are not.
 * @param box of the face, pixels; may reach beyond the image, which has at least three channels
 */
export function isGrey(
  { width, height, channels, data }: Image,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): boolean {
  let distance = 0;
  let brightness = 0;
  let count = 0;
  for (let j = 0; j < SAMPLES; j++) {
    for (let i = 0; i < SAMPLES; i++) {
      const x = Math.floor(box.x + ((i + 0.5) / SAMPLES) * box.width);
      const y = Math.floor(box.y + ((j + 0.5) / SAMPLES) * box.height);
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const [r, g, b] = data.subarray((y * width + x) * channels) as unknown as [number, number, number];
      distance += Math.max(r, g, b) - Math.min(r, g, b);
      brightness += Math.max(r, g, b);
      count++;
    }
  }
  return count > 0 && distance <= GREY_DISTANCE * count + GREY_SHARE * brightness;
}

/** Linear colours without their hue, three by three. */
function grey(colors: Float32Array): Float32Array {
  const result = new Float32Array(colors.length);
  for (let at = 0; at < colors.length; at += 3)
    result.fill(luminance([colors[at]!, colors[at + 1]!, colors[at + 2]!]), at, at + 3);
  return result;
}

/** A texture without its hues; alpha stays. */
function greyTexture(texture: Image): Image {
  const { width, height, channels, data } = texture;
  if (channels === 1) return texture;
  const result = createImage(width, height, channels);
  for (let at = 0; at < data.length; at += channels) {
    const value = luminance([
      linearOfByte[data[at]!]!,
      linearOfByte[data[at + 1]!]!,
      linearOfByte[data[at + 2]!]!,
    ]);
    result.data.fill(byteOfLinear(value), at, at + 3);
    if (channels === 4) result.data[at + 3] = data[at + 3]!;
  }
  return result;
}

const greyModels = new WeakMap<MorphableModel, MorphableModel>();

/**
 * The model as a black-and-white photo shows it: albedo and textures without hue. What is fitted to such a
 * photo and completed by such a model is grey by itself, its light as well. Kept per model.
 */
export function greyModel(model: MorphableModel): MorphableModel {
  let result = greyModels.get(model);
  if (!result) greyModels.set(model, (result = withoutHue(model)));
  return result;
}

function withoutHue(model: MorphableModel): MorphableModel {
  const { albedo } = model;
  const textures = new Map<Image, Image>();
  const greyPart = (part: ModelPart): ModelPart => {
    if (!part.texture) return part;
    const texture = textures.get(part.texture) ?? greyTexture(part.texture);
    textures.set(part.texture, texture);
    return { ...part, texture };
  };
  return {
    ...model,
    albedo: albedo?.kind === 'texture' ? mapAlbedo(albedo, grey) : albedo && greyVertices(albedo),
    parts: model.parts.map(greyPart),
  };
}

function greyVertices(albedo: VertexAlbedo): VertexAlbedo {
  return { ...albedo, mean: grey(albedo.mean), modes: grey(albedo.modes) };
}

/** Irradiance coefficients without hue, 27. */
export function greyLight(light: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: 27 }, (_, k) =>
    luminance([light[k % 9]!, light[9 + (k % 9)]!, light[18 + (k % 9)]!]),
  );
}

/**
 * The textures of a grey photo's head complete: brows and lashes grey like the rest. The model's own skin,
 * which is worn instead of the photo's where that is asked for, keeps its colours.
 */
export function greyTextures(
  model: MorphableModel,
  textures: HeadTextures,
  { albedo }: { readonly albedo: ArrayLike<number> },
): HeadTextures {
  const parts = new Map(textures.parts);
  for (const { name, texture } of greyModel(model).parts)
    if (texture && !parts.has(name)) parts.set(name, texture);
  if (model.albedo?.kind !== 'texture') return { ...textures, parts };
  return {
    ...textures,
    parts,
    model: textureOf(evaluateAlbedo(model.albedo, albedo), model.albedo.meanSize),
  };
}
