import { cropFocal, ordinaryTranslation } from '../../src/network/crop-camera.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { createSkinPixels, createSkinRasterizer, type SkinPixels } from '../../src/render/skin-pixels.js';
import { skinSurface, type SkinSurface } from '../../src/render/skin-surface.js';
import { tinyModel } from '../model/tiny-model.js';

const side = 4;

/** A bulging patch of 4×4 vertices, 120 mm wide, with a texture; all but its last row is painted. */
export function tinySkinModel(): MorphableModel {
  const vertices = Array.from({ length: side * side }, (_, i) => [i % side, Math.floor(i / side)] as const);
  const square = (x: number, y: number): number[] => {
    const a = y * side + x;
    const b = a + 1;
    const c = a + side;
    const d = c + 1;
    return [a, c, b, b, c, d];
  };
  const triangles = Uint32Array.from(
    vertices.flatMap(([x, y]) => (x < side - 1 && y < side - 1 ? square(x, y) : [])),
  );
  const wave = (length: number, size: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => size * Math.sin(2.3 * i + size));
  const width = vertices.length * 3;
  return tinyModel({
    name: 'patch',
    vertexCount: side * side,
    meanShape: Float32Array.from(
      vertices.flatMap(([x, y]) => [40 * x - 60, 60 - 40 * y, 20 * Math.cos(x - 1.6) * Math.cos(y - 1.4)]),
    ),
    shape: { count: 2, displacements: wave(2 * width, 1.5), standardDeviations: Float32Array.of(2, 1) },
    expression: {
      count: 1,
      names: ['open'],
      displacements: wave(width, 2),
      lower: Float32Array.of(0),
      upper: Float32Array.of(1),
    },
    albedo: {
      kind: 'texture',
      count: 2,
      meanSize: 16,
      mean: wave(16 * 16 * 3, 0.15).map((value) => 0.5 + value),
      modeSize: 8,
      modes: wave(2 * 8 * 8 * 3, 0.05),
    },
    parts: [
      {
        name: 'skin',
        firstVertex: 0,
        vertexCount: side * side,
        triangles,
        uvs: Float32Array.from(vertices.flatMap(([x, y]) => [(x + 0.5) / side, (y + 0.5) / side])),
        uvTriangles: triangles,
        alpha: 'opaque',
        texture: undefined,
        turnsAbout: undefined,
      },
    ],
    regions: new Map([['face', Float32Array.from(vertices, ([, y]) => (y < side - 1 ? 1 : 0))]]),
  });
}

/** The patch before the crop's camera, for a batch of two that differ, and what is seen of it. */
export function tinySkinBatch(
  size: number,
  capacity: number,
): { surface: SkinSurface; vertices: Float32Array; pixels: SkinPixels } {
  const model = tinySkinModel();
  const surface = skinSurface(model);
  const pixels = createSkinPixels(2, capacity, size);
  const count = 3 * surface.vertexCount;
  const rasterizer = createSkinRasterizer(surface, size, capacity, {
    focal: (cropFocal * size) / 2,
    cx: size / 2,
    cy: size / 2,
  });
  const vertices = Float32Array.from({ length: 2 * count }, (_, i) => {
    const face = Math.floor(i / count);
    const k = i % count;
    return model.meanShape[k]! + (k % 3 === 2 ? ordinaryTranslation[2] : 0) + face * 3 * Math.sin(k);
  });
  for (const face of [0, 1])
    rasterizer.draw(vertices.subarray(face * count, (face + 1) * count), pixels, face);
  return { surface, vertices, pixels };
}
