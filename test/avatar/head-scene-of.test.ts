import { validateBytes } from 'gltf-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { headSceneOf } from '../../src/avatar/head-scene-of.js';
import { headSurfaces } from '../../src/avatar/head-surfaces.js';
import { posedPositions, type HeadScene } from '../../src/io/head-scene.js';
import { writeGlb } from '../../src/io/gltf/write-glb.js';
import { writeObj } from '../../src/io/obj.js';
import { arkitUnits } from '../../src/model/arkit-units.js';
import { evaluateVertices } from '../../src/model/evaluate.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { decodeImage, encodePng } from '../../src/node/files/image-codec.js';
import { exampleReconstruction, plainImage } from '../fit/example-reconstruction.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

const mesh = (scene: HeadScene, name: string) => scene.meshes.find((item) => item.name === name)!;

describe('headSceneOf', () => {
  it('names every part and is valid glTF', async () => {
    const scene = await headSceneOf(model, exampleReconstruction(model), { encodePng });
    expect(scene.meshes.map(({ name }) => name)).toEqual([
      'skin',
      'eyeRight',
      'eyeLeft',
      'teeth',
      'mouth',
      'lashes',
    ]);
    const report = await validateBytes(await writeGlb(scene));
    expect(report.issues.numErrors, JSON.stringify(report.issues.messages)).toBe(0);
    expect(report.issues.numWarnings, JSON.stringify(report.issues.messages)).toBe(0);
  });

  it('holds the neutral face and all expressions, and shows the fitted one', async () => {
    const reconstruction = exampleReconstruction(model);
    const { shape, expression, gaze } = reconstruction.coefficients;
    const scene = await headSceneOf(model, reconstruction, { encodePng });
    const neutral = evaluateVertices(model, { shape });
    const seen = evaluateVertices(model, { shape, expression, gaze });
    for (const part of model.parts) {
      const own = mesh(scene, part.name);
      const range = [part.firstVertex * 3, (part.firstVertex + part.vertexCount) * 3] as const;
      expect(Buffer.from(own.positions.buffer).equals(Buffer.from(neutral.slice(...range).buffer))).toBe(
        true,
      );
      const posed = posedPositions(own);
      const expected = seen.subarray(...range);
      // Eyes turn about the neutral centre here, about the moved one there.
      const worst = posed.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
      expect(worst, part.name).toBeLessThan(part.turnsAbout ? 0.2 : 1e-3);
    }
    const skin = mesh(scene, 'skin');
    expect(skin.morphTargets).toHaveLength(52);
    expect(skin.morphWeights![skin.morphTargets!.findIndex(({ name }) => name === 'jawOpen')]).toBeCloseTo(
      0.4,
    );
  });

  it('has ARKit names, each on its side', async () => {
    const skin = mesh(await headSceneOf(model, exampleReconstruction(model), { encodePng }), 'skin');
    const names = skin.morphTargets!.map(({ name }) => name);
    expect(names).toEqual([...arkitUnits]);
    for (const { name, deltas } of skin.morphTargets!) {
      const side = /(Left|Right)$/.exec(name)?.[1];
      // Jaw and mouth move to one side as a whole.
      if (side === undefined || /^(jaw|mouth)(Left|Right)$/.test(name)) continue;
      // +x is the subject's left.
      let moment = 0;
      for (let i = 0; i < deltas.length; i += 3)
        moment += Math.sign(skin.positions[i]!) * Math.hypot(deltas[i]!, deltas[i + 1]!, deltas[i + 2]!);
      expect(Math.sign(moment), name).toBe(side === 'Left' ? 1 : -1);
    }
  });

  it('wears the chosen texture', async () => {
    const reconstruction = exampleReconstruction(model);
    const colorOf = async (texture: 'photo' | 'model' | 'none') => {
      const { material } = mesh(await headSceneOf(model, reconstruction, { texture, encodePng }), 'skin');
      return material.texture
        ? [...(await decodeImage(material.texture.data)).image.data.subarray(0, 3)]
        : material.baseColor;
    };
    expect(await colorOf('photo')).toEqual([200, 150, 120]);
    expect(await colorOf('model')).toEqual([190, 140, 110]);
    const plain = await colorOf('none');
    expect(plain).toHaveLength(4);
    expect(plain![0]).toBeGreaterThan(plain![2]!);
  });

  it("wears the photo's eyes with the model's skin as well, as bright as the model's", () => {
    const { textures, ...head } = exampleReconstruction(model);
    const eye = model.parts.find(({ turnsAbout }) => turnsAbout)!;
    const blue = plainImage(64, 64, [20, 40, 90]);
    const worn = { ...head, textures: { ...textures!, parts: new Map([[eye.name, blue]]) } };
    const pictureOf = (source: 'photo' | 'model') =>
      headSurfaces(model, worn, source).find(({ part }) => part === eye)!.image!;
    expect(pictureOf('photo')).toBe(blue);
    const [red, green, azure] = pictureOf('model').data;
    expect(azure).toBeGreaterThan(1.5 * green!);
    expect(green).toBeGreaterThan(red!);
    expect(azure).toBeGreaterThan(90);
  });

  it('shares one eye texture and writes a valid OBJ set', async () => {
    const { textures, mtl } = writeObj(await headSceneOf(model, exampleReconstruction(model), { encodePng }));
    expect(textures.map(({ fileName }) => fileName)).toEqual([
      'skin.png',
      'eye.png',
      'teeth.png',
      'mouth.png',
      'lashes.png',
    ]);
    expect(mtl.match(/map_Kd eye\.png/g)).toHaveLength(2);
  });

  it('says where the head comes from', async () => {
    const { extras } = await headSceneOf(model, exampleReconstruction(model), { encodePng });
    expect(extras).toMatchObject({
      model: { name: 'rogue-open-head', version: '2' },
      coefficients: { expression: { jawOpen: 0.4 } },
    });
    expect(extras!['generator']).toMatch(/^rogue-face \d/);
    expect(extras!['licence']).toContain('CC0-1.0 AND MIT');
  });
});
