import type { Accessor, Document, Mesh, Primitive } from '@gltf-transform/core';
import { vertexNormals } from '../../render/normals.js';
import type { HeadMesh } from '../head-scene.js';
import { dropSmall, leastMove } from '../morph-moves.js';
import { gather, type SplitMesh } from '../split-seams.js';
import { accessorOf, metresPerMillimetre } from './accessor.js';

/** Some two degrees. */
const leastNormalDelta = 0.04;

/**
 * Adds a mesh's morph targets, positions and normals, as far as they move it: a target that moves nothing
 * here would be a burden for every program, and an accessor without data, which some refuse. Names tell
 * programs which is which, so that meshes need not have the same ones.
 */
export function addMorphTargets(
  document: Document,
  mesh: Mesh,
  primitive: Primitive,
  source: HeadMesh,
  split: SplitMesh,
  withNormals: boolean,
): void {
  const moved = new Float32Array(source.positions.length);
  const movedNormals = new Float32Array(moved.length);
  // Differences of computed normals, also where the rest normals were given: both sides then share their
  // errors.
  const rest = vertexNormals(source.positions, source.triangles, new Float32Array(moved.length));
  const names: string[] = [];
  const weights: number[] = [];
  const store = storeOf(document);
  (source.morphTargets ?? []).forEach(({ name, deltas }, k) => {
    const positions = gather(dropSmall(deltas, leastMove(deltas)), split.vertexOf, 3, metresPerMillimetre);
    if (positions.every((x) => x === 0)) return;
    const target = document.createPrimitiveTarget(name).setAttribute('POSITION', store(positions));
    if (withNormals) {
      for (let i = 0; i < moved.length; i++) moved[i] = source.positions[i]! + deltas[i]!;
      vertexNormals(moved, source.triangles, movedNormals);
      for (let i = 0; i < moved.length; i++) movedNormals[i]! -= rest[i]!;
      const normals = gather(dropSmall(movedNormals, leastNormalDelta), split.vertexOf, 3);
      target.setAttribute('NORMAL', store(normals));
    }
    primitive.addTarget(target);
    names.push(name);
    weights.push(source.morphWeights?.[k] ?? 0);
  });
  if (names.length > 0) mesh.setWeights(weights).setExtras({ targetNames: names });
}

/**
 * Makes accessors of a mesh's deltas. Where fewer than half of the vertices move, only these are stored, with
 * their indices: above that little room is won. What turns no normal has one field of zeros in common: an
 * accessor needs data.
 */
function storeOf(document: Document): (vectors: Float32Array<ArrayBuffer>) => Accessor {
  let zeros: Accessor | undefined;
  return (vectors) => {
    let moved = 0;
    for (let i = 0; i < vectors.length; i += 3)
      if (vectors[i] !== 0 || vectors[i + 1] !== 0 || vectors[i + 2] !== 0) moved++;
    if (moved === 0) return (zeros ??= accessorOf(document, 'VEC3', vectors));
    return accessorOf(document, 'VEC3', vectors).setSparse(2 * moved < vectors.length / 3);
  };
}
