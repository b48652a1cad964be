import { LoadAssetContainerAsync } from '@babylonjs/core/Loading/sceneLoader.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { Scene } from '@babylonjs/core/scene.js';
import '@babylonjs/loaders/glTF/2.0/index.js';
import { WebIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import assimpjs from 'assimpjs';
import { MeshoptDecoder } from 'meshoptimizer';
import { Vector3, type Mesh, type Object3D, type SkinnedMesh } from 'three';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { avatarSettings } from '../../src/avatar/presets.js';
import { writeGlb } from '../../src/io/gltf/write-glb.js';
import { arkitUnits } from '../../src/model/arkit-units.js';
import { loadModel } from '../../src/node/files/assets.js';
import { exampleAvatar } from './example-avatar.js';
import { loadInThree } from './load-in-three.js';

let glb: Uint8Array;
let web: Uint8Array;
beforeAll(async () => {
  const model = await loadModel();
  glb = await writeGlb(await exampleAvatar(model, { atRest: true }));
  const settings = avatarSettings('web');
  web = await writeGlb(await exampleAvatar(model, settings), settings);
});

/** Programs complain on the console. */
let spies: ReturnType<typeof vi.spyOn>[];
beforeEach(() => {
  spies = (['warn', 'error'] as const).map((kind) => vi.spyOn(console, kind));
});
afterEach(() => {
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

describe('head.glb in three.js', () => {
  it('has joints and morph targets by name', async () => {
    const { scene } = await loadInThree(glb);
    for (const name of ['Neck', 'Head', 'LeftEye', 'RightEye'])
      expect(scene.getObjectByName(name)).toBeDefined();
    const skin = scene.getObjectByName('Avatar') as Mesh;
    expect(Object.keys(skin.morphTargetDictionary!)).toEqual([...arkitUnits]);
  });

  it('turns as a whole with its head, and only eyes with their joints', async () => {
    const { scene } = await loadInThree(glb);
    const skin = scene.getObjectByName('Avatar') as SkinnedMesh;
    const eye = scene.getObjectByName('eyeLeft')!;
    const noseOf = (): Vector3 => skinPoint(skin, frontmost(skin));
    const [nose, eyePlace] = [noseOf(), placeOf(eye)];
    scene.getObjectByName('LeftEye')!.rotation.y = 0.3;
    scene.updateMatrixWorld(true);
    expect(noseOf().distanceTo(nose)).toBeLessThan(1e-6);
    expect(placeOf(eye).distanceTo(eyePlace)).toBeLessThan(1e-6);
    scene.getObjectByName('Head')!.rotation.y = 0.5;
    scene.updateMatrixWorld(true);
    // Positive yaw: towards +x.
    expect(noseOf().x - nose.x).toBeGreaterThan(0.03);
    expect(placeOf(eye).distanceTo(eyePlace)).toBeGreaterThan(0.02);
  });

  it('comes compressed as well, with the decoder that pages set', async () => {
    const { scene } = await loadInThree(web, (loader) => loader.setMeshoptDecoder(MeshoptDecoder));
    const skin = scene.getObjectByName('Avatar') as Mesh;
    expect(Object.keys(skin.morphTargetDictionary!)).toEqual([...arkitUnits]);
  });
});

describe('head.glb in Babylon.js', () => {
  it('has its meshes, morph targets and joints', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const engine = new NullEngine();
    const container = await LoadAssetContainerAsync(glb, new Scene(engine), { pluginExtension: '.glb' });
    const meshes = new Map(container.meshes.map((mesh) => [mesh.name, mesh]));
    expect(meshes.get('Avatar')!.morphTargetManager!.numTargets).toBe(arkitUnits.length);
    expect(meshes.get('Avatar')!.skeleton!.bones.map(({ name }) => name)).toContain('Neck');
    expect(meshes.get('eyeLeft')!.parent!.name).toBe('LeftEye');
    engine.dispose();
    log.mockRestore();
  });
});

describe('head.glb in assimp', () => {
  it('opens with its meshes, joints and places', async () => {
    const { FileList, ...assimp } = await assimpjs();
    const files = new FileList();
    files.AddFile('head.glb', glb);
    const result = assimp.ConvertFileList(files, 'assjson');
    expect(result.GetErrorCode()).toBe('no_error');
    const json = JSON.parse(new TextDecoder().decode(result.GetFile(0).GetContent())) as {
      readonly rootnode: { readonly name: string };
      readonly meshes: readonly { readonly name: string; readonly bones?: readonly unknown[] }[];
    };
    expect(json.rootnode.name).toBe('Avatar');
    expect(json.meshes.map(({ name }) => name)).toContain('skin');
    expect(json.meshes.find(({ name }) => name === 'skin')!.bones!.length).toBeGreaterThan(2);
  });
});

describe('head.glb in glTF-Transform', () => {
  it.each(['whole', 'web'])('is read and written again as it is: %s', async (kind) => {
    const io = new WebIO()
      .registerExtensions(ALL_EXTENSIONS)
      .registerDependencies({ 'meshopt.decoder': MeshoptDecoder });
    const document = await io.readBinary(kind === 'web' ? web : glb);
    expect(document.getRoot().listSkins()).toHaveLength(1);
    expect(document.getRoot().listMeshes().length).toBeGreaterThan(3);
  });
});

/** A vertex of a skinned mesh as it is drawn, world. */
function skinPoint(mesh: SkinnedMesh, index: number): Vector3 {
  mesh.updateWorldMatrix(true, true);
  mesh.skeleton.update();
  return mesh.localToWorld(mesh.getVertexPosition(index, new Vector3()));
}

const placeOf = (object: Object3D): Vector3 => object.getWorldPosition(new Vector3());

function frontmost(mesh: Mesh): number {
  const positions = mesh.geometry.getAttribute('position');
  let best = 0;
  for (let i = 0; i < positions.count; i++) if (positions.getZ(i) > positions.getZ(best)) best = i;
  return best;
}
