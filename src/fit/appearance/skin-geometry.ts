import { project, transformPoints, type Camera } from '../../math/camera.js';
import { irradiance } from '../../math/spherical-harmonics.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { vertexNormals } from '../../render/normals.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../render/rasterize.js';

/** A posed head as the photo sees it, vertex by vertex. */
export interface SeenHead {
  readonly camera: Camera;
  /** V×3, camera space, mm. */
  readonly positions: Float32Array;
  /** V×3 unit normals, camera space. */
  readonly normals: Float32Array;
  /** V×2, pixels of the photo. */
  readonly pixels: Float32Array;
  /** Cosine between normal and the direction to the camera, V. */
  readonly facing: Float32Array;
  /** 1 where nothing of the head itself hides the vertex, else 0, V. */
  readonly unhidden: Float32Array;
}

/** Depth buffers are drawn this large along their longer side: enough to tell which vertex hides which. */
const DEPTH_SIZE = 256;
/** A vertex counts as hidden when something lies this much nearer, mm. */
const DEPTH_TOLERANCE = 3;

/** Poses a head and works out which of its vertices the camera sees. */
export function seeHead(
  model: MorphableModel,
  vertices: Float32Array,
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  camera: Camera,
): SeenHead {
  const positions = transformPoints(rotation, translation, vertices, new Float32Array(vertices.length));
  const triangles = allTriangles(model);
  const normals = vertexNormals(positions, triangles, new Float32Array(positions.length));
  const pixels = project(positions, camera, new Float32Array(model.vertexCount * 2));
  const facing = new Float32Array(model.vertexCount);
  for (let i = 0; i < facing.length; i++) {
    const x = positions[i * 3]!;
    const y = positions[i * 3 + 1]!;
    const z = positions[i * 3 + 2]!;
    facing[i] =
      -(normals[i * 3]! * x + normals[i * 3 + 1]! * y + normals[i * 3 + 2]! * z) / Math.hypot(x, y, z);
  }
  const unhidden = unhiddenVertices(model, positions, pixels, camera);
  return { camera, positions, normals, pixels, facing, unhidden };
}

const triangleCache = new WeakMap<MorphableModel, Uint32Array>();

/** Triangles of all opaque parts in one list. */
function allTriangles(model: MorphableModel): Uint32Array {
  let triangles = triangleCache.get(model);
  if (!triangles) {
    const parts = model.parts.filter((part) => part.alpha === 'opaque');
    triangles = new Uint32Array(parts.reduce((sum, part) => sum + part.triangles.length, 0));
    let at = 0;
    for (const part of parts) {
      triangles.set(part.triangles, at);
      at += part.triangles.length;
    }
    triangleCache.set(model, triangles);
  }
  return triangles;
}

function unhiddenVertices(
  model: MorphableModel,
  positions: Float32Array,
  pixels: Float32Array,
  camera: Camera,
): Float32Array {
  let x0 = Infinity;
  let x1 = -Infinity;
  let y0 = Infinity;
  let y1 = -Infinity;
  // Shoulders would take most of the picture; of what lies beyond the neck nothing is believed.
  const [bust, neck] = [model.regions.get('bust'), model.regions.get('neck')];
  for (let i = 0; i < pixels.length; i += 2) {
    if (Number.isNaN(pixels[i]!) || (bust && bust[i / 2]! > 0.5 && !(neck && neck[i / 2]! > 0))) continue;
    x0 = Math.min(x0, pixels[i]!);
    x1 = Math.max(x1, pixels[i]!);
    y0 = Math.min(y0, pixels[i + 1]!);
    y1 = Math.max(y1, pixels[i + 1]!);
  }
  const scale = (DEPTH_SIZE - 4) / Math.max(x1 - x0, y1 - y0);
  const crop: Camera = {
    focal: camera.focal * scale,
    cx: (camera.cx - x0) * scale + 2,
    cy: (camera.cy - y0) * scale + 2,
  };
  const target: RasterTarget = createRasterTarget(DEPTH_SIZE, DEPTH_SIZE);
  rasterize(target, positions, model.parts[0]!.triangles, crop);
  const out = new Float32Array(model.vertexCount);
  for (let i = 0; i < out.length; i++) {
    const x = Math.floor((pixels[i * 2]! - x0) * scale + 2);
    const y = Math.floor((pixels[i * 2 + 1]! - y0) * scale + 2);
    if (!(x >= 0 && x < DEPTH_SIZE && y >= 0 && y < DEPTH_SIZE)) continue;
    out[i] = -positions[i * 3 + 2]! <= target.depth[y * DEPTH_SIZE + x]! + DEPTH_TOLERANCE ? 1 : 0;
  }
  return out;
}

/** Irradiance at each vertex under the fitted light, V×3. */
export function vertexIrradiance(head: SeenHead, light: ArrayLike<number>): Float32Array {
  return irradiance(head.normals, light, new Float32Array(head.normals.length));
}

/**
 * Below this height under the eyes, mm, what the model calls scalp is the ears' lobes and the nape: skin
 * rather than hair.
 */
const HAIR_ENDS_BELOW = 20;

/**
 * How surely skin is to be expected at a vertex outside the face, 0…1: ears and neck, not the hairy scalp.
 */
export function skinAroundFace(model: MorphableModel, vertex: number): number {
  const region = (name: string) => model.regions.get(name)?.[vertex] ?? 0;
  const low = model.meanShape[vertex * 3 + 1]! < -HAIR_ENDS_BELOW ? region('scalp') : 0;
  return Math.max(region('ears'), region('neck'), region('neckSides'), low);
}
