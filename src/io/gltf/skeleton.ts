import type { Document, Node, Skin } from '@gltf-transform/core';
import {
  multiplyRotations,
  rotatePoints,
  rotationFromQuaternion,
  rotationToQuaternion,
  transposeRotation,
} from '../../math/rotation.js';
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
  const nodes = new Map<string, Node>();
  const known = new Map(skeleton.joints.map((joint) => [joint.name, joint]));
  for (const { name, parent, position, axes = unturned } of skeleton.joints) {
    const above = parent === undefined ? undefined : known.get(parent)!;
    const from = above?.position ?? originOf(skeleton);
    const back = transposeRotation(rotationFromQuaternion(above?.axes ?? unturned));
    const offset = position.map((x, axis) => (x - from[axis]!) * metresPerMillimetre);
    const node = document.createNode(name).setTranslation(applied(back, offset));
    const turn = multiplyRotations(back, rotationFromQuaternion(axes));
    node.setRotation([...rotationToQuaternion(turn)] as [number, number, number, number]);
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
  joints.forEach(({ name, position, axes = unturned }, k) => {
    skin.addJoint(nodes.get(name)!);
    const from = position.map((x, axis) => (x - origin[axis]!) * metresPerMillimetre);
    const back = transposeRotation(rotationFromQuaternion(axes));
    const [x, y, z] = applied(back, from);
    // Column by column.
    const turn = [0, 1, 2].flatMap((column) => [back[column]!, back[3 + column]!, back[6 + column]!, 0]);
    inverse.set([...turn, -x, -y, -z, 1], k * 16);
  });
  return skin.setInverseBindMatrices(accessorOf(document, 'MAT4', inverse));
}

const unturned = [0, 0, 0, 1] as const;

function applied(rotation: Float64Array, point: readonly number[]): Vector3 {
  return [...rotatePoints(rotation, Float64Array.from(point), new Float64Array(3))] as Vector3;
}
