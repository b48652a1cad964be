import { WebIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import { validateBytes } from 'gltf-validator';
import { MeshoptDecoder } from 'meshoptimizer';
import { describe, expect, it } from 'vitest';
import { writeGlb } from '../../src/io/gltf/write-glb.js';
import { expectClose } from '../math/close.js';
import { exampleHead, jointedHead } from './head.js';
import { jsonOf } from './glb-json.js';

const read = (glb: Uint8Array) => new WebIO().registerExtensions(ALL_EXTENSIONS).readBinary(glb);

describe('writeGlb', () => {
  it('passes the Khronos validator without errors and warnings', async () => {
    const report = await validateBytes(await writeGlb(await exampleHead()));
    expect(report.issues.messages.filter(({ severity }) => severity < 2)).toEqual([]);
    expect(report.issues.numErrors + report.issues.numWarnings).toBe(0);
  });

  it('keeps names, morph targets, weights, materials and extras', async () => {
    const root = (await new WebIO().readBinary(await writeGlb(await exampleHead()))).getRoot();
    const [skin, eye] = root.listNodes();
    expect([skin!.getName(), eye!.getName()]).toEqual(['skin', 'eye left']);
    expect(skin!.getMesh()!.getExtras()['targetNames']).toEqual(['mouthSmile', 'all']);
    expect(skin!.getMesh()!.getWeights()).toEqual([0.5, 0.25]);
    expect(root.listMaterials().map((m) => [m.getName(), m.getAlphaMode(), m.getDoubleSided()])).toEqual([
      ['skin', 'OPAQUE', false],
      ['eye', 'BLEND', true],
    ]);
    expect(root.listScenes()[0]!.getExtras()).toEqual({ generator: 'test', coefficients: [1, 2, 3] });
    expect(root.listTextures()).toHaveLength(1);
  });

  it('converts to metres and splits vertices along seams, with deltas on both sides', async () => {
    const source = await exampleHead();
    const [skin] = source.meshes;
    const primitive = (await new WebIO().readBinary(await writeGlb(source)))
      .getRoot()
      .listNodes()[0]!
      .getMesh()!
      .listPrimitives()[0]!;
    const positions = primitive.getAttribute('POSITION')!;
    const uvs = primitive.getAttribute('TEXCOORD_0')!;
    const indices = primitive.getIndices()!;
    expect(indices.getArray()).toBeInstanceOf(Uint16Array);
    const used = new Set(skin!.triangles.map((v, i) => v * 10_000 + skin!.uvTriangles[i]!));
    expect(positions.getCount()).toBe(used.size);
    const smile = primitive.listTargets()[0]!.getAttribute('POSITION')!;
    const all = primitive.listTargets()[1]!.getAttribute('POSITION')!;
    for (let i = 0; i < skin!.triangles.length; i++) {
      const at = indices.getScalar(i);
      const v = skin!.triangles[i]!;
      const u = skin!.uvTriangles[i]!;
      const millimetres = (list: Float32Array) => [...list.subarray(3 * v, 3 * v + 3)].map((x) => x / 1000);
      expectClose(positions.getElement(at, []), millimetres(skin!.positions), 1e-7);
      expectClose(uvs.getElement(at, []), skin!.uvs.subarray(2 * u, 2 * u + 2), 1e-6);
      // Moves of less than 0.1 mm are left out.
      expectClose(smile.getElement(at, []), millimetres(skin!.morphTargets![0]!.deltas), 1e-4);
      expectClose(all.getElement(at, []), millimetres(skin!.morphTargets![2]!.deltas), 1e-4);
    }
  });

  it('hangs a turning mesh on its pivot', async () => {
    const eye = (await new WebIO().readBinary(await writeGlb(await exampleHead()))).getRoot().listNodes()[1]!;
    expectClose(eye.getTranslation(), [0.03, 0, 0.09], 1e-9);
    expectClose(eye.getRotation(), [0, Math.SQRT1_2, 0, Math.SQRT1_2], 1e-9);
    const positions = eye.getMesh()!.listPrimitives()[0]!.getAttribute('POSITION')!;
    for (let i = 0; i < positions.getCount(); i++)
      expect(Math.hypot(...positions.getElement(i, []))).toBeCloseTo(0.012, 6);
  });

  it('turns normals with morph targets', async () => {
    const source = await exampleHead();
    const skin = source.meshes[0]!;
    // Scaling y by 3 about the centre tilts the normals of a ball.
    const deltas = skin.positions.map((x, i) => (i % 3 === 1 ? 2 * x : 0));
    const glb = await writeGlb({
      meshes: [{ ...skin, morphTargets: [{ name: 'tall', deltas }], morphWeights: [0] }],
    });
    const primitive = (await new WebIO().readBinary(glb))
      .getRoot()
      .listNodes()[0]!
      .getMesh()!
      .listPrimitives()[0]!;
    const position = primitive.getAttribute('POSITION')!;
    const normal = primitive.getAttribute('NORMAL')!;
    const delta = primitive.listTargets()[0]!.getAttribute('NORMAL')!;
    for (let i = 0; i < position.getCount(); i++) {
      const [x = 0, y = 0, z = 0] = position.getElement(i, [0, 0, 0]);
      if (Math.hypot(x, z) < 0.03) continue;
      const length = Math.hypot(x, y / 3, z);
      const n = normal.getElement(i, []);
      const d = delta.getElement(i, []);
      expectClose(
        n.map((value, k) => value + d[k]!),
        [x / length, y / 3 / length, z / length],
        0.03,
      );
    }
  });

  it('leaves out targets that move nothing, and all accessors have data', async () => {
    const source = await exampleHead();
    const skin = source.meshes[0]!;
    const target = (name: string, value: number, count = skin.positions.length) => ({
      name,
      deltas: new Float32Array(skin.positions.length).fill(value, 0, count),
    });
    // Three in one direction turn no normal; the last one moves a vertex.
    const morphTargets = [target('still', 0), target('less than is seen', 0.01), target('pushed', 2)];
    const glb = await writeGlb({
      meshes: [{ ...skin, morphTargets: [...morphTargets, target('one', 3, 3)], morphWeights: [0, 0, 0, 1] }],
    });
    const json = jsonOf(glb);
    expect(json.meshes[0]!.extras!.targetNames).toEqual(['pushed', 'one']);
    expect(json.meshes[0]!.weights).toEqual([0, 1]);
    for (const accessor of json.accessors)
      expect(accessor.bufferView !== undefined || accessor.sparse!.count > 0).toBe(true);
    const [, one] = json.meshes[0]!.primitives[0]!.targets!;
    expect(json.accessors[one!['POSITION']!]!.sparse!.count).toBeLessThan(10);
    const report = await validateBytes(glb);
    expect(report.issues.numErrors + report.issues.numWarnings).toBe(0);
  });

  it('leaves the normals of targets out where they are not wanted', async () => {
    const glb = await writeGlb(await exampleHead(), { morphNormals: false });
    const targets = jsonOf(glb).meshes.flatMap(({ primitives }) => primitives[0]!.targets ?? []);
    expect(targets.map((target) => Object.keys(target))).toEqual([['POSITION'], ['POSITION']]);
  });

  it('refuses meshes that do not fit together', async () => {
    const skin = (await exampleHead()).meshes[0]!;
    const write = (change: object) => writeGlb({ meshes: [{ ...skin, ...change }] });
    await expect(write({ triangles: Uint32Array.of(0, 1, 99_999) })).rejects.toThrow(
      /"skin": expected vertex indices below \d+, got index 99999/,
    );
    await expect(write({ uvTriangles: Uint32Array.of(0) })).rejects.toThrow(/uv indices, got 1/);
    await expect(write({ morphWeights: [1] })).rejects.toThrow(/3 morph weights, got 1/);
    await expect(write({ positions: skin.positions.map(() => NaN) })).rejects.toThrow(/finite/);
    await expect(write({ uvs: new Float32Array(0) })).rejects.toThrow(/uvs for a textured material/);
    await expect(
      write({ morphTargets: [{ name: 'x', deltas: new Float32Array(3) }], morphWeights: [0] }),
    ).rejects.toThrow(/target "x", got 3/);
  });
});

describe('writeGlb with a skeleton', () => {
  it('hangs all on one root: what bends is skinned, the rest are children of their joints', async () => {
    const glb = await writeGlb(await jointedHead('bending'));
    const root = (await read(glb)).getRoot();
    expect(root.listScenes()[0]!.listChildren()).toHaveLength(1);
    const [top] = root.listScenes()[0]!.listChildren();
    expect(top!.getName()).toBe('Avatar');
    expect(top!.getMesh()!.getName()).toBe('skin');
    const nodes = new Map(root.listNodes().map((node) => [node.getName(), node]));
    expect(nodes.get('eye left')!.getParentNode()!.getName()).toBe('LeftEye');
    expectClose(nodes.get('LeftEye')!.getRotation(), [0, Math.SQRT1_2, 0, Math.SQRT1_2], 1e-9);
    expectClose(nodes.get('LeftEye')!.getWorldTranslation(), [0.03, 0, 0.09], 1e-9);
    const eye = nodes.get('eye left')!.getMesh()!.listPrimitives()[0]!.getAttribute('POSITION')!;
    for (let i = 0; i < eye.getCount(); i++)
      expect(Math.hypot(...eye.getElement(i, []))).toBeCloseTo(0.012, 6);
    const { issues } = await validateBytes(glb);
    expect(issues.messages).toEqual([]);
  });

  it('gives each vertex weights of sum 1, on joints that leave the rest pose as it is', async () => {
    for (const skinned of ['bending', 'all'] as const) {
      const source = await jointedHead(skinned);
      const root = (await read(await writeGlb(source))).getRoot();
      const [skin] = root.listSkins();
      const joints = skin!.listJoints();
      const inverse = skin!.getInverseBindMatrices()!;
      joints.forEach((joint, k) => {
        // The bind pose: joint and inverse cancel, up to the eye that looks to the side.
        const place = inverse.getElement(k, []).slice(12, 15);
        expectClose(joint.getWorldTranslation(), [-place[0]!, -place[1]!, -place[2]!], 1e-6);
      });
      const skinnedNodes = root.listNodes().filter((node) => node.getSkin());
      expect(skinnedNodes).toHaveLength(skinned === 'all' ? 2 : 1);
      for (const node of skinnedNodes) {
        const primitive = node.getMesh()!.listPrimitives()[0]!;
        const weights = primitive.getAttribute('WEIGHTS_0')!;
        const indices = primitive.getAttribute('JOINTS_0')!;
        for (let i = 0; i < weights.getCount(); i++) {
          expect(weights.getElement(i, []).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
          weights.getElement(i, []).forEach((weight, k) => {
            expect(indices.getElement(i, [])[k]! < joints.length).toBe(true);
            if (weight === 0) expect(indices.getElement(i, [])[k]).toBe(0);
          });
        }
      }
    }
  });

  it('stands as high above the root as the skeleton says', async () => {
    const source = await jointedHead('all');
    const lifted = { ...source, skeleton: { ...source.skeleton!, height: 1500 } };
    const root = (await read(await writeGlb(lifted))).getRoot();
    const head = root.listNodes().find((node) => node.getName() === 'Head')!;
    expectClose(head.getWorldTranslation(), [0, 1.48, -0.02], 1e-6);
    const skin = root.listNodes().find((node) => node.getName() === 'skin')!;
    const positions = skin.getMesh()!.listPrimitives()[0]!.getAttribute('POSITION')!;
    expectClose(positions.getMin([]).slice(1, 2), [1.4], 1e-4);
  });

  it("shows colours with the photo's light as a variant", async () => {
    const source = await jointedHead('bending');
    const [skin, eye] = source.meshes;
    const lit = { ...skin!.material.texture!, name: 'skin-photo' };
    const meshes = [{ ...skin!, material: { ...skin!.material, photoTexture: lit } }, eye!];
    const json = jsonOf(await writeGlb({ ...source, meshes }));
    expect(json.extensions!['KHR_materials_variants']).toEqual({
      variants: [{ name: 'albedo' }, { name: 'photo' }],
    });
    expect(json.materials.map(({ name }) => name)).toEqual(['skin', 'skin photo', 'eye']);
    expect(json.extensionsRequired ?? []).toEqual([]);
  });

  it("shows one texture in a colour of the photo's light as a variant", async () => {
    const source = await jointedHead('bending');
    const [skin, eye] = source.meshes;
    const dyed = { baseColor: [0.5, 0.4, 0.3, 1], photoBaseColor: [0.2, 0.1, 0.1, 1] } as const;
    const meshes = [{ ...skin!, material: { ...skin!.material, ...dyed } }, eye!];
    const json = jsonOf(await writeGlb({ ...source, meshes }));
    const [plain, lit] = json.materials.map(({ pbrMetallicRoughness: look }) => look!);
    expect(json.materials.map(({ name }) => name)).toEqual(['skin', 'skin photo', 'eye']);
    expect(plain!.baseColorFactor).toEqual([...dyed.baseColor]);
    expect(lit!.baseColorFactor).toEqual([...dyed.photoBaseColor]);
    expect(lit!.baseColorTexture).toEqual(plain!.baseColorTexture);
  });

  it('refuses what does not hang together', async () => {
    const source = await jointedHead('all');
    const [skin, eye] = source.meshes;
    const write = (change: object) => writeGlb({ ...source, meshes: [{ ...skin!, ...change }, eye!] });
    await expect(write({ binding: { joints: ['Tail'] } })).rejects.toThrow(
      /"skin": expected 1 to 4 joints of Neck, Head, LeftEye, got Tail/,
    );
    await expect(write({ binding: undefined })).rejects.toThrow(/got none/);
    await expect(write({ binding: { joints: ['Head', 'Neck'] } })).rejects.toThrow(/weights, got 0/);
    const joints = [{ name: 'Head', parent: 'Neck', position: [0, 0, 0] as const }];
    await expect(writeGlb({ ...source, skeleton: { root: 'r', skinned: 'all', joints } })).rejects.toThrow(
      /joint "Head": expected its parent "Neck" before it/,
    );
  });
});

describe('writeGlb compressed', () => {
  it('keeps places, names and morph targets in a smaller file', async () => {
    const source = await jointedHead('bending');
    const [plain, small] = [await writeGlb(source), await writeGlb(source, { compress: 'meshopt' })];
    expect(small.length).toBeLessThan(0.7 * plain.length);
    const io = new WebIO()
      .registerExtensions(ALL_EXTENSIONS)
      .registerDependencies({ 'meshopt.decoder': MeshoptDecoder });
    const meshOf = async (glb: Uint8Array) => (await io.readBinary(glb)).getRoot().listMeshes()[0]!;
    const [before, after] = [await meshOf(plain), await meshOf(small)];
    expect(after.getExtras()).toEqual(before.getExtras());
    expect(after.getWeights()).toEqual(before.getWeights());
    expect(after.listPrimitives()[0]!.listTargets()).toHaveLength(2);
  });
});
