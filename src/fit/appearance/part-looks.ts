import { createImage, type Image } from '../../math/image.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import { byteOfLinear, linearOfByte, luminance } from '../../render/color.js';
import { eyeColors, type EyeColors } from './eye-colors.js';
import { colorAt, textureColorAt } from '../../render/image-color.js';
import { toothLook } from '../../render/tooth-look.js';
import { EYE_FRONT, irisDisc, irisShare, lidShade, vertexUvs, type IrisDisc } from './iris-disc.js';
import { paintSeenEyes } from './paint-seen-eyes.js';
import { seeEye } from './seen-eyes.js';
import type { SkinCertainty } from './skin-certainty.js';
import type { SeenHead } from './skin-geometry.js';

type Rgb = readonly [number, number, number];

/** Gains stay within these bounds: an eye in shadow is not black, a highlight not the eye's colour. */
const LEAST_GAIN = 0.12;
const LARGEST_GAIN = 1.6;
/** Fewer visible vertices than this say nothing. */
const LEAST_SAMPLES = 6;
/** Eyes and teeth are not read through what is less surely the face. */
const SURE = 0.5;
/** Facing below this is too oblique. */
const LEAST_FACING = 0.25;

/** Sums of photo and model colours over the vertices of a kind. */
interface Tally {
  count: number;
  readonly photo: [number, number, number];
  readonly model: [number, number, number];
}

const newTally = (): Tally => ({ count: 0, photo: [0, 0, 0], model: [0, 0, 0] });

function isSeen(head: SeenHead, vertex: number, image: Image, certainty?: SkinCertainty): boolean {
  const x = head.pixels[vertex * 2]!;
  const y = head.pixels[vertex * 2 + 1]!;
  return (
    head.unhidden[vertex]! > 0 &&
    head.facing[vertex]! > LEAST_FACING &&
    x >= 0 &&
    x < image.width &&
    y >= 0 &&
    y < image.height &&
    (certainty?.skin(x, y) ?? 1) > SURE
  );
}

function add(
  tally: Tally,
  part: ModelPart,
  uvs: Float32Array,
  vertex: number,
  head: SeenHead,
  image: Image,
): void {
  const local = vertex - part.firstVertex;
  const photo = colorAt(image, head.pixels[vertex * 2]!, head.pixels[vertex * 2 + 1]!);
  const model = textureColorAt(part.texture!, uvs[local * 2]!, uvs[local * 2 + 1]!);
  for (let k = 0; k < 3; k++) {
    tally.photo[k]! += photo[k]!;
    tally.model[k]! += model[k]!;
  }
  tally.count++;
}

function gainOf({ count, photo, model }: Tally, otherwise: Rgb): Rgb {
  if (count < LEAST_SAMPLES) return otherwise;
  return photo.map((sum, k) =>
    Math.min(LARGEST_GAIN, Math.max(LEAST_GAIN, sum / Math.max(1e-3, model[k]!))),
  ) as unknown as Rgb;
}

/** A texture whose linear colours are multiplied; alpha stays. */
function multiplied(texture: Image, gain: Rgb): Image {
  const tables = gain.map((factor) => Uint8Array.from(linearOfByte, (value) => byteOfLinear(value * factor)));
  const [red, green, blue] = tables as [Uint8Array, Uint8Array, Uint8Array];
  const out = createImage(texture.width, texture.height, 4);
  const { data } = texture;
  for (let at = 0; at < data.length; at += 4) {
    out.data[at] = red[data[at]!]!;
    out.data[at + 1] = green[data[at + 1]!]!;
    out.data[at + 2] = blue[data[at + 2]!]!;
    out.data[at + 3] = data[at + 3]!;
  }
  return out;
}

/** An eye's texture: the whites multiplied, the irises painted. */
function paintedEyes(
  texture: Image,
  discs: readonly IrisDisc[],
  whiteGain: Rgb,
  paint: (color: Rgb) => Rgb,
): Image {
  const { width, height, data } = texture;
  const out = multiplied(texture, whiteGain);
  const color: [number, number, number] = [0, 0, 0];
  for (const disc of discs) {
    const { u, v } = disc;
    const reach = disc.radius * EYE_FRONT;
    const [left, right] = [Math.floor((u - reach) * width), Math.ceil((u + reach) * width)];
    const [top, bottom] = [Math.floor((v - reach) * height), Math.ceil((v + reach) * height)];
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
      for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
        const share = irisShare(disc, (x + 0.5) / width, (y + 0.5) / height);
        const shade = lidShade(disc, (x + 0.5) / width, (y + 0.5) / height);
        if (shade === 1 && share === 0) continue;
        const at = (y * width + x) * 4;
        for (let k = 0; k < 3; k++) color[k] = linearOfByte[data[at + k]!]!;
        const painted = paint(color);
        for (let k = 0; k < 3; k++)
          out.data[at + k] = byteOfLinear(
            shade * (share * painted[k]! + (1 - share) * color[k]! * whiteGain[k]!),
          );
      }
  }
  return out;
}

/** Share of grey in an iris that no photo shows. */
const UNSEEN_GREY = 0.5;
/** Texels of the iris are at most this many times its mean brightness. */
const BRIGHTEST_IRIS_TEXEL = 2.5;

/**
 * Irises keep the texture's pattern in the photo's colour: a product would carry the texture's own brown into
 * blue eyes.
 */
function irisPainter({ iris, pattern }: EyeColors, light: Rgb): (color: Rgb) => Rgb {
  if (!iris) {
    // A warm light would make the texture's brown red, and so does a bright one.
    const grey = Math.min(1, luminance(light));
    return (color) => {
      const plain = UNSEEN_GREY * luminance(color);
      return color.map((value) => grey * (plain + (1 - UNSEEN_GREY) * value)) as unknown as Rgb;
    };
  }
  return (color) => {
    const bright = Math.min(BRIGHTEST_IRIS_TEXEL, luminance(color) / pattern);
    return [bright * iris[0], bright * iris[1], bright * iris[2]];
  };
}

/** Whites keep the texture's veins and take the photo's colour. */
function whiteGain({ white, plain }: EyeColors, light: Rgb): Rgb {
  if (!white) return light;
  const gain = Math.min(LARGEST_GAIN, Math.max(LEAST_GAIN, luminance(white) / plain));
  const grey = luminance(white);
  return white.map((value) => (gain * (value / grey + 1)) / 2) as unknown as Rgb;
}

/**
 * Textures of eyes, teeth and mouth as the photo lights and colours them, to stand beside a skin texture
 * that carries the photo's light: irises and whites take the photo's colours, teeth and mouth its mean
 * brightness. Eyes that are closed or hidden take the light alone.
 *
 * @param light mean linear irradiance of the skin that faces the camera
 * @returns textures by part name; both eyes share one image where they share it in the model
 */
export function partLooks(
  model: MorphableModel,
  head: SeenHead,
  image: Image,
  light: Rgb,
  certainty?: SkinCertainty,
): ReadonlyMap<string, Image> {
  const looks = new Map<string, Image>();
  const eyes = model.parts.filter(
    (part) => part.turnsAbout === 'sphereCentre' && part.texture && part.uvs.length > 0,
  );
  if (eyes.length > 0) {
    const discs = eyes.map((part) => irisDisc(model, part));
    const colors = eyeColors(eyes, discs, head, image, certainty);
    const texture = paintedEyes(
      eyes[0]!.texture!,
      discs,
      whiteGain(colors, light),
      irisPainter(colors, light),
    );
    const seen = eyes.map((part, k) => seeEye(model, part, discs[k]!, head, image, certainty));
    paintSeenEyes(texture, seen);
    for (const part of eyes) looks.set(part.name, texture);
  }
  for (const part of model.parts) {
    if (!part.texture || (part.name !== 'teeth' && part.name !== 'mouth')) continue;
    const own = part.name === 'teeth' ? { ...part, texture: toothLook(part.texture) } : part;
    looks.set(part.name, tintedLike(own, head, image, light, certainty));
  }
  return looks;
}

function tintedLike(
  part: ModelPart,
  head: SeenHead,
  image: Image,
  light: Rgb,
  certainty?: SkinCertainty,
): Image {
  const uvs = vertexUvs(part);
  const tally = newTally();
  for (let v = part.firstVertex; v < part.firstVertex + part.vertexCount; v++)
    if (isSeen(head, v, image, certainty)) add(tally, part, uvs, v, head, image);
  return multiplied(part.texture!, gainOf(tally, light));
}
