import { createImage, type Image } from '../../math/image.js';
import { sphereCentre } from '../../model/evaluate.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import { byteOfLinear, linearOfByte } from '../../render/color.js';
import type { SkinCertainty } from './skin-certainty.js';
import type { SeenHead } from './skin-geometry.js';

type Rgb = readonly [number, number, number];

/**
 * Distances from the pupil, as shares of the iris' radius in the texture, that surely show iris and surely
 * show white.
 */
const IRIS_RING = [0.35, 0.85] as const;
const WHITE_FROM = 1.2;
const WHITE_TO = 2;
/** Share of the radius over which iris and white are mixed at the edge. */
const EDGE_BLEND = 0.08;
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

function photoColor(image: Image, x: number, y: number, k: number): number {
  const px = Math.min(image.width - 1, Math.max(0, Math.floor(x)));
  const py = Math.min(image.height - 1, Math.max(0, Math.floor(y)));
  return linearOfByte[image.data[(py * image.width + px) * image.channels + k]!]!;
}

/** Some samples of the white fall on lids; half of their colour is taken back. */
function paler(gain: Rgb): Rgb {
  const grey = luminance(gain);
  return [(gain[0] + grey) / 2, (gain[1] + grey) / 2, (gain[2] + grey) / 2];
}

/** First texture coordinate of each vertex of a part, in the order of its vertices. */
function vertexUvs(part: ModelPart): Float32Array {
  const uvs = new Float32Array(part.vertexCount * 2).fill(-1);
  part.triangles.forEach((vertex, corner) => {
    const at = (vertex - part.firstVertex) * 2;
    if (uvs[at]! >= 0) return;
    uvs[at] = part.uvs[part.uvTriangles[corner]! * 2]!;
    uvs[at + 1] = part.uvs[part.uvTriangles[corner]! * 2 + 1]!;
  });
  return uvs;
}

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
  const texture = part.texture!;
  const local = vertex - part.firstVertex;
  const x = Math.min(texture.width - 1, Math.floor(uvs[local * 2]! * texture.width));
  const y = Math.min(texture.height - 1, Math.floor(uvs[local * 2 + 1]! * texture.height));
  for (let k = 0; k < 3; k++) {
    tally.photo[k]! += photoColor(image, head.pixels[vertex * 2]!, head.pixels[vertex * 2 + 1]!, k);
    tally.model[k]! += linearOfByte[texture.data[(y * texture.width + x) * 4 + k]!]!;
  }
  tally.count++;
}

function gainOf({ count, photo, model }: Tally, otherwise: Rgb): Rgb {
  if (count < LEAST_SAMPLES) return otherwise;
  return photo.map((sum, k) =>
    Math.min(LARGEST_GAIN, Math.max(LEAST_GAIN, sum / Math.max(1e-3, model[k]!))),
  ) as unknown as Rgb;
}

/** An eyeball's iris in its texture: centre and radius in texture coordinates. */
interface IrisDisc {
  readonly u: number;
  readonly v: number;
  readonly radius: number;
}

function texelLuminance(texture: Image, u: number, v: number): number {
  const x = Math.min(texture.width - 1, Math.max(0, Math.floor(u * texture.width)));
  const y = Math.min(texture.height - 1, Math.max(0, Math.floor(v * texture.height)));
  const at = (y * texture.width + x) * 4;
  return luminance([
    linearOfByte[texture.data[at]!]!,
    linearOfByte[texture.data[at + 1]!]!,
    linearOfByte[texture.data[at + 2]!]!,
  ]);
}

/** The iris is looked for within this distance of where the eye's axis meets the texture. */
const SEARCH = 0.05;
const LARGEST_RADIUS = 0.25;
const RADIUS_STEP = 0.004;
/** Darker than this is pupil. */
const PUPIL = 0.004;

/**
 * Finds the iris as painted: the pupil is its darkest spot, its edge is where brightness rises halfway to the
 * white.
 */
function irisDisc(model: MorphableModel, part: ModelPart, uvs: Float32Array): IrisDisc {
  const texture = part.texture!;
  const centre = sphereCentre(part, model.meanShape);
  const m = model.meanShape;
  let axis = 0;
  let least = Infinity;
  for (let i = 0; i < part.vertexCount; i++) {
    const at = (part.firstVertex + i) * 3;
    const distance = Math.hypot(m[at]! - centre[0], m[at + 1]! - centre[1]);
    if (m[at + 2]! < centre[2] || distance > least) continue;
    least = distance;
    axis = i;
  }
  let u = 0;
  let v = 0;
  let count = 0;
  for (let dv = -SEARCH; dv <= SEARCH; dv += RADIUS_STEP) {
    for (let du = -SEARCH; du <= SEARCH; du += RADIUS_STEP) {
      if (texelLuminance(texture, uvs[axis * 2]! + du, uvs[axis * 2 + 1]! + dv) > PUPIL) continue;
      u += uvs[axis * 2]! + du;
      v += uvs[axis * 2 + 1]! + dv;
      count++;
    }
  }
  if (count === 0) return { u: uvs[axis * 2]!, v: uvs[axis * 2 + 1]!, radius: 0 };
  return { u: u / count, v: v / count, radius: irisRadius(texture, u / count, v / count) };
}

/** What an eyeball's texture holds where. */
interface EyeLayout {
  readonly uvs: Float32Array;
  readonly disc: IrisDisc;
}

/** Kept per eyeball, because it depends on nothing else. */
const layouts = new WeakMap<ModelPart, EyeLayout>();

function eyeLayout(model: MorphableModel, part: ModelPart): EyeLayout {
  let layout = layouts.get(part);
  if (!layout) {
    const uvs = vertexUvs(part);
    layouts.set(part, (layout = { uvs, disc: irisDisc(model, part, uvs) }));
  }
  return layout;
}

function irisRadius(texture: Image, u: number, v: number): number {
  const ring = (radius: number) => {
    let sum = 0;
    for (let k = 0; k < 16; k++)
      sum +=
        texelLuminance(
          texture,
          u + radius * Math.cos((k * Math.PI) / 8),
          v + radius * Math.sin((k * Math.PI) / 8),
        ) / 16;
    return sum;
  };
  const white = ring(LARGEST_RADIUS * 0.8);
  let radius = RADIUS_STEP;
  while (radius < LARGEST_RADIUS && ring(radius) < white / 2) radius += RADIUS_STEP;
  return radius;
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
  for (const { u, v, radius } of discs) {
    const [left, right] = [Math.floor((u - radius) * width), Math.ceil((u + radius) * width)];
    const [top, bottom] = [Math.floor((v - radius) * height), Math.ceil((v + radius) * height)];
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
      for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
        const share = irisShare(discs, (x + 0.5) / width, (y + 0.5) / height);
        if (share === 0) continue;
        const at = (y * width + x) * 4;
        for (let k = 0; k < 3; k++) color[k] = linearOfByte[data[at + k]!]!;
        const painted = paint(color);
        for (let k = 0; k < 3; k++)
          out.data[at + k] = byteOfLinear(share * painted[k]! + (1 - share) * color[k]! * whiteGain[k]!);
      }
  }
  return out;
}

const luminance = (color: Rgb) => 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2];

/** Texels of the iris are at most this many times its mean brightness. */
const BRIGHTEST_IRIS_TEXEL = 2.5;

/**
 * Irises keep the texture's pattern in the photo's mean colour: a product would carry the texture's own brown
 * into blue eyes.
 */
function irisPainter(tally: Tally, light: Rgb): (color: Rgb) => Rgb {
  if (tally.count < LEAST_SAMPLES)
    return (color) => [color[0] * light[0], color[1] * light[1], color[2] * light[2]];
  const mean = tally.photo.map((sum) => sum / tally.count) as unknown as Rgb;
  const modelMean = Math.max(1e-3, luminance(tally.model) / tally.count);
  return (color) => {
    const pattern = Math.min(BRIGHTEST_IRIS_TEXEL, luminance(color) / modelMean);
    return [pattern * mean[0], pattern * mean[1], pattern * mean[2]];
  };
}

/**
 * Textures of eyes, teeth and tongue as the photo lights and colours them, to stand beside a skin texture
 * that carries the photo's light: irises and whites take the photo's mean colours, teeth and tongue its mean
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
  const iris = newTally();
  const white = newTally();
  const discs: IrisDisc[] = [];
  for (const part of eyes) {
    const { uvs, disc } = eyeLayout(model, part);
    discs.push(disc);
    for (let i = 0; i < part.vertexCount; i++) {
      if (!isSeen(head, part.firstVertex + i, image, certainty)) continue;
      const share = Math.hypot(uvs[i * 2]! - disc.u, uvs[i * 2 + 1]! - disc.v) / disc.radius;
      if (share > IRIS_RING[0] && share < IRIS_RING[1])
        add(iris, part, uvs, part.firstVertex + i, head, image);
      else if (share > WHITE_FROM && share < WHITE_TO)
        add(white, part, uvs, part.firstVertex + i, head, image);
    }
  }
  if (eyes.length > 0) {
    const whiteGain = paler(gainOf(white, light));
    const paint = irisPainter(iris, light);
    const texture = paintedEyes(eyes[0]!.texture!, discs, whiteGain, paint);
    for (const part of eyes) looks.set(part.name, texture);
  }
  for (const part of model.parts) {
    if (part.name !== 'teeth' && part.name !== 'tongue') continue;
    if (part.texture) looks.set(part.name, tintedLike(part, head, image, light, certainty));
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

/** How much of a texel is iris, 0…1. */
function irisShare(discs: readonly IrisDisc[], u: number, v: number): number {
  let share = 0;
  for (const disc of discs) {
    const distance = Math.hypot(u - disc.u, v - disc.v) / disc.radius;
    share = Math.max(share, Math.min(1, Math.max(0, (1 - distance) / EDGE_BLEND)));
  }
  return share;
}
