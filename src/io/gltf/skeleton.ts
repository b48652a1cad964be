import type { Document, Node, Skin } from '@gltf-transform/core';
import type { HeadSkeleton } from '../head-scene.js';
import { accessorOf, metresPerMillimetre, type Vector3 } from './accessor.js';

/** The point of head space, mm, on which the root stands. */
export function originOf({ height = 0 }: HeadSkeleton): readonly [number, number, number] {
  return [0, -height, 0];
}

/**
 * Nodes of the joints by their names, below each other and `root`. Joints of the bind pose are not turned.
 */
export function createJoints(document: Document, skeleton: HeadSkeleton, root: Node): Map<string, Node> {
  const { joints } = skeleton;
  const nodes = new Map<string, Node>();
  const places = new Map(joints.map(({ name, position }) => [name, position]));
  for (const { name, parent, position } of joints) {
    const from = parent === undefined ? originOf(skeleton) : places.get(parent)!;
    const offset = position.map((x, axis) => (x - from[axis]!) * metresPerMillimetre) as Vector3;
    const node = document.createNode(name).setTranslation(offset);
    (parent === undefined ? root : nodes.get(parent)!).addChild(node);
    nodes.set(name, node);
  }
  return nodes;
}

/** The skin over all joints; all meshes of a document share one. */
export function createSkin(
  document: Document,
  skeleton: HeadSkeleton,
  nodes: ReadonlyMap<string, Node>,
): Skin {
  const [known] = document.getRoot().listSkins();
  if (known) return known;
  const { joints } = skeleton;
  const origin = originOf(skeleton);
  const inverse = new Float32Array(joints.length * 16);
  const skin = document.createSkin('skeleton').setSkeleton(nodes.get(joints[0]!.name)!);
  joints.forEach(({ name, position }, k) => {
    skin.addJoint(nodes.get(name)!);
    const from = position.map((x, axis) => (x - origin[axis]!) * metresPerMillimetre);
    const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...from.map((x) => -x), 1];
    inverse.set(matrix, k * 16);
  });
  return skin.setInverseBindMatrices(accessorOf(document, 'MAT4', inverse));
}
