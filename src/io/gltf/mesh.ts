import type { Document, Mesh, Primitive } from '@gltf-transform/core';
import { vertexNormals } from '../../render/normals.js';
import type { HeadJoint, HeadMesh } from '../head-scene.js';
import { gather, splitSeams, type SplitMesh } from '../split-seams.js';
import { accessorOf, metresPerMillimetre } from './accessor.js';
import type { MaterialShelf } from './materials.js';
import { addMorphTargets } from './morph-targets.js';

/** How surely a photo shows each vertex, 0…1; names of one's own begin with an underscore in glTF. */
export const seenAttribute = '_SEEN';

/** What all meshes of a document share. */
export interface MeshParts {
  readonly materials: MaterialShelf;
  readonly morphNormals: boolean;
}

/**
 * A surface as a mesh of one primitive.
 *
 * @param origin the point of head space, mm, that is the mesh's own origin
 * @param joints all of the skeleton, where the mesh is skinned
 */
export function createMesh(
  document: Document,
  source: HeadMesh,
  origin: readonly number[],
  { materials, morphNormals }: MeshParts,
  joints?: readonly HeadJoint[],
): Mesh {
  const textured = source.uvs.length > 0;
  const split = splitSeams(source.triangles, textured ? source.uvTriangles : undefined);
  const normals =
    source.normals ??
    vertexNormals(source.positions, source.triangles, new Float32Array(source.positions.length));
  const primitive = document
    .createPrimitive()
    .setIndices(accessorOf(document, 'SCALAR', split.indices))
    .setAttribute('POSITION', accessorOf(document, 'VEC3', relativePositions(source, split, origin)))
    .setAttribute('NORMAL', accessorOf(document, 'VEC3', unitNormals(normals, split)));
  if (textured)
    primitive.setAttribute('TEXCOORD_0', accessorOf(document, 'VEC2', gather(source.uvs, split.uvOf, 2)));
  if (source.seen) {
    const seen = gather(source.seen, split.vertexOf, 1);
    primitive.setAttribute(seenAttribute, accessorOf(document, 'SCALAR', seen));
  }
  if (joints) addJointWeights(document, primitive, source, split, joints);
  materials.dress(primitive, source.material);
  const mesh = document.createMesh(source.name).addPrimitive(primitive);
  addMorphTargets(document, mesh, primitive, source, split, morphNormals);
  return mesh;
}

function relativePositions(
  source: HeadMesh,
  split: SplitMesh,
  origin: readonly number[],
): Float32Array<ArrayBuffer> {
  const positions = gather(source.positions, split.vertexOf, 3);
  for (let i = 0; i < positions.length; i++)
    positions[i] = (positions[i]! - origin[i % 3]!) * metresPerMillimetre;
  return positions;
}

/** Normals of length one; glTF allows no zero normals, so vertices without one look forwards. */
function unitNormals(normals: Float32Array, split: SplitMesh): Float32Array<ArrayBuffer> {
  const out = gather(normals, split.vertexOf, 3);
  for (let i = 0; i < out.length; i += 3) {
    const length = Math.hypot(out[i]!, out[i + 1]!, out[i + 2]!);
    if (length > 1e-6) for (let k = i; k < i + 3; k++) out[k]! /= length;
    else out.set([0, 0, 1], i);
  }
  return out;
}

function addJointWeights(
  document: Document,
  primitive: Primitive,
  { binding }: HeadMesh,
  { vertexOf }: SplitMesh,
  joints: readonly HeadJoint[],
): void {
  const own = binding!.joints.map((name) => joints.findIndex((joint) => joint.name === name));
  const indices = new Uint8Array(vertexOf.length * 4);
  const weights = new Float32Array(vertexOf.length * 4);
  for (let i = 0; i < vertexOf.length; i++) {
    let sum = 0;
    for (let k = 0; k < own.length; k++) sum += weightOf(binding!, vertexOf[i]!, k);
    for (let k = 0; k < own.length; k++) {
      const weight = weightOf(binding!, vertexOf[i]!, k) / sum;
      if (weight === 0) continue; // glTF wants joint 0 where nothing is weighed
      indices[4 * i + k] = own[k]!;
      weights[4 * i + k] = weight;
    }
  }
  primitive
    .setAttribute('JOINTS_0', accessorOf(document, 'VEC4', indices))
    .setAttribute('WEIGHTS_0', accessorOf(document, 'VEC4', weights));
}

function weightOf({ joints, weights }: NonNullable<HeadMesh['binding']>, vertex: number, k: number): number {
  return weights ? weights[vertex * joints.length + k]! : 1;
}
