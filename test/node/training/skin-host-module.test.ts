import { describe, expect, it } from 'vitest';
import { ordinaryTranslation } from '../../../src/network/crop-camera.js';
import { rasterizeSkin } from '../../../src/node/training/skin-host-module.js';
import { loadModel } from '../../../src/node.js';
import { skinSurface } from '../../../src/render/skin-surface.js';
import { skinPictureDefaults, skinPixelSpecs } from '../../../src/train/skin-host.js';

describe('rasterizeSkin', () => {
  it('gives the inputs that a step needs', async () => {
    const model = await loadModel();
    const count = skinSurface(model).vertexCount;
    const head = model.meanShape.slice(0, 3 * count).map((value, i) => value + ordinaryTranslation[i % 3]!);
    const data = new Float32Array(2 * head.length);
    data.set(head);
    data.set(head, head.length);
    const inputs = await rasterizeSkin({ vertices: { dims: [2, count, 3], data } }, {});
    const { capacity } = skinPictureDefaults;
    for (const [name, { shape, type }] of Object.entries(skinPixelSpecs(2, skinPictureDefaults))) {
      expect(inputs[`pixels.${name}`]!.dims).toEqual(shape);
      expect(inputs[`pixels.${name}`]!.data).toBeInstanceOf(type === 'int32' ? Int32Array : Float32Array);
    }
    const weight = inputs['pixels.weight']!.data as Float32Array;
    const seen = [0, 1].map((face) =>
      weight.subarray(face * capacity, (face + 1) * capacity).reduce((a, b) => a + b),
    );
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).toBeGreaterThan(5000);
    expect(seen[0]).toBeLessThan(6500);
  });

  it('names what it misses', async () => {
    await expect(rasterizeSkin({ codes: { dims: [1], data: new Float32Array(1) } }, {})).rejects.toThrow(
      'rasterizeSkin: expected an output "vertices" of the forward graph, received codes; name it in the boundary of splitAt.',
    );
    await expect(
      rasterizeSkin({ vertices: { dims: [1, 5, 3], data: new Float32Array(15) } }, {}),
    ).rejects.toThrow('received [1, 5, …].');
  });
});
