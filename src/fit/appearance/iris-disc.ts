import type { Image } from '../../math/image.js';
import { sphereCentre } from '../../model/evaluate.js';
import type { ModelPart, MorphableModel } from '../../model/morphable-model.js';
import { smoothstep } from '../../math/smoothstep.js';
import { luminance } from '../../render/color.js';
import { textureColorAt } from '../../render/image-color.js';

/** An eyeball's iris in its texture: centre and radius in texture coordinates. */
export interface IrisDisc {
  readonly u: number;
  readonly v: number;
  readonly radius: number;
  /** Which way is up in the texture; length 1. */
  readonly up: readonly [number, number];
}

const texelLuminance = (texture: Image, u: number, v: number): number =>
  luminance(textureColorAt(texture, u, v));

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
export function irisDisc(model: MorphableModel, part: ModelPart): IrisDisc {
  let disc = discs.get(part);
  if (!disc) discs.set(part, (disc = findDisc(model, part, vertexUvs(part))));
  return disc;
}

/** Kept per eyeball, because it depends on nothing else. */
const discs = new WeakMap<ModelPart, IrisDisc>();

function findDisc(model: MorphableModel, part: ModelPart, uvs: Float32Array): IrisDisc {
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
  const up = upwards(model, part, uvs, axis);
  if (count === 0) return { u: uvs[axis * 2]!, v: uvs[axis * 2 + 1]!, radius: 0, up };
  return { u: u / count, v: v / count, radius: irisRadius(texture, u / count, v / count), up };
}

/** How far an eye looks towards the camera, cosine. @param facing of all vertices, cosines */
export function irisFacing(part: ModelPart, { u, v, radius }: IrisDisc, facing: ArrayLike<number>): number {
  const uvs = vertexUvs(part);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < part.vertexCount; i++) {
    if (Math.hypot(uvs[2 * i]! - u, uvs[2 * i + 1]! - v) > radius) continue;
    sum += facing[part.firstVertex + i]!;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** Vertices of an eyeball within this distance of the one in front, mm, tell how its texture lies. */
const AROUND = 6;

function upwards(
  model: MorphableModel,
  part: ModelPart,
  uvs: Float32Array,
  front: number,
): readonly [number, number] {
  const m = model.meanShape;
  const at = 3 * (part.firstVertex + front);
  let du = 0;
  let dv = 0;
  for (let i = 0; i < part.vertexCount; i++) {
    const other = 3 * (part.firstVertex + i);
    const distance = Math.hypot(m[other]! - m[at]!, m[other + 1]! - m[at + 1]!, m[other + 2]! - m[at + 2]!);
    if (distance > AROUND) continue;
    const higher = m[other + 1]! - m[at + 1]!;
    du += higher * (uvs[2 * i]! - uvs[2 * front]!);
    dv += higher * (uvs[2 * i + 1]! - uvs[2 * front + 1]!);
  }
  const length = Math.hypot(du, dv) || 1;
  return [du / length, dv / length];
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

/** Lids shade the ball: from above down to the pupil, and towards the corners, in radii of the iris. */
const UNDER_LID = { from: 0, to: 1.1, keeps: 0.55 };
const IN_CORNER = { from: 1.1, to: 2.1, keeps: 0.6 };

/** As far from the pupil reaches what can be seen of an eyeball, in radii of the iris. */
export const EYE_FRONT = 2.3;

/** Light that lids leave to a point of the eyeball that looks straight ahead, 0…1; 1 beyond its front. */
export function lidShade({ u, v, radius, up }: IrisDisc, pointU: number, pointV: number): number {
  const du = (pointU - u) / radius;
  const dv = (pointV - v) / radius;
  const out = Math.hypot(du, dv);
  if (out > EYE_FRONT) return 1;
  const high = du * up[0] + dv * up[1];
  const lid = 1 - (1 - UNDER_LID.keeps) * smoothstep(UNDER_LID.from, UNDER_LID.to, high);
  const corner = 1 - (1 - IN_CORNER.keeps) * smoothstep(IN_CORNER.from, IN_CORNER.to, out);
  return lid * corner;
}

/** Share of the radius over which iris and white are mixed at the edge. */
const EDGE_BLEND = 0.08;

/** How much of a texel is iris, 0…1. */
export function irisShare(disc: IrisDisc, u: number, v: number): number {
  const distance = Math.hypot(u - disc.u, v - disc.v) / disc.radius;
  return Math.min(1, Math.max(0, (1 - distance) / EDGE_BLEND));
}

/** First texture coordinate of each vertex of a part, in the order of its vertices. */
export function vertexUvs(part: ModelPart): Float32Array {
  const uvs = new Float32Array(part.vertexCount * 2).fill(-1);
  part.triangles.forEach((vertex, corner) => {
    const at = (vertex - part.firstVertex) * 2;
    if (uvs[at]! >= 0) return;
    uvs[at] = part.uvs[part.uvTriangles[corner]! * 2]!;
    uvs[at + 1] = part.uvs[part.uvTriangles[corner]! * 2 + 1]!;
  });
  return uvs;
}
