import { albedoModesAt } from '../model/albedo-modes.js';
import { headTriangles, headVertexCount } from '../model/head-and-bust.js';
import type { MorphableModel, TextureAlbedo } from '../model/morphable-model.js';
import { createFloatTexture, sampleTexture, type Texture } from './texture.js';

/**
 * The part of a head model's skin whose colour is compared with photos, laid out for drawing it
 * differentiably.
 */
export interface SkinSurface {
  /** Vertices and triangles of the head's skin, which hide one another; vertices are the model's first. */
  readonly vertexCount: number;
  readonly triangles: Uint32Array;
  /** Of each of these triangles: its number among the T painted ones, or −1. */
  readonly paintedOf: Int32Array;
  /** T×3 indices into `painted`: the corners of each painted triangle. */
  readonly corners: Int32Array;
  /** The F vertices that painted triangles have, as numbers of the skin's vertices. */
  readonly painted: Int32Array;
  /**
   * R×3 skin vertices: the painted triangles first, then all others that touch them and so shape their
   * normals.
   */
  readonly ringTriangles: Int32Array;
  /** F×`ringSize`: the triangles around each painted vertex, filled up with R, which stands for none. */
  readonly rings: Int32Array;
  readonly ringSize: number;
  /** T×3×2 texture coordinates. */
  readonly cornerUvs: Float32Array;
  /**
   * T×3×3 linear albedo of the mean head at corners, and count×T×3×3 its change for one standard deviation.
   */
  readonly cornerAlbedo: Float32Array;
  readonly albedoModes: Float32Array;
  readonly albedoCount: number;
  /** The mean albedo with mip levels. */
  readonly meanAlbedo: Texture;
}

export interface SkinSurfaceOptions {
  /** Paints triangles all of whose corners lie in this region. Default `face`. */
  readonly region?: string;
  /** Leaves out triangles with a corner in one of these. Default the mouth's inside and the eye sockets. */
  readonly without?: readonly string[];
}

/**
 * Corners take the albedo of about a triangle's width around them: of the mean's texture this mip level, of
 * the modes the mean of four points this far away, shares of the atlas.
 */
const MEAN_LEVEL = 2;
const AROUND = 1 / 256;
const around = [
  [-AROUND, -AROUND],
  [AROUND, -AROUND],
  [-AROUND, AROUND],
  [AROUND, AROUND],
] as const;

/** @throws Error for a model without textured albedo, texture coordinates or the region */
export function skinSurface(model: MorphableModel, options: SkinSurfaceOptions = {}): SkinSurface {
  const { region = 'face', without = ['mouthCavity', 'sockets'] } = options;
  const { albedo, name } = model;
  const skin = model.parts[0]!;
  const face = model.regions.get(region);
  if (albedo?.kind !== 'texture' || !face || skin.uvTriangles.length === 0 || skin.firstVertex !== 0) {
    throw new Error(
      `skinSurface: model "${name}" lacks an albedo texture, texture coordinates or the region "${region}"; use the open head model.`,
    );
  }
  const holes = without.flatMap((hole) => model.regions.get(hole) ?? []);
  const { triangles, uvTriangles } = headTriangles(model);
  const wanted = (v: number): boolean => face[v]! > 0.5 && holes.every((hole) => !(hole[v]! > 0.5));
  const chosen = Array.from({ length: triangles.length / 3 }, (_, t) => t).filter((t) =>
    [0, 1, 2].every((k) => wanted(triangles[3 * t + k]!)),
  );
  const paintedOf = new Int32Array(triangles.length / 3).fill(-1);
  chosen.forEach((t, i) => {
    paintedOf[t] = i;
  });
  const cornerUvs = Float32Array.from(
    chosen.flatMap((t) =>
      [0, 1, 2].flatMap((k) => {
        const uv = 2 * uvTriangles[3 * t + k]!;
        return [skin.uvs[uv]!, skin.uvs[uv + 1]!];
      }),
    ),
  );
  return {
    vertexCount: headVertexCount(model),
    triangles,
    paintedOf,
    cornerUvs,
    ...ringsOf(triangles, chosen, paintedOf),
    ...cornerColours(albedo, cornerUvs),
  };
}

type Rings = Pick<SkinSurface, 'corners' | 'painted' | 'ringTriangles' | 'rings' | 'ringSize'>;

function ringsOf(triangles: Uint32Array, chosen: readonly number[], paintedOf: Int32Array): Rings {
  const indexOf = new Map<number, number>();
  const corners = Int32Array.from(
    chosen.flatMap((t) =>
      [0, 1, 2].map((k) => {
        const vertex = triangles[3 * t + k]!;
        if (!indexOf.has(vertex)) indexOf.set(vertex, indexOf.size);
        return indexOf.get(vertex)!;
      }),
    ),
  );
  const touching = Array.from(paintedOf.keys()).filter(
    (t) => paintedOf[t]! < 0 && [0, 1, 2].some((k) => indexOf.has(triangles[3 * t + k]!)),
  );
  const ringTriangles = Int32Array.from(
    [...chosen, ...touching].flatMap((t) => [...triangles.subarray(3 * t, 3 * t + 3)]),
  );
  const around = Array.from({ length: indexOf.size }, (): number[] => []);
  ringTriangles.forEach((vertex, i) => {
    around[indexOf.get(vertex) ?? -1]?.push(Math.floor(i / 3));
  });
  const ringSize = Math.max(...around.map((list) => list.length));
  const none = ringTriangles.length / 3;
  const rings = Int32Array.from(
    around.flatMap((list) => Array.from({ length: ringSize }, (_, k) => list[k] ?? none)),
  );
  return { corners, painted: Int32Array.from(indexOf.keys()), ringTriangles, rings, ringSize };
}

type Colours = Pick<SkinSurface, 'cornerAlbedo' | 'albedoModes' | 'albedoCount' | 'meanAlbedo'>;

function cornerColours(albedo: TextureAlbedo, uvs: Float32Array): Colours {
  const { meanSize, count } = albedo;
  const meanAlbedo = createFloatTexture(meanSize, meanSize, 3, albedo.mean);
  return {
    meanAlbedo,
    cornerAlbedo: sampledAt(meanAlbedo, uvs, MEAN_LEVEL),
    albedoModes: albedoModesAt(albedo, uvs, around),
    albedoCount: count,
  };
}

function sampledAt(texture: Texture, uvs: Float32Array, level: number): Float32Array {
  const out = new Float32Array((uvs.length / 2) * 3);
  const texel = new Float32Array(4);
  for (let i = 0; 2 * i < uvs.length; i++) {
    sampleTexture(texture, uvs[2 * i]!, uvs[2 * i + 1]!, level, texel);
    out.set(texel.subarray(0, 3), 3 * i);
  }
  return out;
}
