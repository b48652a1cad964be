import { describe, expect, it } from 'vitest';
import { writeObj } from '../../src/io/obj.js';
import { expectClose } from '../math/close.js';
import { exampleHead } from './head.js';

/** The elements of one kind, as numbers. */
const elements = (obj: string, kind: string) =>
  obj
    .split('\n')
    .filter((line) => line.startsWith(`${kind} `))
    .map((line) => line.split(' ').slice(1));

describe('writeObj', () => {
  it('writes posed vertices in mm, with uvs up and indices through the whole file', async () => {
    const scene = await exampleHead();
    const [skin, eye] = scene.meshes;
    const { obj } = writeObj(scene);
    const v = elements(obj, 'v');
    const vt = elements(obj, 'vt');
    const f = elements(obj, 'f');
    const skinCount = skin!.positions.length / 3;
    expect(v).toHaveLength(skinCount + eye!.positions.length / 3);
    for (const k of [0, 50, skinCount - 1]) {
      const expected = [0, 1, 2].map(
        (m) =>
          skin!.positions[3 * k + m]! +
          0.5 * skin!.morphTargets![0]!.deltas[3 * k + m]! +
          0.25 * skin!.morphTargets![2]!.deltas[3 * k + m]!,
      );
      expectClose(v[k]!.map(Number), expected, 1e-4);
    }
    expectClose(vt[7]!.map(Number), [skin!.uvs[14]!, 1 - skin!.uvs[15]!], 1e-6);
    expect(f).toHaveLength((skin!.triangles.length + eye!.triangles.length) / 3);
    expect(f[0]!).toEqual(
      [0, 1, 2].map(
        (k) => `${skin!.triangles[k]! + 1}/${skin!.uvTriangles[k]! + 1}/${skin!.triangles[k]! + 1}`,
      ),
    );
    expect(
      f.at(-1)!.every((corner) => /^\d+\/\/\d+$/.test(corner) && Number(corner.split('/')[0]) > skinCount),
    ).toBe(true);
    // A quarter turn about y through the pivot (30, 0, 90): from (x, z) offsets to (z, −x).
    const k = 20;
    const [x, y, z] = [0, 1, 2].map((m) => eye!.positions[3 * k + m]!) as [number, number, number];
    expectClose(v[skinCount + k]!.map(Number), [30 + (z - 90), y, 90 - (x - 30)], 1e-3);
  });

  it('writes materials and textures under names without spaces', async () => {
    const { obj, mtl, textures } = writeObj(await exampleHead(), { materialLibrary: 'my head.mtl' });
    expect(obj).toContain('mtllib my_head.mtl\n');
    expect(elements(obj, 'o').flat()).toEqual(['skin', 'eye_left']);
    expect(elements(obj, 'usemtl').flat()).toEqual(['skin', 'eye']);
    expect(mtl).toContain('newmtl skin\nKd 1 1 1\n');
    expect(mtl).toContain('map_Kd skin.png\n');
    expect(mtl).toContain('d 0.5\n');
    expect(textures.map(({ fileName }) => fileName)).toEqual(['skin.png']);
    expect(obj).not.toMatch(/NaN|e-|undefined/);
  });

  it('refuses meshes that do not fit together', async () => {
    const skin = (await exampleHead()).meshes[0]!;
    expect(() => writeObj({ meshes: [{ ...skin, triangles: new Uint32Array(0) }] })).toThrow(
      /writeObj: mesh "skin": expected at least one triangle/,
    );
  });
});
