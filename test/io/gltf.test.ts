import { WebIO } from '@gltf-transform/core';
import { validateBytes } from 'gltf-validator';
import { describe, expect, it } from 'vitest';
import { writeGlb } from '../../src/io/gltf.js';
import { expectClose } from '../math/close.js';
import { exampleHead } from './head.js';

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
    expect(skin!.getMesh()!.getExtras()['targetNames']).toEqual(['mouthSmile', 'nothing', 'all']);
    expect(skin!.getMesh()!.getWeights()).toEqual([0.5, 0, 0.25]);
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
    const all = primitive.listTargets()[2]!.getAttribute('POSITION')!;
    const nothing = primitive.listTargets()[1]!.getAttribute('NORMAL')!;
    for (let i = 0; i < skin!.triangles.length; i++) {
      const at = indices.getScalar(i);
      const v = skin!.triangles[i]!;
      const u = skin!.uvTriangles[i]!;
      const millimetres = (list: Float32Array) => [...list.subarray(3 * v, 3 * v + 3)].map((x) => x / 1000);
      expectClose(positions.getElement(at, []), millimetres(skin!.positions), 1e-7);
      expectClose(uvs.getElement(at, []), skin!.uvs.subarray(2 * u, 2 * u + 2), 1e-6);
      expectClose(smile.getElement(at, []), millimetres(skin!.morphTargets![0]!.deltas), 2e-6);
      expectClose(all.getElement(at, []), millimetres(skin!.morphTargets![2]!.deltas), 2e-6);
      expectClose(nothing.getElement(at, []), [0, 0, 0]);
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

  it('stores little for targets that move little', async () => {
    const source = await exampleHead();
    const skin = source.meshes[0]!;
    const still = (count: number) =>
      Array.from({ length: count }, (_, k) => ({
        name: `t${k}`,
        deltas: new Float32Array(skin.positions.length),
      }));
    const size = async (count: number) =>
      (
        await writeGlb({
          meshes: [{ ...skin, morphTargets: still(count), morphWeights: still(count).map(() => 0) }],
        })
      ).length;
    const report = await validateBytes(
      await writeGlb({ meshes: [{ ...skin, morphTargets: still(3), morphWeights: [0, 0, 0] }] }),
    );
    expect(report.issues.numErrors + report.issues.numWarnings).toBe(0);
    expect((await size(30)) - (await size(10))).toBeLessThan(20 * 1000);
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
