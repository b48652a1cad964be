import { unzipSync } from 'fflate';
import { Vector3, type Mesh, type Object3D, type SkinnedMesh } from 'three';
import { USDLoader } from 'three/addons/loaders/USDLoader.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HeadScene } from '../../../src/io/head-scene.js';
import { writeUsdz } from '../../../src/io/usd/write-usdz.js';
import { arkitUnits } from '../../../src/model/arkit-units.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { exampleAvatar } from '../../avatar/example-avatar.js';

let scene: HeadScene;
let usdz: Uint8Array;
let layer: string;
beforeAll(async () => {
  scene = await exampleAvatar(await loadModel(), { photoVariant: false });
  usdz = writeUsdz(scene);
  layer = new TextDecoder().decode(unzipSync(usdz)['head.usda']);
});

const LOCAL_HEADER = 0x04034b50;
const ALIGNMENT = 64;

/** Names of a zip file's members, and where the bytes of each begin. */
function membersOf(zip: Uint8Array): { name: string; start: number; compression: number }[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const members: { name: string; start: number; compression: number }[] = [];
  for (let at = 0; view.getUint32(at, true) === LOCAL_HEADER;) {
    const [nameLength, extraLength] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
    const start = at + 30 + nameLength + extraLength;
    const name = new TextDecoder().decode(zip.subarray(at + 30, at + 30 + nameLength));
    members.push({ name, start, compression: view.getUint16(at + 8, true) });
    at = start + view.getUint32(at + 18, true);
  }
  return members;
}

describe('writeUsdz', () => {
  it('packs a layer and its textures as USDZ wants them: in order, as they are, aligned', () => {
    const members = membersOf(usdz);
    expect(members.map(({ name }) => name.replace(/^textures\/.*\.(jpg|png)$/, 'texture'))).toEqual([
      'head.usda',
      ...Array.from({ length: members.length - 1 }, () => 'texture'),
    ]);
    expect(members.length).toBeGreaterThan(3);
    for (const { start, compression } of members) {
      expect(compression).toBe(0);
      expect(start % ALIGNMENT).toBe(0);
    }
    for (const [, path] of layer.matchAll(/@([^@]+)@/g))
      expect(members.map(({ name }) => name)).toContain(path);
  });

  it('gives the same bytes for the same head', () => {
    expect(Buffer.compare(writeUsdz(scene), usdz)).toBe(0);
  });

  it('is read by three.js: a skinned head in metres that stands on the ground', () => {
    // Node has no pictures.
    const bare = layer.replaceAll(/^.*asset inputs:file.*$/gm, '');
    const group = new USDLoader().parse(bare) as Object3D;
    group.updateMatrixWorld(true);
    const meshes: Mesh[] = [];
    group.traverse((object) => {
      if ((object as Mesh).isMesh) meshes.push(object as Mesh);
    });
    expect(meshes).toHaveLength(scene.meshes.length);
    const skin = meshes.find(({ name }) => name === scene.meshes[0]!.name) as SkinnedMesh;
    expect(skin.isSkinnedMesh).toBe(true);
    expect(skin.skeleton.bones.map(({ name }) => name)).toEqual(
      scene.skeleton!.joints.map(({ name }) => name),
    );
    const heights = Array.from({ length: skin.geometry.getAttribute('position').count }, (_, v) => {
      const point = skin.getVertexPosition(v, new Vector3());
      return skin.localToWorld(point).y;
    });
    expect(Math.min(...heights)).toBeCloseTo(0, 3);
    // From the collar bones to the crown.
    expect(Math.max(...heights)).toBeGreaterThan(0.3);
    expect(Math.max(...heights)).toBeLessThan(0.5);
  });

  it("has ARKit's units as blend shapes of the skin, and the photo's expression as their weights", () => {
    const skin = scene.meshes[0]!;
    const block = layer.slice(layer.indexOf(`def Mesh "${skin.name}"`));
    const [, shapes] = /skel:blendShapes = \[([^\]]*)\]/.exec(block)!;
    expect(shapes!.replaceAll('"', '').split(', ').sort()).toEqual([...arkitUnits].sort());
    const [, names] = /blendShapes = \[([^\]]*)\]\s+float\[\] blendShapeWeights/.exec(layer)!;
    const [, weights] = /blendShapeWeights = \[([^\]]*)\]/.exec(layer)!;
    const given = new Map(
      names!.split(', ').map((name, k) => [name.replaceAll('"', ''), Number(weights!.split(', ')[k])]),
    );
    skin.morphTargets!.forEach(({ name }, k) => {
      expect(given.get(name)).toBeCloseTo(skin.morphWeights![k]!, 3);
    });
    expect(Math.max(...given.values())).toBeGreaterThan(0.2);
  });

  it('moves vertices of a blend shape as the morph target does', () => {
    const skin = scene.meshes[0]!;
    const jaw = skin.morphTargets!.find(({ name }) => name === 'jawOpen')!;
    const [, block] = /def BlendShape "jawOpen"\s*\{([^}]*)\}/.exec(layer)!;
    const offsets = /offsets = \[(.*)\]/
      .exec(block!)![1]!
      .match(/-?[\d.]+/g)!
      .map(Number);
    const indices = /pointIndices = \[(.*)\]/.exec(block!)![1]!.split(', ').map(Number);
    const moved = new Float32Array(jaw.deltas.length);
    indices.forEach((v, i) => {
      for (let axis = 0; axis < 3; axis++) moved[3 * v + axis] = 10 * offsets[3 * i + axis]!;
    });
    const length = (values: Float32Array, v: number): number =>
      Math.hypot(...values.subarray(3 * v, 3 * v + 3));
    const vertices = [...Array(moved.length / 3).keys()];
    const largest = Math.max(...vertices.map((v) => length(jaw.deltas, v)));
    const rest = moved.map((x, i) => x - jaw.deltas[i]!);
    // mm; small moves are left out, as in glTF.
    const least = Math.max(0.1, 0.015 * largest);
    for (const v of vertices) expect(length(rest, v)).toBeLessThan(least + 0.02);
  });

  it('refuses scenes that USD cannot hold', () => {
    const { skeleton, ...bare } = scene;
    expect(skeleton).toBeDefined();
    expect(() => writeUsdz(bare)).toThrow(/^writeUsdz: expected a scene with a skeleton, got none\.$/);
    const [first, ...rest] = scene.meshes;
    const texture = { name: 'skin', data: new Uint8Array(1), type: 'webp' } as const;
    const webp = { ...first!, material: { ...first!.material, texture } };
    expect(() => writeUsdz({ ...scene, meshes: [webp, ...rest] })).toThrow(/WebP/);
  });
});
