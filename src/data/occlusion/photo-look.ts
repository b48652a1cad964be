import { project } from '../../math/camera.js';
import type { Image } from '../../math/image.js';
import { addDirectionalLight, constantLight, irradiance } from '../../math/spherical-harmonics.js';
import { linearOfByte } from '../../render/color.js';
import { vertexNormals } from '../../render/normals.js';
import type { FaceRegion } from './face-region.js';
import type { OccludedFace } from './occluded-face.js';
import type { Vec3 } from './mesh.js';

/** What an object must have to look as if it was in the photo. */
export interface PhotoLook {
  /** 27 irradiance coefficients. */
  readonly light: Float32Array;
  /** Standard deviation of the photo's grain, 8-bit steps. */
  readonly noise: number;
  /** Standard deviation of the photo's blur, pixels. */
  readonly blur: number;
  /** Linear reflectance. */
  readonly skin: Vec3;
  readonly hair: Vec3;
}

/**
 * Share of the light that is replaced by plain light from above: fitted light is flatter than what falls on
 * real things.
 */
const PLAIN_LIGHT = 0.3;

/** Measures a photo around a face. */
export function photoLook(photo: Image, face: OccludedFace, region: FaceRegion): PhotoLook {
  const light = objectLight(face.light);
  return { light, ...sharpness(photo, region), ...tones(photo, face, light) };
}

/**
 * The fitted light as it falls on things of other colours. Colour differences between directions are mostly
 * skin that the fit took for light, so only the overall tint is kept, weakened, and the brightness by
 * direction.
 */
function objectLight(fitted: ArrayLike<number>): Float32Array {
  const luminance = (k: number) => 0.2126 * fitted[k]! + 0.7152 * fitted[9 + k]! + 0.0722 * fitted[18 + k]!;
  const level = Math.max(0.2, luminance(0));
  const plain = constantLight(0.62);
  addDirectionalLight(plain, [0.15, 0.75, 0.65], [0.5, 0.5, 0.5]);
  const scale = (level / plain[0]!) * 0.95;
  const light = new Float32Array(27);
  for (let channel = 0; channel < 3; channel++) {
    const tint = Math.min(1.25, Math.max(0.8, fitted[9 * channel]! / level)) ** 0.7;
    for (let k = 0; k < 9; k++)
      light[9 * channel + k] = tint * ((1 - PLAIN_LIGHT) * luminance(k) + PLAIN_LIGHT * scale * plain[k]!);
  }
  return light;
}

/**
 * Grain after Immerkær (1996), and blur from how fast fine detail fades against coarse, both over the face's
 * skin.
 */
function sharpness(
  { width, height, data }: Image,
  { box, skin }: FaceRegion,
): { noise: number; blur: number } {
  const grey = (i: number) => 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
  const step = Math.max(1, Math.floor(Math.sqrt((box.width * box.height) / 4_000)));
  const grains = new Float32Array(Math.ceil(box.width / step + 1) * Math.ceil(box.height / step + 1));
  let grainCount = 0;
  let fine = 0;
  let coarse = 0;
  for (let y = Math.max(2, box.y); y < Math.min(height - 2, box.y + box.height); y += step) {
    for (let x = Math.max(2, box.x); x < Math.min(width - 2, box.x + box.width); x += step) {
      const i = y * width + x;
      const c = grey(i);
      const near = grey(i - 1) + grey(i + 1) + grey(i - width) + grey(i + width);
      const far = grey(i - 2) + grey(i + 2) + grey(i - 2 * width) + grey(i + 2 * width);
      fine += (4 * c - near) ** 2;
      coarse += (4 * c - far) ** 2;
      if (skin[(y - box.y) * box.width + x - box.x] !== 1) continue;
      const corners = grey(i - width - 1) + grey(i - width + 1) + grey(i + width - 1) + grey(i + width + 1);
      grains[grainCount++] = Math.abs(corners - 2 * near + 4 * c);
    }
  }
  const noise = Math.min(
    12,
    ((grains.subarray(0, grainCount).sort()[grainCount >> 1] ?? 0) / 0.6745 / 6) * 0.9,
  );
  const ratio = coarse > 0 ? Math.sqrt(fine / coarse) : 0.5;
  return { noise, blur: Math.min(1.6, Math.max(0.35, 1.55 - 1.7 * ratio)) };
}

/** A vertex must face the camera so much to tell its colour: cosine. */
const FACING = 0.55;

/** Mean reflectance where the skin and the scalp are seen: photo divided by light. */
function tones(
  { width, height, data }: Image,
  face: OccludedFace,
  light: Float32Array,
): { skin: Vec3; hair: Vec3 } {
  const [red, green, blue] = irradiance([0, 0.2, 0.98], light, new Float64Array(3));
  const { positions } = face;
  const pixels = project(positions, face.camera, new Float32Array((positions.length / 3) * 2));
  const normals = vertexNormals(positions, face.skinTriangles, new Float32Array(positions.length));
  const seen: Record<'skin' | 'hair', Vec3[]> = { skin: [], hair: [] };
  for (let v = 0; v < face.faceMask.length; v += 3) {
    const x = Math.floor(pixels[2 * v]!);
    const y = Math.floor(pixels[2 * v + 1]!);
    const nz = normals[3 * v + 2]!;
    const kind =
      face.faceMask[v]! > 0.9
        ? 'skin'
        : face.scalpMask[v]! > 0.7 && face.vertices[3 * v + 1]! > 60
          ? 'hair'
          : undefined;
    if (
      kind === undefined ||
      nz < (kind === 'skin' ? FACING : 0.2) ||
      !(x >= 0 && y >= 0 && x < width && y < height)
    )
      continue;
    const i = 3 * (y * width + x);
    seen[kind].push([
      linearOfByte[data[i]!]! / Math.max(0.1, red!),
      linearOfByte[data[i + 1]!]! / Math.max(0.1, green!),
      linearOfByte[data[i + 2]!]! / Math.max(0.1, blue!),
    ]);
  }
  return {
    skin: middle(seen.skin, 0.6, 0.92, [0.5, 0.3, 0.22]),
    hair: middle(seen.hair, 0.2, 0.6, [0.04, 0.025, 0.015]),
  };
}

/** The mean colour of the pixels between two ranks by brightness. */
function middle(colors: Vec3[], from: number, to: number, otherwise: Vec3): Vec3 {
  if (colors.length < 12) return otherwise;
  colors.sort((a, b) => a[0] + 2 * a[1] + a[2] - b[0] - 2 * b[1] - b[2]);
  const chosen = colors.slice(Math.floor(colors.length * from), Math.ceil(colors.length * to));
  const mean = (k: 0 | 1 | 2) => chosen.reduce((sum, color) => sum + color[k], 0) / chosen.length;
  return [mean(0), mean(1), mean(2)];
}
