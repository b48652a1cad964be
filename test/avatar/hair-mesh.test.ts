import { validateBytes } from 'gltf-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { avatarSceneOf } from '../../src/avatar/avatar-scene-of.js';
import { avatarSettings, avatarTargets, vrmAvatar } from '../../src/avatar/presets.js';
import { headSceneOf } from '../../src/avatar/head-scene-of.js';
import { coloredStrands, hairSurface } from '../../src/avatar/hair-mesh.js';
import { vrmMetaDefaults } from '../../src/avatar/vrm/vrm-meta.js';
import { vrmVersions } from '../../src/avatar/vrm/vrm-versions.js';
import { writeVrm } from '../../src/avatar/vrm/write-vrm.js';
import { fitHair } from '../../src/fit/hair/fit-hair.js';
import type { Reconstruction } from '../../src/fit/reconstruction.js';
import { drawOverlay } from '../../src/fit/pictures/overlay.js';
import { writeGlb } from '../../src/io/gltf/write-glb.js';
import type { HeadScene } from '../../src/io/head-scene.js';
import { writeObj } from '../../src/io/obj.js';
import { readSafetensors } from '../../src/io/safetensors.js';
import { hairFromTensors } from '../../src/model/hair-file.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { assetFiles, loadModel, readAsset } from '../../src/node/files/assets.js';
import { encodeImage, encodePng } from '../../src/node/files/image-codec.js';
import { linearToSrgb } from '../../src/render/color.js';
import { exampleReconstruction, plainImage } from '../fit/example-reconstruction.js';
import { wornPhoto } from '../fit/hair/worn-photo.js';
import { jsonOf } from '../io/glb-json.js';

let model: MorphableModel;
/** A head with long hair; and with short hair. */
let long: Reconstruction;
let short: Reconstruction;
beforeAll(async () => {
  model = await loadModel();
  const styles = await hairFromTensors(readSafetensors(await readAsset(assetFiles.hair)));
  const head = exampleReconstruction(model);
  const wearing = (name: string): Reconstruction => {
    const style = styles.find((one) => one.name === name)!;
    const photo = wornPhoto(model, style, { shape: head.coefficients.shape });
    return { ...head, hair: fitHair(model, styles, photo, name) };
  };
  long = wearing('long01');
  short = wearing('short02');
});

const hairOf = (scene: HeadScene) => scene.meshes.find(({ name }) => name === 'hair')!;

describe('hair of avatars', () => {
  it('is one cut-out mesh on the head, in the colour that was found', async () => {
    const scene = await avatarSceneOf(model, long, encodeImage);
    const glb = await writeGlb(scene);
    expect((await validateBytes(glb)).issues.messages).toEqual([]);
    const { binding, material } = hairOf(scene);
    expect(binding).toEqual({ joints: ['Head'] });
    expect(material).toMatchObject({ name: 'hair', alphaMode: 'MASK', doubleSided: true });
    expect(material.texture!.type).toBe('png');
    const json = jsonOf(glb);
    const inFile = (json.materials as { name: string; alphaCutoff?: number }[]).find(
      ({ name }) => name === 'hair',
    );
    expect(inFile!.alphaCutoff).toBeCloseTo(0.4);
  });

  it.each(avatarTargets)('is valid as %s likes it', async (target) => {
    const settings = avatarSettings(target);
    const glb = await writeGlb(await avatarSceneOf(model, long, encodeImage, settings), settings);
    const { issues } = await validateBytes(glb);
    expect(issues.numErrors).toBe(0);
  });

  it('bends with the neck where all meshes are skinned and it is long', async () => {
    const skinned = avatarSettings('unity');
    const { binding, positions } = hairOf(await avatarSceneOf(model, long, encodeImage, skinned));
    expect(binding!.joints).toEqual(['Head', 'Neck', 'Spine']);
    for (let v = 0; v < positions.length / 3; v++) {
      const [head, neck, chest] = binding!.weights!.subarray(3 * v, 3 * v + 3);
      expect(head! + neck! + chest!).toBeCloseTo(1, 5);
      if (positions[3 * v + 1]! > 0) expect(head).toBe(1);
    }
    expect(hairOf(await avatarSceneOf(model, short, encodeImage, skinned)).binding).toEqual({
      joints: ['Head'],
    });
  });

  it('has fewer triangles on lower levels of detail', async () => {
    const full = hairOf(await avatarSceneOf(model, short, encodeImage)).triangles.length;
    const low = hairOf(await avatarSceneOf(model, short, encodeImage, { detail: 1 })).triangles.length;
    expect(low).toBeLessThan(0.7 * full);
  });

  it('is part of VRM', async () => {
    const scene = await avatarSceneOf(model, long, encodeImage, vrmAvatar);
    const meta = { ...vrmMetaDefaults, name: 'Somebody', authors: ['A maker'] };
    for (const version of vrmVersions) {
      const file = await writeVrm(scene, meta, version);
      expect((await validateBytes(file)).issues.numErrors).toBe(0);
      expect(jsonOf(file).meshes.map(({ name }) => name)).toContain('hair');
    }
  });

  it('is an object of its own in OBJ, its colour in the picture', async () => {
    const { obj, mtl, textures } = writeObj(await headSceneOf(model, long, { encodePng }));
    expect(obj).toContain('\no hair\n');
    expect(mtl).toMatch(/newmtl hair\nKd 1 1 1\n[^]*map_Kd hair\.png\nmap_d hair\.png/);
    expect(textures.map(({ fileName }) => fileName)).toContain('hair.png');
  });

  it("has the photo's light in OBJ, and in GLB as a variant where skins have one", async () => {
    const hair = { ...long.hair!, color: [0.4, 0.3, 0.2], photoColor: [0.1, 0.05, 0.02] } as const;
    const worn = { ...long, hair };
    const { material } = hairSurface(model, worn)!.mesh;
    material.photoBaseColor!.slice(0, 3).forEach((value, k) => {
      expect(value / material.baseColor![k]!).toBeCloseTo(hair.photoColor[k]! / hair.color[k]!, 5);
    });
    const textureOf = async (texture: 'photo' | 'model') =>
      hairOf(await headSceneOf(model, worn, { encodePng, texture })).material.texture!.data;
    expect(await textureOf('photo')).not.toEqual(await textureOf('model'));
    const variantOf = async (photoVariant: boolean) =>
      hairOf(await avatarSceneOf(model, worn, encodeImage, { ...avatarSettings(undefined), photoVariant }))
        .material.photoBaseColor;
    expect(await variantOf(true)).toEqual(material.photoBaseColor);
    expect(await variantOf(false)).toBeUndefined();
  });

  it('follows a head whose shape is changed', () => {
    const shape = long.coefficients.shape.map((value, k) => (k === 0 ? value - 3 : value));
    const own = hairSurface(model, long)!.mesh.positions;
    const other = hairSurface(model, { ...long, coefficients: { ...long.coefficients, shape } })!.mesh;
    const widest = (positions: Float32Array): number =>
      positions.reduce((most, y, i) => (i % 3 === 1 ? Math.max(most, y) : most), 0);
    expect(Math.abs(widest(own) - widest(other.positions))).toBeGreaterThan(1);
  });

  it('keeps light hair light: factors end at 1, so its strands are lighter', () => {
    const color = [0.85, 0.8, 0.7] as const;
    const { mesh, image } = hairSurface(model, { ...long, hair: { ...long.hair!, color } })!;
    const factor = mesh.material.baseColor!;
    expect(Math.max(...factor)).toBeLessThanOrEqual(1);
    const dark = hairSurface(model, long)!.image;
    const mean = (data: ArrayLike<number>): number =>
      Array.from(data).reduce((sum, value, i) => (i % 4 === 0 ? sum + value : sum), 0) / (data.length / 4);
    expect(mean(image.data)).toBeGreaterThan(mean(dark.data));
  });

  it('is drawn in the overlay', () => {
    const photo = plainImage(320, 240, [90, 120, 150]);
    const [bare, worn] = [undefined, long.hair].map((hair) =>
      drawOverlay(model, photo, { ...long, hair }, { panelSize: 80 }),
    );
    expect(worn!.data).not.toEqual(bare!.data);
  });
});

describe('coloredStrands', () => {
  it('multiplies in linear light and keeps alpha', () => {
    const { data } = coloredStrands(plainImage(1, 1, [255, 255, 255, 40]), [0.5, 0.25, 1]);
    expect([...data]).toEqual([
      Math.round(255 * linearToSrgb(0.5)),
      Math.round(255 * linearToSrgb(0.25)),
      255,
      40,
    ]);
  });
});
