import type { Random } from '../random.js';
import { transformPoints } from '../../math/camera.js';
import type { Specular, ScenePart } from '../../render/scene-part.js';
import { createFloatTexture, type Texture } from '../../render/texture.js';
import type { HandModel } from './hand/hand-file.js';
import type { HeadShell } from './head-shell.js';
import type { Mesh, Vec3 } from './mesh.js';
import type { OccludedFace } from './occluded-face.js';
import type { OccluderParameters } from './occlusion.js';

/** One surface of an object in head space. */
export interface ObjectPart {
  readonly mesh: Mesh;
  /** Linear reflectance. */
  readonly color: Vec3;
  /** Multiplies the colour. */
  readonly texture?: Texture;
  readonly specular?: Specular;
  /** Below 1 for glass. Default 1. */
  readonly opacity?: number;
}

/** An object in front of a face. */
export interface ObjectModel {
  readonly parts: readonly ObjectPart[];
  readonly shadow: {
    /** How far the object is from the skin, mm: moves and softens its shadow. */
    readonly gap: number;
    /** 0…1. */
    readonly strength: number;
  };
  readonly parameters: OccluderParameters;
}

/** Where an object is to be placed. */
export interface Site {
  readonly face: OccludedFace;
  readonly shell: HeadShell;
  readonly hand: HandModel;
  /** Head-space landmark of the iBUG order, mm. */
  landmark(index: number): Vec3;
  /** Linear reflectance of the skin and of the hair, as far as the photo tells. */
  readonly skin: Vec3;
  readonly hair: Vec3;
  /** Wanted share of the face to hide, 0…1. */
  readonly wanted: number;
}

/** A kind of object. */
export interface Occluder {
  readonly name: string;
  /** Share of the face that it can hide, least and most. */
  readonly range: readonly [number, number];
  /**
   * Builds one; all but size and place must depend on `random` alone.
   * @param amount 0…1, more hides more
   */
  build(site: Site, random: Random, amount: number): ObjectModel;
}

/** An object's parts for the renderer, in camera space. */
export function sceneParts({ rotation, translation }: OccludedFace, { parts }: ObjectModel): ScenePart[] {
  return parts.map(({ mesh, color, texture, specular, opacity = 1 }) => ({
    positions: transformPoints(
      rotation,
      translation,
      mesh.positions,
      new Float32Array(mesh.positions.length),
    ),
    triangles: mesh.triangles,
    vertexColors: mesh.colors,
    color,
    ...(opacity < 1
      ? { texture: glass(opacity), uvs: mesh.uvs, alpha: 'blend' as const }
      : texture && { texture, uvs: mesh.uvs }),
    ...(specular && { specular }),
  }));
}

function glass(opacity: number): Texture {
  return createFloatTexture(1, 1, 4, Float32Array.of(opacity, opacity, opacity, opacity), { mipmaps: false });
}
