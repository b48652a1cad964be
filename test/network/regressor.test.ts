import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { constant, type Tensor } from '../../src/graph/tensor.js';
import { evaluateReference } from '../../src/graph/reference.js';
import { isSpec, spec, type TensorSpec } from '../../src/graph/trace.js';
import { fillTree, flattenTree } from '../../src/graph/tree.js';
import { evaluatePoints, evaluateVertices } from '../../src/model/evaluate.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { codeLayout, codeSize, decodeCode, modelSizes, splitCode } from '../../src/network/code.js';
import { ordinaryTranslation } from '../../src/network/crop-camera.js';
import { exportRegressor } from '../../src/network/export-regressor.js';
import { createHeadPredictor } from '../../src/network/head-predictor.js';
import type { LayerTree } from '../../src/network/resnet.js';
import { runConstants } from '../../src/node/training/run-constants.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { floatOutput } from '../../src/runtime/session.js';
import { headPoints } from '../../src/network/head-points.js';
import {
  initialParameters,
  regress,
  regressorParameters,
  regressors,
  type RegressorConfig,
} from '../../src/network/regressor.js';
import { loadModel } from '../../src/node.js';

const tiny: RegressorConfig = {
  size: 32,
  backbone: { depths: [1, 1], widths: [16, 32], bottleneck: false, stem: 3 },
  squeeze: 16,
};
function parametersOf(
  specs: LayerTree<TensorSpec>,
  values: Readonly<Record<string, Float32Array>>,
): LayerTree<Tensor> {
  return fillTree<TensorSpec, Tensor>(
    specs,
    isSpec,
    flattenTree<TensorSpec>(specs, isSpec).map(([name, { shape }]) => constant(values[name]!, shape)),
  ) as LayerTree<Tensor>;
}

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

describe('codes', () => {
  it('of zeros are the mean head, upright, in the middle of the crop', () => {
    const layout = codeLayout(modelSizes(model));
    const code = evaluateReference(
      ({ raw }) => ({ ...decodeCode(layout, raw!) }),
      { raw: spec([1, codeSize(layout)]) },
      { raw: new Float32Array(codeSize(layout)) },
    );
    expect([...code['shape']!, ...code['expression']!, ...code['gaze']!].every((value) => value === 0)).toBe(
      true,
    );
    expect([...code['rotation']!].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
    [...code['translation']!].forEach((value, k) => {
      expect(value).toBeCloseTo(ordinaryTranslation[k]!, 3);
    });
  });

  it('are split into all of their parts', () => {
    const layout = codeLayout({ shape: 2, expression: 1, albedo: 1 });
    const size = codeSize(layout);
    const parts = evaluateReference(
      ({ raw }) => splitCode(layout, raw!),
      { raw: spec([1, size]) },
      { raw: Float32Array.from({ length: size }, (_, k) => k) },
    );
    expect(Object.keys(layout).flatMap((name) => [...parts[name]!])).toEqual(
      Array.from({ length: size }, (_, k) => k),
    );
  });
});

describe('headPoints', () => {
  it('are where the whole model has them', () => {
    const points = model.landmarks.ibug68!;
    const head = headPoints(model, points);
    const random = createRandom(3);
    const shape = Float32Array.from({ length: model.shape.count }, () => random.normal());
    const expression = Float32Array.from({ length: model.expression.count }, () => random.uniform(0, 0.5));
    // Networks learn from the linear model: what blinks move besides is a millimetre at the lids.
    for (const { unit } of model.expression.personal ?? []) expression[unit] = 0;
    const { positions } = evaluateReference(
      (code) => ({ positions: head.positions(code as never) }),
      { shape: spec([1, shape.length]), expression: spec([1, expression.length]) },
      { shape, expression },
    );
    const expected = evaluatePoints(points, evaluateVertices(model, { shape, expression }));
    positions!.forEach((value, k) => {
      expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-3);
    });
  });
});

describe('exportRegressor', () => {
  it('writes a file that gives what the code says, for one photo', async () => {
    const sizes = modelSizes(model);
    const layout = codeLayout(sizes);
    const specs = regressorParameters(tiny, sizes);
    const values = initialParameters(specs, createRandom(2));
    const image = Float32Array.from({ length: 3 * 32 * 32 }, (_, k) => Math.cos(k * k));
    const expected = evaluateReference(
      (inputs) => ({ ...decodeCode(layout, regress(tiny, parametersOf(specs, values), inputs.image)) }),
      { image: spec([1, 3, 32, 32]) },
      { image },
    );
    const runtime = nodeRuntime({ threads: 1 });
    const run = runConstants(runtime);
    const session = await runtime.createSession(
      await exportRegressor(tiny, sizes, values, { name: 'tiny', run }),
    );
    const outputs = await session.run({ image: { dims: [1, 3, 32, 32], data: image } });
    await session.release();
    for (const [name, wanted] of Object.entries(expected)) {
      const got = floatOutput(outputs, name);
      expect(got.length).toBe(wanted.length);
      got.forEach((value, k) => {
        expect(
          Math.abs(value - (name === 'visibility' ? 1 / (1 + Math.exp(-wanted[k]!)) : wanted[k]!)),
        ).toBeLessThan(name === 'translation' ? 1e-2 : 1e-4);
      });
    }
    await expect(exportRegressor(tiny, sizes, {}, { name: 'tiny' })).rejects.toThrow(
      /"stem.weight" is missing/,
    );
  });

  it('is found out when it is another network', async () => {
    await expect(
      createHeadPredictor(
        nodeRuntime({ threads: 1 }),
        await readFile(new URL('../../assets/networks/face-detector.onnx', import.meta.url)),
      ),
    ).rejects.toThrow(/no head regressor/);
  });
});

describe('regress', () => {
  it('starts near the mean head, and tells photos apart', () => {
    const sizes = modelSizes(model);
    const specs = regressorParameters(tiny, sizes);
    const values = initialParameters(specs, createRandom(1));
    const raw = evaluateReference(
      ({ image }) => {
        return { code: regress(tiny, parametersOf(specs, values), image!) };
      },
      { image: spec([2, 3, 32, 32]) },
      { image: Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, k) => Math.sin(k * k)) },
    )['code']!;
    const size = codeSize(codeLayout(sizes));
    expect(raw.length).toBe(2 * size);
    expect(Math.max(...Array.from(raw, Math.abs))).toBeLessThan(1.5);
    expect([...raw.subarray(0, size)]).not.toEqual([...raw.subarray(size)]);
  });

  it('has as many parameters as its name promises', () => {
    const count = (config: RegressorConfig): number =>
      flattenTree<TensorSpec>(regressorParameters(config, modelSizes(model)), isSpec).reduce(
        (sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1),
        0,
      );
    expect(count(regressors.fast)).toBeLessThan(6e6);
    expect(count(regressors.resnet50)).toBeGreaterThan(23e6);
  });
});
