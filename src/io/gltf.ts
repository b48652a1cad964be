import {
  Document,
  WebIO,
  type Accessor,
  type Material,
  type Mesh,
  type Primitive,
} from '@gltf-transform/core';
import { vertexNormals } from '../render/normals.js';
import { checkHeadMesh, type HeadMaterial, type HeadMesh, type HeadScene } from './head-scene.js';
import { gather, splitSeams, type SplitMesh } from './split-seams.js';

/** glTF is in metres. */
const metresPerMillimetre = 1e-3;

/** Morph deltas shorter than this are noise of the model's quantisation; as zeros they need no space. */
const leastDelta = 1e-3; // mm
const leastNormalDelta = 1e-3;

/**
 * Writes a head as binary glTF 2.0: metres, +y up, +z out of the face.
 *
 * Every mesh becomes a node of its own name with one primitive and one material; a pivot becomes the node's
 * translation, so that turning the node turns an eyeball about its centre. Morph targets carry positions and
 * normals, their names are in `mesh.extras.targetNames` as viewers expect, and the mesh's weights show the
 * given expression.
 *
 * @throws RangeError when the arrays of a mesh do not fit together.
 */
export async function writeGlb(scene: HeadScene): Promise<Uint8Array> {
  const document = new Document();
  document.createBuffer();
  const root = document.createScene('head').setExtras({ ...scene.extras });
  document.getRoot().setDefaultScene(root);
  for (const mesh of scene.meshes) {
    checkHeadMesh('writeGlb', mesh);
    const node = document.createNode(mesh.name).setMesh(createMesh(document, mesh));
    if (mesh.pivot)
      node.setTranslation(mesh.pivot.map((x) => x * metresPerMillimetre) as [number, number, number]);
    if (mesh.rotation) node.setRotation([...mesh.rotation]);
    root.addChild(node);
  }
  return new WebIO().writeBinary(document);
}

/** How surely a photo shows each vertex, 0…1; names of one's own begin with an underscore in glTF. */
export const seenAttribute = '_SEEN';

function createMesh(document: Document, source: HeadMesh): Mesh {
  const textured = source.uvs.length > 0;
  const split = splitSeams(source.triangles, textured ? source.uvTriangles : undefined);
  const normals =
    source.normals ??
    vertexNormals(source.positions, source.triangles, new Float32Array(source.positions.length));
  const accessor = (
    type: 'SCALAR' | 'VEC2' | 'VEC3',
    array: Float32Array<ArrayBuffer> | Uint16Array | Uint32Array,
  ) =>
    document
      .createAccessor()
      .setType(type)
      .setArray(array as Parameters<Accessor['setArray']>[0])
      .setBuffer(document.getRoot().listBuffers()[0]!);
  const primitive = document
    .createPrimitive()
    .setIndices(accessor('SCALAR', split.indices))
    .setAttribute('POSITION', accessor('VEC3', relativePositions(source, split)))
    .setAttribute('NORMAL', accessor('VEC3', unitNormals(normals, split)))
    .setMaterial(createMaterial(document, source.material));
  if (textured) primitive.setAttribute('TEXCOORD_0', accessor('VEC2', gather(source.uvs, split.uvOf, 2)));
  if (source.seen)
    primitive.setAttribute(seenAttribute, accessor('SCALAR', gather(source.seen, split.vertexOf, 1)));
  const mesh = document.createMesh(source.name).addPrimitive(primitive);
  addMorphTargets(document, mesh, primitive, source, split, (array) => accessor('VEC3', array));
  return mesh;
}

function relativePositions(source: HeadMesh, split: SplitMesh): Float32Array<ArrayBuffer> {
  const positions = gather(source.positions, split.vertexOf, 3);
  const pivot = source.pivot ?? [0, 0, 0];
  for (let i = 0; i < positions.length; i++)
    positions[i] = (positions[i]! - pivot[i % 3]!) * metresPerMillimetre;
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

function addMorphTargets(
  document: Document,
  mesh: Mesh,
  primitive: Primitive,
  source: HeadMesh,
  split: SplitMesh,
  accessor: (array: Float32Array<ArrayBuffer>) => Accessor,
): void {
  const targets = source.morphTargets ?? [];
  if (targets.length === 0) return;
  const moved = new Float32Array(source.positions.length);
  const movedNormals = new Float32Array(moved.length);
  // Differences of computed normals, also where the rest normals were given: both sides then share their
  // errors.
  const rest = vertexNormals(source.positions, source.triangles, new Float32Array(moved.length));
  for (const { name, deltas } of targets) {
    for (let i = 0; i < moved.length; i++) moved[i] = source.positions[i]! + deltas[i]!;
    vertexNormals(moved, source.triangles, movedNormals);
    for (let i = 0; i < moved.length; i++) movedNormals[i]! -= rest[i]!;
    const positions = gather(dropSmall(deltas, leastDelta), split.vertexOf, 3, metresPerMillimetre);
    const normals = gather(dropSmall(movedNormals, leastNormalDelta), split.vertexOf, 3);
    primitive.addTarget(
      document
        .createPrimitiveTarget(name)
        .setAttribute('POSITION', sparseIfStill(accessor(positions), positions))
        .setAttribute('NORMAL', sparseIfStill(accessor(normals), normals)),
    );
  }
  mesh.setWeights([...(source.morphWeights ?? targets.map(() => 0))]);
  mesh.setExtras({ targetNames: targets.map(({ name }) => name) });
}

/** A copy in which vectors shorter than `least` are zero. */
function dropSmall(vectors: Float32Array, least: number): Float32Array {
  const out = Float32Array.from(vectors);
  for (let i = 0; i < out.length; i += 3) {
    if (Math.hypot(out[i]!, out[i + 1]!, out[i + 2]!) < least) out.fill(0, i, i + 3);
  }
  return out;
}

/**
 * Stores only the moved vertices, with their indices, where fewer than half move: above that little room is
 * won.
 */
function sparseIfStill(accessor: Accessor, vectors: Float32Array): Accessor {
  let moved = 0;
  for (let i = 0; i < vectors.length; i += 3)
    if (vectors[i] !== 0 || vectors[i + 1] !== 0 || vectors[i + 2] !== 0) moved++;
  return accessor.setSparse(2 * moved < vectors.length / 3);
}

function createMaterial(document: Document, source: HeadMaterial): Material {
  const material = document
    .createMaterial(source.name)
    .setBaseColorFactor([...(source.baseColor ?? [1, 1, 1, 1])])
    .setAlphaMode(source.alphaMode)
    .setDoubleSided(source.doubleSided)
    .setRoughnessFactor(source.roughness)
    .setMetallicFactor(source.metallic);
  if (source.texture) {
    const { name, png } = source.texture;
    const known = document
      .getRoot()
      .listTextures()
      .find((texture) => texture.getName() === name);
    material.setBaseColorTexture(
      known ?? document.createTexture(name).setMimeType('image/png').setImage(Uint8Array.from(png)),
    );
    // 33071 = CLAMP_TO_EDGE: atlases do not repeat.
    material.getBaseColorTextureInfo()!.setWrapS(33071).setWrapT(33071);
  }
  return material;
}
