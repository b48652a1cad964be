import { VRMLoaderPlugin, type VRM } from '@pixiv/three-vrm';
import { validateBytes } from 'gltf-validator';
import { Object3D, Vector3, type Mesh } from 'three';
import { beforeAll, describe, expect, it } from 'vitest';
import { vrmAvatar } from '../../../src/avatar/presets.js';
import { vrmExpressions } from '../../../src/avatar/vrm/expressions.js';
import { vrmMetaDefaults } from '../../../src/avatar/vrm/vrm-meta.js';
import { vrmVersions, type VrmVersion } from '../../../src/avatar/vrm/vrm-versions.js';
import { writeVrm } from '../../../src/avatar/vrm/write-vrm.js';
import type { HeadScene } from '../../../src/io/head-scene.js';
import { arkitUnits } from '../../../src/model/arkit-units.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { jsonOf } from '../../io/glb-json.js';
import { exampleAvatar } from '../example-avatar.js';
import { loadInThree } from '../load-in-three.js';

let scene: HeadScene;
const files = new Map<VrmVersion, Uint8Array>();
beforeAll(async () => {
  scene = await exampleAvatar(await loadModel(), vrmAvatar);
  for (const version of vrmVersions) files.set(version, await writeVrm(scene, meta, version));
});

const meta = { ...vrmMetaDefaults, name: 'Somebody', authors: ['A maker'] };

async function vrmOf(version: VrmVersion): Promise<VRM> {
  const gltf = await loadInThree(files.get(version)!, (loader) => {
    loader.register((parser) => new VRMLoaderPlugin(parser));
  });
  return gltf.userData['vrm'] as VRM;
}

/** Sum of what the morph targets move vertices by, in metres: 0 at rest. */
function motionOf(vrm: VRM): number {
  let sum = 0;
  vrm.scene.traverse((object: Object3D) => {
    const { morphTargetInfluences: weights, geometry } = object as Partial<Mesh>;
    weights?.forEach((weight, k) => {
      if (weight === 0) return;
      const deltas = geometry!.morphAttributes.position![k]!;
      for (let i = 0; i < deltas.count; i++)
        sum += Math.abs(weight) * Math.hypot(deltas.getX(i), deltas.getY(i), deltas.getZ(i));
    });
  });
  return sum;
}

describe.each(vrmVersions)('VRM %s', (version) => {
  it('is valid glTF', async () => {
    const { issues } = await validateBytes(files.get(version)!);
    const complaints = issues.messages.filter(({ severity }) => severity < 2).map(({ code }) => code);
    // VRM 0.x gave its extension a name before there were rules for names.
    expect(complaints).toEqual(version === '0.x' ? ['INVALID_EXTENSION_NAME_FORMAT'] : []);
  });

  it('has the bones that VRM requires, each above or below its neighbour', async () => {
    const { humanoid } = await vrmOf(version);
    const required = [
      ...(['hips', 'spine', 'head'] as const),
      ...(['leftUpperArm', 'leftLowerArm', 'leftHand', 'rightUpperArm', 'rightLowerArm'] as const),
      ...(['rightHand', 'leftUpperLeg', 'leftLowerLeg', 'leftFoot', 'rightUpperLeg'] as const),
      ...(['rightLowerLeg', 'rightFoot'] as const),
    ] as const;
    const heightOf = (name: (typeof required)[number]) =>
      humanoid.getRawBoneNode(name)!.getWorldPosition(new Vector3()).y;
    for (const name of required) expect(humanoid.getRawBoneNode(name)).not.toBeNull();
    expect(heightOf('head')).toBeGreaterThan(heightOf('spine'));
    expect(heightOf('hips')).toBeGreaterThan(heightOf('leftLowerLeg'));
    expect(heightOf('leftFoot')).toBeGreaterThan(0);
    expect(heightOf('leftFoot')).toBeLessThan(0.15);
    expect(heightOf('head')).toBeGreaterThan(1.2);
    expect(heightOf('head')).toBeLessThan(1.8);
  });

  it('moves with every preset expression and every unit of ARKit', async () => {
    const vrm = await vrmOf(version);
    const manager = vrm.expressionManager!;
    // three-vrm calls the clips of VRM 0.x that have no preset by their own names.
    const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
    const nameOf = (name: string) => (manager.getExpression(name) ? name : pascal(name));
    for (const name of [...Object.keys(vrmExpressions), ...arkitUnits].map(nameOf)) {
      expect(manager.getExpression(name), name).not.toBeNull();
      manager.resetValues();
      manager.update();
      expect(motionOf(vrm), name).toBe(0);
      manager.setValue(name, 1);
      manager.update();
      expect(motionOf(vrm), name).toBeGreaterThan(0.01);
    }
  });

  it('looks at things, to the side where they are', async () => {
    const vrm = await vrmOf(version);
    const target = new Object3D();
    // Subject's left: +x for a head that looks along +z, −x for one that looks along −z.
    target.position.set(version === '1.0' ? 1 : -1, 1.55, version === '1.0' ? 1 : -1);
    target.updateMatrixWorld(true);
    vrm.lookAt!.target = target;
    vrm.update(0.1);
    const eye = vrm.humanoid.getRawBoneNode('leftEye')!;
    const skin = vrm.scene.getObjectByName('skin') as Mesh;
    const outwards = skin.morphTargetInfluences![skin.morphTargetDictionary!['eyeLookOutLeft']!]!;
    if (version === '1.0') expect(outwards).toBeGreaterThan(0.5);
    else expect(eye.rotation.y).toBeGreaterThan(0.1);
  });

  it('says whose it is', async () => {
    const { meta: told } = await vrmOf(version);
    if (told.metaVersion === '1') {
      expect(told.name).toBe('Somebody');
      expect(told.authors).toEqual(['A maker']);
      expect(told.avatarPermission).toBe('onlyAuthor');
    } else {
      expect(told.title).toBe('Somebody');
      expect(told.author).toBe('A maker');
      expect(told.allowedUserName).toBe('OnlyAuthor');
    }
  });
});

describe('writeVrm', () => {
  it('looks along −z in VRM 0.x, with everything in its place', () => {
    const [one, zero] = vrmVersions.map((version) => jsonOf(files.get(version)!));
    expect(one!.nodes.map(({ name }) => name)).toEqual(zero!.nodes.map(({ name }) => name));
    expect(one!.accessors.map(({ count }) => count)).toEqual(zero!.accessors.map(({ count }) => count));
  });

  it('refuses a head without a body in one line', async () => {
    const head = await exampleAvatar(await loadModel(), { atRest: true });
    await expect(writeVrm(head, meta)).rejects.toThrow(/without "Hips".*skeleton: 'humanoid'/);
  });
});
