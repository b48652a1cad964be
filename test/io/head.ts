import sharp from 'sharp';
import type { HeadMesh, HeadScene, HeadSkeleton } from '../../src/io/head-scene.js';
import { sphereMesh } from '../render/meshes.js';

/**
 * A ball with a uv seam (its first and last columns are one), three morph targets, and an eye that has
 * turned.
 */
export async function exampleHead(): Promise<HeadScene> {
  const png = new Uint8Array(
    await sharp({ create: { width: 4, height: 4, channels: 4, background: '#c86' } })
      .png()
      .toBuffer(),
  );
  const skin = seamedBall(24, 100, [0, 0, 0]);
  const eye = seamedBall(8, 12, [30, 0, 90]);
  const smile = new Float32Array(skin.positions.length);
  const all = new Float32Array(skin.positions.length);
  for (let i = 0; i < smile.length; i += 3) {
    if (skin.positions[i + 1]! < -80) smile[i + 1] = 5;
    all[i + 2] = 1 + skin.positions[i]! / 100;
  }
  return {
    meshes: [
      {
        ...skin,
        name: 'skin',
        material: {
          name: 'skin',
          texture: { name: 'skin', data: png, type: 'png' },
          alphaMode: 'OPAQUE',
          doubleSided: false,
          roughness: 0.6,
          metallic: 0,
        },
        morphTargets: [
          { name: 'mouthSmile', deltas: smile },
          { name: 'nothing', deltas: new Float32Array(smile.length) },
          { name: 'all', deltas: all },
        ],
        morphWeights: [0.5, 0, 0.25],
      },
      {
        ...eye,
        name: 'eye left',
        material: {
          name: 'eye',
          baseColor: [0.9, 0.9, 1, 0.5],
          alphaMode: 'BLEND',
          doubleSided: true,
          roughness: 0.1,
          metallic: 0,
        },
        uvs: new Float32Array(0),
        uvTriangles: new Uint32Array(0),
        pivot: [30, 0, 90],
        rotation: [0, Math.SQRT1_2, 0, Math.SQRT1_2],
      },
    ],
    extras: { generator: 'test', coefficients: [1, 2, 3] },
  };
}

/** The same on a neck: the ball bends between two joints, the eye turns on its own. */
export async function jointedHead(skinned: HeadSkeleton['skinned']): Promise<HeadScene> {
  const head = await exampleHead();
  const [skin, eye] = head.meshes;
  const weights = new Float32Array((2 * skin!.positions.length) / 3);
  for (let v = 0; v < weights.length / 2; v++) {
    const share = Math.min(1, Math.max(0, 0.5 + skin!.positions[3 * v + 1]! / 100));
    weights.set([share, 1 - share], 2 * v);
  }
  return {
    ...head,
    meshes: [
      { ...skin!, binding: { joints: ['Head', 'Neck'], weights } },
      { ...eye!, binding: { joints: ['LeftEye'] } },
    ],
    skeleton: {
      root: 'Avatar',
      skinned,
      joints: [
        { name: 'Neck', position: [0, -90, -30] },
        { name: 'Head', parent: 'Neck', position: [0, -20, -20] },
        { name: 'LeftEye', parent: 'Head', position: [30, 0, 90] },
      ],
    },
  };
}

/** A ball whose vertices close and whose uvs do not. */
function seamedBall(
  columns: number,
  radius: number,
  centre: [number, number, number],
): Pick<HeadMesh, 'positions' | 'triangles' | 'uvs' | 'uvTriangles'> {
  const open = sphereMesh(columns, columns, radius, centre);
  const across = columns + 1;
  const triangles = open.triangles.map((v) => (v % across === columns ? v - columns : v));
  return { positions: open.positions, triangles, uvs: open.uvs, uvTriangles: open.triangles };
}
