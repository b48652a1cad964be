import { describe, expect, it } from 'vitest';
import { cropFocal, ordinaryTranslation } from '../../src/network/crop-camera.js';
import { vertexNormals } from '../../src/render/normals.js';
import { createSkinPixels, createSkinRasterizer } from '../../src/render/skin-pixels.js';
import { skinSurface } from '../../src/render/skin-surface.js';
import { tinyModel } from '../model/tiny-model.js';
import { tinySkinModel } from '../network/tiny-skin.js';

const model = tinySkinModel();
const surface = skinSurface(model);
const size = 48;
const camera = { focal: (cropFocal * size) / 2, cx: size / 2, cy: size / 2 };
const posed = model.meanShape.map((value, i) => value + (i % 3 === 2 ? ordinaryTranslation[2] : 0));

describe('skinSurface', () => {
  it('paints triangles of the region and lists all triangles around their vertices', () => {
    expect(surface.corners.length / 3).toBe(12);
    expect(surface.painted.length).toBe(12);
    expect(surface.ringTriangles.length / 3).toBe(18);
    // Their normals are those of the whole skin.
    const normals = vertexNormals(
      model.meanShape,
      surface.triangles,
      new Float32Array(model.meanShape.length),
    );
    const none = 18;
    surface.painted.forEach((vertex, f) => {
      const ring = surface.rings
        .subarray(f * surface.ringSize, (f + 1) * surface.ringSize)
        .filter((t) => t !== none);
      const used = Uint32Array.from(ring, (t) => t).reduce<number[]>(
        (list, t) => [...list, ...surface.ringTriangles.subarray(3 * t, 3 * t + 3)],
        [],
      );
      const own = vertexNormals(model.meanShape, Uint32Array.from(used), new Float32Array(normals.length));
      for (let k = 0; k < 3; k++) expect(own[3 * vertex + k]).toBeCloseTo(normals[3 * vertex + k]!, 5);
    });
  });

  it('names what a model lacks', () => {
    expect(() => skinSurface(tinyModel())).toThrow(
      'skinSurface: model "tetrahedron" lacks an albedo texture, texture coordinates or the region "face"; use the open head model.',
    );
    expect(() => skinSurface(model, { region: 'nose' })).toThrow('the region "nose"');
  });
});

describe('createSkinRasterizer', () => {
  it('lists the pixels that show painted skin, and repeats one where there are no more', () => {
    const pixels = createSkinPixels(2, 700, size);
    const rasterizer = createSkinRasterizer(surface, size, 700, camera);
    const found = rasterizer.draw(posed, pixels, 1);
    // 120 × 80 of the 216 mm that the crop shows there.
    expect(found).toBeGreaterThan(400);
    expect(found).toBeLessThan(560);
    expect([...pixels.weight.subarray(700)].reduce((a, b) => a + b)).toBe(found);
    expect(pixels.place[1399]).toBe(pixels.place[700]);
    expect([...pixels.slot.subarray(size * size)].filter((slot) => slot >= 0)).toEqual(
      Array.from({ length: found }, (_, i) => i),
    );
    pixels.slot.subarray(size * size).forEach((slot, place) => {
      if (slot >= 0) expect(pixels.place[700 + slot]).toBe(place);
    });
    expect(pixels.detail.some((value) => value !== 0)).toBe(true);
    expect(pixels.weight.subarray(0, 700).some((value) => value !== 0)).toBe(false);
  });

  it('thins pixels out evenly where there is too little room', () => {
    const pixels = createSkinPixels(1, 50, size);
    const found = createSkinRasterizer(surface, size, 50, camera).draw(posed, pixels, 0);
    expect(found).toBeGreaterThan(400);
    expect([...pixels.weight].every((weight) => weight === 1)).toBe(true);
    expect(new Set(pixels.place).size).toBe(50);
    pixels.place.forEach((place, i) => {
      expect(pixels.slot[place]).toBe(i);
    });
    expect([...pixels.slot].filter((slot) => slot >= 0).length).toBe(found);
  });

  it('finds nothing where the skin is out of sight, or turned away', () => {
    const pixels = createSkinPixels(1, 50, size);
    const rasterizer = createSkinRasterizer(surface, size, 50, camera);
    expect(
      rasterizer.draw(
        posed.map((value, i) => value + (i % 3 === 0 ? 1000 : 0)),
        pixels,
        0,
      ),
    ).toBe(0);
    expect([...pixels.weight, ...pixels.triangle, ...pixels.place].every((value) => value === 0)).toBe(true);
    expect(
      rasterizer.draw(
        posed.map((value, i) => (i % 3 === 0 ? -value : value)),
        pixels,
        0,
      ),
    ).toBe(0);
  });
});
