import { WebIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import { validateBytes } from 'gltf-validator';
import { Matrix4 } from 'three';
import { beforeAll, describe, expect, it } from 'vitest';
import { avatarSceneOf } from '../../src/avatar/avatar-scene-of.js';
import { avatarPresets, avatarSettings, type AvatarTarget } from '../../src/avatar/presets.js';
import { writeGlb } from '../../src/io/gltf/write-glb.js';
import { posedPositions, type HeadScene } from '../../src/io/head-scene.js';
import { arkitUnits } from '../../src/model/arkit-units.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { readyPlayerMeUnits, visemes } from '../../src/model/visemes.js';
import { loadModel } from '../../src/node/files/assets.js';
import { decodeImage, encodeImage } from '../../src/node/files/image-codec.js';
import { exampleReconstruction, plainImage } from '../fit/example-reconstruction.js';
import { jsonOf } from '../io/glb-json.js';
import { expectClose } from '../math/close.js';
import { tinyModel } from '../model/tiny-model.js';
import { exampleAvatar } from './example-avatar.js';

let model: MorphableModel;
/** The example with default options. */
let plain: HeadScene;
beforeAll(async () => {
  model = await loadModel();
  plain = await exampleAvatar(model);
});

const mesh = (scene: HeadScene, name: string) => scene.meshes.find((item) => item.name === name)!;

describe('avatarSceneOf', () => {
  it('is without a complaint of the validator, on one root with the joints that people look for', async () => {
    const glb = await writeGlb(plain);
    const { issues } = await validateBytes(glb);
    expect(issues.messages).toEqual([]);
    const json = jsonOf(glb);
    const names = json.nodes.map(({ name }) => name);
    for (const name of ['Avatar', 'Spine', 'Neck', 'Head', 'LeftEye', 'RightEye'])
      expect(names).toContain(name);
    for (const { bufferView, sparse } of json.accessors)
      expect(bufferView !== undefined || sparse!.count > 0).toBe(true);
  });

  it('has three materials, and the photo as a variant of those that know it', async () => {
    const scene = plain;
    expect(new Set(scene.meshes.map(({ material }) => material.name))).toEqual(
      new Set(['skin', 'parts', 'lashes']),
    );
    const colorOf = async (data: Uint8Array) => [...(await decodeImage(data)).image.data.subarray(0, 3)];
    const { texture, photoTexture, surface } = mesh(scene, 'skin').material;
    // JPEG keeps a plain colour within a step or two.
    for (const [file, color] of [
      [texture, [210, 160, 130]],
      [photoTexture, [200, 150, 120]],
    ] as const)
      (await colorOf(file!.data)).forEach((value, k) => {
        expect(Math.abs(value - color[k]!)).toBeLessThanOrEqual(3);
      });
    expect(surface!.type).toBe('jpeg');
    expect(mesh(scene, 'lashes').material.texture!.type).toBe('png');
    const bare = await exampleAvatar(model, { texture: 'none' });
    expect(mesh(bare, 'skin').material.texture).toBeUndefined();
    expect(mesh(bare, 'skin').material.baseColor).toHaveLength(4);
  });

  it("moves by ARKit's names, the eyes as well", async () => {
    const json = jsonOf(await writeGlb(plain));
    const namesOf = (name: string) => json.meshes.find((item) => item.name === name)!.extras!.targetNames;
    expect(namesOf('skin')).toEqual([...arkitUnits]);
    expect(namesOf('eyeLeft')).toEqual([
      'eyeLookDownLeft',
      'eyeLookInLeft',
      'eyeLookOutLeft',
      'eyeLookUpLeft',
    ]);
    // No mesh is burdened with what does not move it.
    expect(namesOf('mouth').length).toBeLessThan(arkitUnits.length);
  });

  it('turns eyes by their units as ARKit means them', async () => {
    const scene = await exampleAvatar(model, { atRest: true });
    for (const [name, side] of [
      ['eyeLeft', 'Left'],
      ['eyeRight', 'Right'],
    ] as const) {
      const eye = mesh(scene, name);
      const front = frontmost(eye.positions);
      const moveOf = (unit: string) => {
        const { deltas } = eye.morphTargets!.find((target) => target.name === `${unit}${side}`)!;
        return [...deltas.subarray(3 * front, 3 * front + 3)];
      };
      expect(moveOf('eyeLookUp')[1]).toBeGreaterThan(4);
      expect(moveOf('eyeLookDown')[1]).toBeLessThan(-4);
      // +x is the subject's left.
      const outwards = side === 'Left' ? 1 : -1;
      expect(moveOf('eyeLookOut')[0]! * outwards).toBeGreaterThan(4);
      expect(moveOf('eyeLookIn')[0]! * outwards).toBeLessThan(-4);
    }
  });

  it("shows the photo's expression and gaze, or the face at rest", async () => {
    const shown = plain;
    const jawOpen = shown.meshes[0]!.morphTargets!.findIndex(({ name }) => name === 'jawOpen');
    expect(shown.meshes[0]!.morphWeights![jawOpen]).toBeCloseTo(0.4);
    expect(mesh(shown, 'eyeLeft').rotation).toBeDefined();
    expect(mesh(shown, 'eyeLeft').morphWeights!.every((weight) => weight === 0)).toBe(true);
    const rest = await exampleAvatar(model, { atRest: true });
    for (const item of rest.meshes) {
      expect(item.morphWeights?.every((weight) => weight === 0) ?? true).toBe(true);
      expect(item.rotation).toBeUndefined();
      expect(posedPositions(item)).toEqual(item.positions);
    }
  });

  it("has visemes and Ready Player Me's names when asked, as sums of the units", async () => {
    const scene = await exampleAvatar(model, { visemes: true });
    const skin = mesh(scene, 'skin');
    const names = skin.morphTargets!.map(({ name }) => name);
    expect(names.slice(arkitUnits.length)).toEqual([
      ...Object.keys(visemes),
      ...Object.keys(readyPlayerMeUnits),
    ]);
    const deltasOf = (name: string) => skin.morphTargets![names.indexOf(name)]!.deltas;
    const jaw = deltasOf('jawOpen');
    expect(deltasOf('mouthOpen').every((x, i) => Math.abs(x - 0.5 * jaw[i]!) < 1e-4)).toBe(true);
    const eye = mesh(scene, 'eyeLeft');
    expect(eye.morphTargets!.some(({ name }) => name === 'eyesLookUp')).toBe(true);
  });

  it('bends the neck below chin and nape, and leaves the face to the head', async () => {
    const { binding, positions } = mesh(plain, 'skin');
    expect(binding!.joints).toEqual(['Head', 'Neck', 'Spine']);
    const face = model.regions.get('face')!;
    let farthest = 0;
    let least = 1;
    for (let v = 0; v < positions.length / 3; v++) {
      const [head, neck, chest] = binding!.weights!.subarray(3 * v, 3 * v + 3);
      farthest = Math.max(farthest, Math.abs(head! + neck! + chest! - 1));
      if (face[v]! > 0.5) least = Math.min(least, head!);
    }
    expect(farthest).toBeLessThan(1e-5);
    expect(least).toBeGreaterThan(0.8);
    const joints = new Map(plain.skeleton!.joints.map((j) => [j.name, j.position]));
    expect(joints.get('Neck')![1]).toBeLessThan(joints.get('Head')![1]);
    expect(joints.get('LeftEye')![0]).toBeGreaterThan(0);
    expect(joints.get('RightEye')![0]).toBeLessThan(0);
  });

  it('tells how surely the photo shows each vertex when asked', async () => {
    const vertices = new Float32Array(model.parts[0]!.vertexCount).fill(0.5);
    const reconstruction = exampleReconstruction(model);
    const seen = { ...reconstruction, visibility: { ...reconstruction.visibility, vertices } };
    const scene = await avatarSceneOf(model, seen, encodeImage, { seen: true });
    expect(scene.meshes.map((item) => item.seen !== undefined)).toEqual(
      scene.meshes.map(({ name }) => name === 'skin'),
    );
    const json = jsonOf(await writeGlb(scene));
    expect(Object.keys(json.meshes[0]!.primitives[0]!.attributes)).toContain('_SEEN');
  });

  it('makes large textures as small as asked', async () => {
    const textures = { ...exampleReconstruction(model).textures!, albedo: plainImage(1024, 1024, [9, 9, 9]) };
    const scene = await avatarSceneOf(model, exampleReconstruction(model, { textures }), encodeImage, {
      textureSize: 512,
    });
    const { image } = await decodeImage(mesh(scene, 'skin').material.texture!.data);
    expect([image.width, image.height]).toEqual([512, 512]);
  });

  it('takes a model without textures, eyes and regions', async () => {
    const bare = tinyModel();
    const reconstruction = exampleReconstruction(model);
    const coefficients = {
      ...reconstruction.coefficients,
      shape: new Float32Array(3),
      expression: new Float32Array(2),
    };
    const scene = await avatarSceneOf(
      bare,
      { ...reconstruction, coefficients, textures: undefined },
      encodeImage,
    );
    const { issues } = await validateBytes(await writeGlb(scene));
    expect(issues.numErrors + issues.numWarnings).toBe(0);
  });
});

describe('levels of detail', () => {
  it('are smaller each, and move as the whole does', async () => {
    const scenes = await Promise.all(([0, 1, 2] as const).map((detail) => exampleAvatar(model, { detail })));
    const sizes = await Promise.all(scenes.map(async (scene) => (await writeGlb(scene)).length));
    expect(sizes[1]).toBeLessThan(0.65 * sizes[0]!);
    expect(sizes[2]).toBeLessThan(0.5 * sizes[1]!);
    const [whole, , least] = scenes;
    least!.meshes.forEach((item, k) => {
      const before = whole!.meshes[k]!;
      expect(item.triangles.length).toBeLessThan(before.triangles.length);
      // The same vertices, fewer of them used: positions and motion are the whole's.
      expect(item.positions).toEqual(before.positions);
      expect(item.morphTargets).toEqual(before.morphTargets);
    });
    const { issues } = await validateBytes(await writeGlb(least!));
    expect(issues.messages).toEqual([]);
  });
});

describe('avatarSettings', () => {
  it.each(Object.keys(avatarPresets) as AvatarTarget[])('makes a valid file for %s', async (target) => {
    const settings = avatarSettings(target);
    const glb = await writeGlb(await exampleAvatar(model, settings), settings);
    const { issues } = await validateBytes(glb);
    expect(issues.numErrors).toBe(0);
    // Skinned meshes below the armature, where these programs look for them.
    const codes = new Set(issues.messages.filter(({ severity }) => severity < 2).map(({ code }) => code));
    codes.delete('NODE_SKINNED_MESH_NON_ROOT');
    expect([...codes]).toEqual([]);
    expect(glb.length).toBeLessThan(target === 'web' ? 1e6 : 6e6);
  });

  it('lets what is asked for by itself win', () => {
    expect(avatarSettings('web').compress).toBe('meshopt');
    expect(avatarSettings('web', { compress: 'none' }).compress).toBe('none');
    expect(avatarSettings(undefined).textureFormat).toBe('jpeg');
  });

  it('keeps something of an avatar for TalkingHead on the ground', async () => {
    const scene = await exampleAvatar(model, avatarSettings('talkinghead'));
    const ground = mesh(scene, 'ground');
    expect(ground.positions[1]).toBeCloseTo(-scene.skeleton!.height!, 3);
    expect(Math.max(...ground.positions.filter((_, i) => i % 3 !== 1))).toBeLessThan(1);
    expect(new Set(scene.meshes.map(({ material }) => material.name)).size).toBe(3);
  });

  it('has all the joints that TalkingHead poses', async () => {
    const json = jsonOf(await writeGlb(await exampleAvatar(model, avatarSettings('talkinghead'))));
    const names = new Set(json.nodes.map(({ name }) => name));
    const sides = ['Shoulder', 'Arm', 'ForeArm', 'Hand', 'UpLeg', 'Leg', 'Foot', 'ToeBase'];
    const fingers = ['Thumb', 'Index', 'Middle', 'Ring', 'Pinky'].flatMap((finger) =>
      [1, 2, 3].map((k) => `Hand${finger}${k}`),
    );
    const expected = [
      ...['Armature', 'Hips', 'Spine', 'Spine1', 'Spine2', 'Neck', 'Head', 'LeftEye', 'RightEye'],
      ...['Left', 'Right'].flatMap((side) => [...sides, ...fingers].map((name) => side + name)),
    ];
    expect(expected.filter((name) => !names.has(name))).toEqual([]);
  });
});

describe("a body of Mixamo's", () => {
  it("has limbs along their joints' +y, in a T-pose on the ground, and leaves the head as it is", async () => {
    const glb = await writeGlb(await exampleAvatar(model, { skeleton: 'mixamo', skinned: 'all' }));
    const root = (await new WebIO().registerExtensions(ALL_EXTENSIONS).readBinary(glb)).getRoot();
    const nodes = new Map(root.listNodes().map((node) => [node.getName(), node]));
    for (const side of ['Left', 'Right'])
      for (const name of ['ForeArm', 'Hand', 'HandMiddle2', 'Leg', 'Foot', 'ToeBase']) {
        const [x, y, z] = nodes.get(side + name)!.getTranslation();
        expect(y / Math.hypot(x, y, z), side + name).toBeGreaterThan(0.97);
      }
    const placeOf = (name: string) => nodes.get(name)!.getWorldTranslation();
    expect(placeOf('LeftHand')[0]).toBeGreaterThan(0.6);
    expect(placeOf('RightHand')[0]).toBeLessThan(-0.6);
    expect(placeOf('LeftToeBase')[1]).toBeGreaterThan(0);
    expect(placeOf('LeftToeBase')[2]).toBeGreaterThan(placeOf('LeftFoot')[2]);
    // Joint times inverse bind matrix: nothing, for all but the eyes, which look to the side.
    const [skin] = root.listSkins();
    skin!.listJoints().forEach((joint, k) => {
      if (joint.getName().endsWith('Eye')) return;
      const world = new Matrix4().fromArray(joint.getWorldMatrix());
      const inverse = new Matrix4().fromArray(skin!.getInverseBindMatrices()!.getElement(k, []));
      expectClose(world.multiply(inverse).elements, new Matrix4().elements, 1e-6);
    });
  });
});

function frontmost(positions: Float32Array): number {
  let best = 0;
  for (let v = 0; v < positions.length / 3; v++)
    if (positions[3 * v + 2]! > positions[3 * best + 2]!) best = v;
  return best;
}
