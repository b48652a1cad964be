import type { Image } from '../../math/image.js';
import { sphericalHarmonics } from '../../math/spherical-harmonics.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { linearOfByte } from '../../render/color.js';
import type { SkinCertainty } from './skin-certainty.js';
import type { SeenHead } from './skin-geometry.js';

/** Vertices with at least this cosine to the camera are measured. */
export const LEAST_FACING = 0.3;

/** The photo's colours at the face's visible skin vertices. */
export interface SkinSamples {
  readonly vertices: Int32Array;
  /** n×3 linear colours of the photo. */
  readonly colors: Float32Array;
  /** n×3 unit normals, camera space. */
  readonly normals: Float32Array;
  /** n×9 spherical harmonics of the normals, times the lobe factors already folded into the light. */
  readonly basis: Float32Array;
  /** A priori weight of each sample: region mask times facing. */
  readonly weights: Float32Array;
}

/** Mean linear colour of a small square of the photo about a pixel position. */
export function sampleColor(
  image: Image,
  x: number,
  y: number,
  radius: number,
  out: Float32Array,
  at: number,
): void {
  const x0 = Math.max(0, Math.floor(x - radius));
  const x1 = Math.min(image.width - 1, Math.floor(x + radius));
  const y0 = Math.max(0, Math.floor(y - radius));
  const y1 = Math.min(image.height - 1, Math.floor(y + radius));
  const stepX = Math.max(1, (x1 - x0) >> 2);
  const stepY = Math.max(1, (y1 - y0) >> 2);
  let count = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let j = y0; j <= y1; j += stepY) {
    for (let i = x0; i <= x1; i += stepX) {
      const p = (j * image.width + i) * image.channels;
      r += linearOfByte[image.data[p]!]!;
      g += linearOfByte[image.data[p + 1]!]!;
      b += linearOfByte[image.data[p + 2]!]!;
      count++;
    }
  }
  out[at] = r / count;
  out[at + 1] = g / count;
  out[at + 2] = b / count;
}

/** Half the side of the square that stands for one vertex, pixels: about the distance between vertices. */
export const sampleRadius = (faceSize: number) => Math.max(0.5, faceSize / 120);

/** How much a vertex tells about skin: inside the face, away from eyes, brows and lips. */
export function skinWeight(model: MorphableModel, vertex: number): number {
  const region = (name: string) => model.regions.get(name)?.[vertex] ?? 0;
  return region('face') * (1 - region('eyes')) * (1 - 0.8 * region('brows')) * (1 - 0.7 * region('mouth'));
}

/** @param certainty how surely the photo shows skin; without it, all is taken for skin */
export function collectSkin(
  model: MorphableModel,
  head: SeenHead,
  image: Image,
  faceSize: number,
  certainty?: SkinCertainty,
): SkinSamples {
  const vertices: number[] = [];
  const weights: number[] = [];
  const count = headVertexCount(model);
  for (let v = 0; v < count; v++) {
    const x = head.pixels[v * 2]!;
    const y = head.pixels[v * 2 + 1]!;
    if (!(x >= 0 && x < image.width && y >= 0 && y < image.height)) continue;
    if (head.unhidden[v] === 0 || head.facing[v]! < LEAST_FACING) continue;
    const weight = skinWeight(model, v) * (certainty?.skin(x, y) ?? 1);
    if (weight < 0.05) continue;
    vertices.push(v);
    weights.push(weight * Math.min(1, head.facing[v]! * 1.5));
  }
  const colors = new Float32Array(vertices.length * 3);
  const basis = new Float32Array(vertices.length * 9);
  const radius = sampleRadius(faceSize);
  const row = new Float32Array(9);
  const normals = new Float32Array(vertices.length * 3);
  vertices.forEach((v, i) => {
    normals.set(head.normals.subarray(v * 3, v * 3 + 3), i * 3);
    sampleColor(image, head.pixels[v * 2]!, head.pixels[v * 2 + 1]!, radius, colors, i * 3);
    basis.set(
      sphericalHarmonics(head.normals[v * 3]!, head.normals[v * 3 + 1]!, head.normals[v * 3 + 2]!, row),
      i * 9,
    );
  });
  return { vertices: Int32Array.from(vertices), colors, normals, basis, weights: Float32Array.from(weights) };
}

/** Every so manieth sample, for quick trials. */
export function thinned(samples: SkinSamples, stride: number): SkinSamples {
  const kept = Array.from({ length: Math.ceil(samples.vertices.length / stride) }, (_, i) => i * stride);
  const pick = (values: Float32Array, width: number) =>
    Float32Array.from(
      { length: kept.length * width },
      (_, i) => values[kept[Math.floor(i / width)]! * width + (i % width)]!,
    );
  return {
    vertices: Int32Array.from(kept, (i) => samples.vertices[i]!),
    colors: pick(samples.colors, 3),
    normals: pick(samples.normals, 3),
    basis: pick(samples.basis, 9),
    weights: pick(samples.weights, 1),
  };
}
