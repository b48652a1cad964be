import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMesh, readPickedPoints } from '../../../src/node/files/mesh-files.js';
import { temporaryFolder } from '../temporary-folder.js';

const header = (format: string): string =>
  `ply\nformat ${format} 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n`;

function binaryPly(): Uint8Array {
  const head = new TextEncoder().encode(header('binary_little_endian'));
  const body = new DataView(new ArrayBuffer(3 * 12 + 13));
  [0, 0, 0, 1, 0, 0, 0, 2, 0].forEach((value, k) => {
    body.setFloat32(4 * k, value, true);
  });
  body.setUint8(36, 3);
  [0, 1, 2].forEach((vertex, k) => {
    body.setInt32(37 + 4 * k, vertex, true);
  });
  return Buffer.concat([head, new Uint8Array(body.buffer)]);
}

describe('readMesh', () => {
  it('reads PLY, as text and as bytes, and OBJ, vertices in order', async () => {
    const folder = await temporaryFolder();
    const files = {
      'a.ply': `${header('ascii')}0 0 0\n1 0 0\n0 2 0\n3 0 1 2\n`,
      'b.PLY': binaryPly(),
      'c.obj': 'v 0 0 0\nv 1 0 0\nv 0 2 0\nf 1 2 3\n',
    };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), content);
      const { positions, triangles } = await readMesh(join(folder, name));
      expect([...positions]).toEqual([0, 0, 0, 1, 0, 0, 0, 2, 0]);
      expect([...triangles]).toEqual([0, 1, 2]);
    }
  });

  it('names the file that is wrong', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'd.obj'), 'nothing');
    await expect(readMesh(join(folder, 'd.obj'))).rejects.toThrow(/d\.obj: it has no vertices/);
    await expect(readMesh(join(folder, 'e.ply'))).rejects.toThrow(/e\.ply: not found/);
  });
});

describe('readPickedPoints', () => {
  it('takes no longer than the file is long', async () => {
    const path = join(await temporaryFolder(), 'points.pp');
    await writeFile(path, '<point '.repeat(200_000));
    await expect(readPickedPoints(path)).rejects.toThrow(/holds no picked points/);
  });

  it("reads MeshLab's points in order, whatever the order of their attributes", async () => {
    const path = join(await temporaryFolder(), 'points.pp');
    await writeFile(
      path,
      '<!DOCTYPE PickedPoints>\n<PickedPoints>\n <DocumentData/>\n <point active="1" name="0" x="1.5" y="-2" z="3e1"/>\n <point z="6" y="5" x="4" active="1" name="1"/>\n</PickedPoints>\n',
    );
    expect(await readPickedPoints(path)).toEqual([1.5, -2, 30, 4, 5, 6]);
    await writeFile(path, '<PickedPoints><point x="1" y="2"/></PickedPoints>');
    await expect(readPickedPoints(path)).rejects.toThrow(/holds no picked points/);
  });
});
