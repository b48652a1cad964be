import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../src/io/safetensors.js';
import {
  ModelFileError,
  modelFromTensors,
  modelToTensors,
  type ModelTensors,
} from '../../src/model/model-file.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { quantizeRows } from '../../src/model/quantized-rows.js';
import type { Tensor } from '../../src/model/tensor-reader.js';
import { loadModel } from '../../src/node/files/assets.js';
import { expectClose } from '../math/close.js';
import { tinyModel } from './tiny-model.js';

const bytesOf = (model: MorphableModel): Uint8Array => {
  const { tensors, metadata } = modelToTensors(model);
  return writeSafetensors(tensors, metadata);
};
const modelOf = (bytes: Uint8Array): MorphableModel => modelFromTensors(readSafetensors(bytes));

/** Everything about a model that is a size. */
function sizesOf(model: MorphableModel): unknown {
  return {
    vertices: model.meanShape.length,
    shape: model.shape.displacements.length,
    expression: model.expression.displacements.length,
    names: model.expression.names.length,
    albedo: model.albedo && [model.albedo.kind, model.albedo.mean.length, model.albedo.modes.length],
    parts: model.parts.map(({ triangles, uvs, uvTriangles, texture }) => [
      triangles.length,
      uvs.length,
      uvTriangles.length,
      texture?.data.length,
    ]),
    regions: [...model.regions.values()].map(({ length }) => length),
    landmarks: Object.entries(model.landmarks).map(([name, points]) => [
      name,
      points && ('candidates' in points ? points.candidates.count : points.count),
    ]),
  };
}

/** Half of the largest step by which 16-bit rows can be off. */
function expectQuantized(actual: Float32Array, expected: Float32Array, rows: number, levels: number): void {
  const width = expected.length / rows;
  for (let row = 0; row < rows; row++) {
    const own = expected.subarray(row * width, (row + 1) * width);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expectClose(actual.subarray(row * width, (row + 1) * width), own, (0.51 * largest) / levels + 1e-7);
  }
}

describe('model file round trip', () => {
  it('keeps a model of another shape', () => {
    const model = tinyModel();
    const back = modelOf(bytesOf(model));
    expect(sizesOf(back)).toEqual(sizesOf(model));
    expect(back.meanShape).toEqual(model.meanShape);
    expect(back.parts).toEqual(model.parts);
    expect(back.landmarks).toEqual(model.landmarks);
    expect(back.name).toBe('tetrahedron');
    expect(back.metadata).toMatchObject({
      licence: 'none',
      units: 'mm',
      vertices: '4',
      shapeComponents: '3',
    });
    expect(back.expression).toMatchObject({
      names: ['open', 'close'],
      lower: model.expression.lower,
      upper: model.expression.upper,
    });
    expect(back.shape.standardDeviations).toEqual(model.shape.standardDeviations);
    expectQuantized(back.shape.displacements, model.shape.displacements, 3, 32_767);
    expectQuantized(back.expression.displacements, model.expression.displacements, 2, 32_767);
    expectQuantized(back.albedo!.modes, model.albedo!.modes, 1, 127);
    expectClose(back.albedo!.mean, model.albedo!.mean, 0.51 / 65_535);
    expectClose(back.regions.get('front')!, [0, 1, 0.2, 0], 1e-6);
  });

  it('keeps models without albedo, regions, shape or expression', () => {
    const none = { count: 0, displacements: new Float32Array(0) };
    const model = tinyModel({
      albedo: undefined,
      regions: new Map(),
      shape: { ...none, standardDeviations: new Float32Array(0) },
      expression: { ...none, names: [], lower: new Float32Array(0), upper: new Float32Array(0) },
    });
    const back = modelOf(bytesOf(model));
    expect(sizesOf(back)).toEqual(sizesOf(model));
    expect(back.albedo).toBeUndefined();
  });

  it('keeps texture, texture albedo, an eye and landmarks', () => {
    const model = texturedModel();
    const back = modelOf(bytesOf(model));
    expect(sizesOf(back)).toEqual(sizesOf(model));
    expect(back.parts).toEqual(model.parts);
    expect(back.landmarks).toEqual(model.landmarks);
    expectClose(back.albedo!.mean, model.albedo!.mean, 0.51 / 65_535);
    const [detail, expected] = [back, model].map(({ albedo }) => (albedo as TextureAlbedo).detail!);
    expect({ ...detail, modes: undefined }).toEqual({ ...expected, modes: undefined });
    expectQuantized(detail!.modes, expected!.modes, 1, 127);
  });

  it('writes what it read to the same bytes', () => {
    const once = bytesOf(texturedModel());
    expect(Buffer.from(bytesOf(modelOf(once))).equals(once)).toBe(true);
  });
});

/** The tetrahedron with every optional thing. */
function texturedModel(): MorphableModel {
  const tiny = tinyModel();
  const points = (count: number) => ({
    count,
    vertices: Uint32Array.from({ length: count * 3 }, (_, i) => i % 4),
    weights: Float32Array.from({ length: count * 3 }, (_, i) => [0.5, 0.25, 0.25][i % 3]!),
  });
  return tinyModel({
    albedo: {
      kind: 'texture',
      count: 1,
      meanSize: 4,
      mean: Float32Array.from({ length: 48 }, (_, i) => i / 48),
      modeSize: 2,
      modes: Float32Array.from({ length: 12 }, (_, i) => (i - 6) / 50),
      detail: {
        left: 0.25,
        top: 0.125,
        width: 0.5,
        height: 0.75,
        size: 2,
        modes: Float32Array.from({ length: 12 }, (_, i) => (i - 4) / 70),
      },
    },
    parts: [
      {
        ...tiny.parts[0]!,
        turnsAbout: 'sphereCentre',
        alpha: 'blend',
        uvs: Float32Array.of(0, 0, 1, 0, 0, 1),
        uvTriangles: Uint32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2),
        texture: { width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 255) },
      },
    ],
    landmarks: {
      ibug68: points(68),
      jaw: { perPoint: 2, candidates: points(34) },
      mediapipe: points(468),
      alignment5: points(5),
    },
  });
}

describe('quantizeRows', () => {
  it('spends the full range on every row and keeps zeros', () => {
    const { steps, scales } = quantizeRows(
      [
        [0, 0],
        [1, -2],
        [1e-4, 2.5e-5],
      ],
      16,
    );
    expect([...steps]).toEqual([0, 0, 16_384, -32_767, 32_767, 8192]);
    expect(scales[0]).toBe(1);
    expect(quantizeRows([[3, -1]], 8).steps).toEqual(Int8Array.of(127, -42));
  });
});

describe('damaged models', () => {
  const damage: Record<
    string,
    (file: { tensors: Map<string, Tensor>; metadata: Record<string, string> }) => void
  > = {
    'expected a "rogue-head-model" file': ({ metadata }) => {
      metadata['format'] = 'other\nthing';
    },
    'found "none"; use': ({ metadata }) => {
      delete metadata['format'];
    },
    'expected layout version 2, found "3"': ({ metadata }) => {
      metadata['formatVersion'] = '3';
    },
    'tensor "mesh.mean" is missing': ({ tensors }) => {
      tensors.delete('mesh.mean');
    },
    'tensor "mesh.mean" has shape \\[6, 2\\], expected \\[\\*, 3\\]': ({ tensors }) =>
      set(tensors, 'mesh.mean', [6, 2], new Float32Array(12)),
    'tensor "mesh.mean" should hold 32-bit floats': ({ tensors }) =>
      set(tensors, 'mesh.mean', [4, 3], new Float64Array(12)),
    'tensor "mesh.mean" holds a value that is not finite': ({ tensors }) =>
      set(tensors, 'mesh.mean', [4, 3], new Float32Array(12).fill(NaN)),
    'no vertices': ({ tensors }) => set(tensors, 'mesh.mean', [0, 3], new Float32Array(0)),
    'tensor "shape.scales" holds a value that is not finite': ({ tensors }) =>
      set(tensors, 'shape.scales', [3], Float32Array.of(1, Infinity, 1)),
    'tensor "shape.displacements" should hold 8- or 16-bit steps': ({ tensors }) =>
      set(tensors, 'shape.displacements', [3, 4, 3], new Int32Array(36)),
    'tensor "shape.displacements" has shape \\[2, 4, 3\\]': ({ tensors }) =>
      set(tensors, 'shape.displacements', [2, 4, 3], new Int16Array(24)),
    'tensor "shape.standard_deviations" is missing': ({ tensors }) => {
      tensors.delete('shape.standard_deviations');
    },
    'expected 2 expression names, found 1': ({ metadata }) => {
      metadata['expressionNames'] = '["open"]';
    },
    'entry "expressionNames" is missing or malformed': ({ metadata }) => {
      metadata['expressionNames'] = '["open"';
    },
    'lower bound above its upper': ({ tensors }) =>
      set(tensors, 'expression.lower', [2], Float32Array.of(0, 3)),
    'tensor "regions" has shape': ({ metadata }) => {
      metadata['regionNames'] = '["a","b"]';
    },
    'tensor "regions" should hold unsigned': ({ tensors }) =>
      set(tensors, 'regions', [1, 4], new Int8Array(4)),
    'entry "parts" is missing': ({ metadata }) => {
      delete metadata['parts'];
    },
    'entry "parts" is .*malformed': ({ metadata }) => changePart(metadata, { alpha: 'glass' }),
    'entry "parts" is missing or malformed; ': ({ metadata }) => changePart(metadata, { vertexCount: -4 }),
    'entry "parts" is missing or malformed': ({ metadata }) => changePart(metadata, { turnsAbout: 'corner' }),
    'no parts': ({ metadata, tensors }) => {
      metadata['parts'] = '[]';
      for (const name of [...tensors.keys()]) if (name.startsWith('part.')) tensors.delete(name);
    },
    'two parts have the same name': ({ metadata }) => {
      metadata['parts'] = JSON.stringify([...parts(metadata), ...parts(metadata)]);
    },
    'reaches beyond the 4 vertices': ({ metadata }) => changePart(metadata, { vertexCount: 5 }),
    'vertices of another part': ({ metadata }) => changePart(metadata, { firstVertex: 1, vertexCount: 3 }),
    'tensor "part.surface.triangles" holds 4, expected less than 4': ({ tensors }) =>
      set(tensors, 'part.surface.triangles', [1, 3], Uint16Array.of(0, 1, 4)),
    'tensor "part.surface.uv_triangles" holds 3': ({ tensors }) =>
      set(tensors, 'part.surface.uv_triangles', [4, 3], new Uint16Array(12).fill(3)),
    'part surface: 12 corners, 3 texture corners': ({ tensors }) =>
      set(tensors, 'part.surface.uv_triangles', [1, 3], new Uint16Array(3)),
    'texture coordinates outside 0…1': ({ tensors }) =>
      set(tensors, 'part.surface.uvs', [3, 2], Float32Array.of(0, 0, 1, 0, 0, 1.01)),
    'no texture coordinates for the albedo': ({ tensors }) =>
      set(tensors, 'part.surface.uv_triangles', [0, 3], new Uint16Array(0)),
    'tensor "part.surface.texture" has shape': ({ tensors }) =>
      set(tensors, 'part.surface.texture', [2, 1, 3], new Uint8Array(6)),
    'tensor "part.surface.texture" is an empty texture': ({ tensors }) =>
      set(tensors, 'part.surface.texture', [0, 1, 4], new Uint8Array(0)),
    'expected square albedo textures': ({ tensors }) =>
      set(tensors, 'albedo.texture.mean', [2, 8, 3], new Uint16Array(48)),
    'expected square albedo': ({ tensors }) =>
      set(tensors, 'albedo.texture.modes', [1, 0, 0, 3], new Int8Array(0)),
    'tensor "albedo.texture.modes" has shape': ({ tensors }) =>
      set(tensors, 'albedo.texture.modes', [2, 2, 2, 3], new Int8Array(24)),
    'tensor "albedo.texture.scales" is missing': ({ tensors }) => {
      tensors.delete('albedo.texture.scales');
    },
    'expected 68 ibug68 landmarks, found 1': ({ tensors }) => setPoints(tensors, 'ibug68', 1),
    'expected 468 or 478 mediapipe landmarks, found 100': ({ tensors }) =>
      setPoints(tensors, 'mediapipe', 100),
    'expected 5 alignment5 landmarks, found 4': ({ tensors }) => setPoints(tensors, 'alignment5', 4),
    'expected 17×3 jaw candidates, found 34': ({ metadata }) => {
      metadata['jawCandidates'] = '3';
    },
    'tensor "landmarks.ibug68.vertices" holds 9': ({ tensors }) =>
      set(tensors, 'landmarks.ibug68.vertices', [68, 3], new Uint16Array(204).fill(9)),
    'tensor "landmarks.ibug68.weights" has shape': ({ tensors }) =>
      set(tensors, 'landmarks.ibug68.weights', [67, 3], new Float32Array(201)),
    'ibug68 landmark 0 has weights that do not sum to 1': ({ tensors }) =>
      set(tensors, 'landmarks.ibug68.weights', [68, 3], new Float32Array(204)),
    'tensor "landmarks.mediapipe.weights" does not belong here': ({ tensors }) => {
      tensors.delete('landmarks.mediapipe.vertices');
    },
  };

  const set = (tensors: Map<string, Tensor>, name: string, shape: number[], data: Tensor['data']): void => {
    tensors.set(name, { shape, data });
  };
  const setPoints = (tensors: Map<string, Tensor>, name: string, count: number): void => {
    set(tensors, `landmarks.${name}.vertices`, [count, 3], new Uint16Array(count * 3));
    set(tensors, `landmarks.${name}.weights`, [count, 3], new Float32Array(count * 3).fill(1 / 3));
  };
  const parts = (metadata: Record<string, string>) => JSON.parse(metadata['parts']!) as object[];
  const changePart = (metadata: Record<string, string>, change: object): void => {
    metadata['parts'] = JSON.stringify([{ ...parts(metadata)[0], ...change }]);
  };

  it.each(Object.keys(damage))('are refused in one line: %s', (message) => {
    const { tensors, metadata } = modelToTensors(texturedModel());
    const file = { tensors: new Map(tensors), metadata: { ...metadata } };
    damage[message]!(file);
    expectRefusal(() => modelFromTensors(file), new RegExp(message));
  });

  it('are refused wherever the file is cut off', () => {
    const bytes = bytesOf(texturedModel());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expectRefusal(() => modelOf(bytes.slice(0, length)), /./);
      }),
      { numRuns: 300 },
    );
  });

  it('are refused, or of the same sizes, after damage to the header', () => {
    const bytes = bytesOf(texturedModel());
    const expected = sizesOf(modelOf(bytes));
    const headerEnd = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const changes = fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(changes, (flips) => {
        const damaged = bytes.slice();
        for (const [at, value] of flips) damaged[at] = value;
        let model: MorphableModel | undefined;
        try {
          model = modelOf(damaged);
        } catch (error) {
          expectNamed(error);
        }
        if (model) expect(sizesOf(model)).toEqual(expected);
      }),
      { numRuns: 2000, seed: 17 },
    );
  });

  function expectNamed(error: unknown): void {
    expect(error instanceof ModelFileError || error instanceof SafetensorsError, String(error)).toBe(true);
    expect((error as Error).message).not.toContain('\n');
  }

  function expectRefusal(read: () => unknown, message: RegExp): void {
    let thrown: unknown;
    try {
      read();
    } catch (error) {
      thrown = error;
    }
    expectNamed(thrown);
    expect((thrown as Error).message).toMatch(message);
  }
});

describe('the model file of the package', () => {
  let model: MorphableModel;
  let reencoded: ModelTensors;
  beforeAll(async () => {
    model = await loadModel();
    reencoded = modelToTensors(model);
  });

  it('survives being written again', () => {
    const back = modelFromTensors(reencoded);
    expectClose(back.shape.displacements, model.shape.displacements, 1e-3);
    expectClose(back.expression.displacements, model.expression.displacements, 1e-3);
    expectClose(back.albedo!.modes, model.albedo!.modes, 1e-5);
    expect(back.meanShape).toEqual(model.meanShape);
    expect(sizesOf(back)).toEqual(sizesOf(model));
  });

  it('stays below its 20 MB', () => {
    const { tensors, metadata } = reencoded;
    expect(writeSafetensors(tensors, metadata).length).toBeLessThanOrEqual(20e6);
  });
});
