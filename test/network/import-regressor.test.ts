import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { evaluateReference } from '../../src/graph/reference.js';
import { constant, type Tensor } from '../../src/graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../../src/graph/trace.js';
import { fillTree, flattenTree } from '../../src/graph/tree.js';
import { exportRegressor } from '../../src/network/export-regressor.js';
import { importRegressor } from '../../src/network/import-regressor.js';
import { judgeParameters } from '../../src/network/judge.js';
import {
  initialParameters,
  regress,
  regressorParameters,
  withUnitFilters,
  type RegressorConfig,
} from '../../src/network/regressor.js';
import type { LayerTree } from '../../src/network/resnet.js';
import { runConstants } from '../../src/node/training/run-constants.js';
import { nodeRuntime } from '../../src/runtime/node.js';

const sizes = { shape: 5, expression: 3, albedo: 2 };
const networks: Record<string, RegressorConfig> = {
  'pairs of 3×3': {
    size: 32,
    backbone: { depths: [1, 2], widths: [16, 32], bottleneck: false, stem: 3 },
    squeeze: 16,
  },
  // Its first projection has the shape of another layer of the same block.
  bottlenecks: {
    size: 32,
    backbone: { depths: [1, 1], widths: [16, 32], bottleneck: true, stem: 3 },
    squeeze: 16,
  },
};
const image = Float32Array.from({ length: 3 * 32 * 32 }, (_, k) => Math.cos(k * k));

function codeOf(config: RegressorConfig, values: Readonly<Record<string, Float32Array>>): Float64Array {
  const specs = regressorParameters(config, sizes);
  const parameters = fillTree<TensorSpec, Tensor>(
    specs,
    isSpec,
    flattenTree<TensorSpec>(specs, isSpec).map(([name, { shape }]) => constant(values[name]!, shape)),
  ) as LayerTree<Tensor>;
  return evaluateReference(
    (inputs) => ({ code: regress(config, parameters, inputs.image) }),
    { image: spec([1, 3, 32, 32]) },
    { image },
  )['code']!;
}

function trained(config: RegressorConfig): Record<string, Float32Array> {
  const random = createRandom(7);
  const values = initialParameters(regressorParameters(config, sizes), random);
  // As after a training: biases and gains of their own, filters of many lengths.
  return Object.fromEntries(
    Object.entries(values).map(([path, value]) => [
      path,
      value.map((x) => (path.endsWith('weight') ? 3 * x : x + 0.2 * random.normal())),
    ]),
  );
}

describe.each(Object.entries(networks))('importRegressor, %s', (_, config) => {
  it.each([false, true])(
    'gives the network back that was exported (half storage: %s)',
    async (halfStorage) => {
      const values = trained(config);
      const file = await exportRegressor(config, sizes, values, {
        name: 'tiny',
        run: runConstants(nodeRuntime({ threads: 1 })),
        halfStorage,
      });
      const wanted = codeOf(config, values);
      const got = codeOf(config, importRegressor(config, sizes, file));
      const scale = Math.max(...Array.from(wanted, Math.abs));
      got.forEach((value, k) => {
        expect(Math.abs(value - wanted[k]!)).toBeLessThan((halfStorage ? 1e-2 : 1e-4) * scale);
      });
    },
  );

  it('leaves a judge out, which reads the features of the network as it was', async () => {
    const values = trained(config);
    const judging = initialParameters(judgeParameters(config), createRandom(8));
    const fold = { name: 'tiny', run: runConstants(nodeRuntime({ threads: 1 })) };
    const file = await exportRegressor(config, sizes, { ...values, ...judging }, fold);
    const session = await nodeRuntime({ threads: 1 }).createSession(file);
    const outputs = await session.run({ image: { dims: [1, 3, 32, 32], data: image } });
    await session.release();
    expect(outputs['face']!.dims).toEqual([1, 1]);
    expect(outputs['place']!.dims).toEqual([1, 4]);
    const recovered = importRegressor(config, sizes, file);
    expect(Object.keys(recovered).toSorted()).toEqual(Object.keys(values).toSorted());
    const wanted = codeOf(config, values);
    const scale = Math.max(...Array.from(wanted, Math.abs));
    codeOf(config, recovered).forEach((value, k) => {
      expect(Math.abs(value - wanted[k]!)).toBeLessThan(1e-4 * scale);
    });
  });

  it('filters of length 1 are the same network', () => {
    const values = trained(config);
    const unit = withUnitFilters(regressorParameters(config, sizes), values);
    const wanted = codeOf(config, values);
    const scale = Math.max(...Array.from(wanted, Math.abs));
    expect(Math.hypot(...unit['stem.weight']!.subarray(0, 27))).toBeCloseTo(1, 5);
    codeOf(config, unit).forEach((value, k) => {
      expect(Math.abs(value - wanted[k]!)).toBeLessThan(1e-3 * scale);
    });
  });
});

describe('importRegressor', () => {
  it('refuses other networks in one line', async () => {
    const config = networks['bottlenecks']!;
    const file = await readFile(new URL('../../assets/networks/face-detector.onnx', import.meta.url));
    expect(() => importRegressor(config, sizes, file)).toThrow(/no head regressor of this kind/);
    expect(() => withUnitFilters(regressorParameters(config, sizes), {})).toThrow(/"stem.weight" is missing/);
  });
});
