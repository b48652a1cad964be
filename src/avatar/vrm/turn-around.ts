import type { HeadMesh, HeadScene } from '../../io/head-scene.js';

type Triple = readonly [number, number, number];

const turned = ([x, y, z]: Triple): [number, number, number] => [-x, y, -z];

/**
 * A scene that looks the other way, along −z, as VRM 0.x has it: half a turn about +y, without a turned
 * node.
 */
export function turnedAround(scene: HeadScene): HeadScene {
  const { skeleton } = scene;
  return {
    ...scene,
    meshes: scene.meshes.map(turnedMesh),
    ...(skeleton && {
      skeleton: {
        ...skeleton,
        joints: skeleton.joints.map((joint) => ({ ...joint, position: turned(joint.position) })),
      },
    }),
  };
}

function turnedMesh(mesh: HeadMesh): HeadMesh {
  const { pivot, rotation, normals, morphTargets } = mesh;
  return {
    ...mesh,
    positions: turnedVectors(mesh.positions),
    ...(normals && { normals: turnedVectors(normals) }),
    ...(pivot && { pivot: turned(pivot) }),
    ...(rotation && { rotation: [-rotation[0], rotation[1], -rotation[2], rotation[3]] as const }),
    ...(morphTargets && {
      morphTargets: morphTargets.map(({ name, deltas }) => ({ name, deltas: turnedVectors(deltas) })),
    }),
  };
}

function turnedVectors(vectors: Float32Array): Float32Array {
  return vectors.map((x, i) => (i % 3 === 1 ? x : -x));
}
