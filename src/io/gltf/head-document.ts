import { Document, type Node, type Scene } from '@gltf-transform/core';
import { checkHeadScene, type HeadMesh, type HeadScene, type HeadSkeleton } from '../head-scene.js';
import { MaterialShelf } from './materials.js';
import { metresPerMillimetre, type Vector3 } from './accessor.js';
import { createMesh, type MeshParts } from './mesh.js';
import { createJoints, createSkin, originOf } from './skeleton.js';

/** A head as a glTF-Transform document. @throws RangeError when something does not fit together */
export function headDocument(scene: HeadScene, morphNormals = true): Document {
  checkHeadScene('writeGlb', scene);
  const document = new Document();
  document.createBuffer();
  const root = document.createScene('head').setExtras({ ...scene.extras });
  document.getRoot().setDefaultScene(root);
  const parts: MeshParts = { materials: new MaterialShelf(document), morphNormals };
  if (scene.skeleton) placeOnSkeleton(document, root, scene, scene.skeleton, parts);
  else for (const mesh of scene.meshes) root.addChild(standingMesh(document, mesh, parts));
  return document;
}

/** A mesh without a skeleton, at its pivot. */
function standingMesh(document: Document, mesh: HeadMesh, parts: MeshParts): Node {
  const origin = mesh.pivot ?? [0, 0, 0];
  const node = document.createNode(mesh.name).setMesh(createMesh(document, mesh, origin, parts));
  if (mesh.pivot) node.setTranslation(mesh.pivot.map((x) => x * metresPerMillimetre) as Vector3);
  if (mesh.rotation) node.setRotation([...mesh.rotation]);
  return node;
}

function placeOnSkeleton(
  document: Document,
  scene: Scene,
  { meshes }: HeadScene,
  skeleton: HeadSkeleton,
  parts: MeshParts,
): void {
  const root = document.createNode(skeleton.root);
  scene.addChild(root);
  const nodes = createJoints(document, skeleton, root);
  for (const mesh of meshes) {
    const { joints } = mesh.binding!;
    const joint = skeleton.joints.find(({ name }) => name === joints[0])!;
    const node = nodes.get(joint.name)!;
    if (mesh.rotation) node.setRotation([...mesh.rotation]);
    if (joints.length === 1 && skeleton.skinned === 'bending') {
      const carried = createMesh(document, mesh, joint.position, parts);
      node.addChild(document.createNode(mesh.name).setMesh(carried));
      continue;
    }
    const skinned = createMesh(document, mesh, originOf(skeleton), parts, skeleton.joints);
    const skin = createSkin(document, skeleton, nodes);
    // A skinned mesh follows its joints alone: below another node, that node's place would seem to count, and
    // validators warn. So the one that bends is the root.
    const place = skeleton.skinned === 'bending' && !root.getMesh() ? root : document.createNode(mesh.name);
    place.setMesh(skinned).setSkin(skin);
    if (place !== root) root.addChild(place);
  }
}
