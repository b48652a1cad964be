import type { MorphableModel } from '../../src/model/morphable-model.js';

/**
 * A tetrahedron with three shape components, two expressions and colours per vertex: as unlike the shipped
 * head as the type allows.
 */
export function tinyModel(changes: Partial<MorphableModel> = {}): MorphableModel {
  const wave = (length: number, size: number) =>
    Float32Array.from({ length }, (_, i) => size * Math.sin(3 * i + size));
  return {
    name: 'tetrahedron',
    metadata: { licence: 'none' },
    vertexCount: 4,
    meanShape: Float32Array.of(0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10),
    shape: { count: 3, displacements: wave(36, 2), standardDeviations: Float32Array.of(3, 2, 1) },
    expression: {
      count: 2,
      names: ['open', 'close'],
      displacements: wave(24, 1.5),
      lower: Float32Array.of(-1, 0),
      upper: Float32Array.of(1, 2),
    },
    albedo: {
      kind: 'vertex',
      count: 1,
      mean: wave(12, 0.4).map((value) => 0.5 + value),
      modes: wave(12, 0.1),
    },
    parts: [
      {
        name: 'surface',
        firstVertex: 0,
        vertexCount: 4,
        triangles: Uint32Array.of(0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3),
        uvs: new Float32Array(0),
        uvTriangles: new Uint32Array(0),
        alpha: 'opaque',
        texture: undefined,
        turnsAbout: undefined,
      },
    ],
    regions: new Map([['front', Float32Array.of(0, 1, 0.2, 0)]]),
    landmarks: { ibug68: undefined, jaw: undefined, mediapipe: undefined, alignment5: undefined },
    ...changes,
  };
}
