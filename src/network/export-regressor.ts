import { exportOnnx, type ExportOptions } from '../graph/export/export.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { isSpec, spec, type TensorSpec } from '../graph/trace.js';
import { fillTree, flattenTree } from '../graph/tree.js';
import { codeLayout, decodeCode, type ModelSizes } from './code.js';
import { regress, regressorParameters, type RegressorConfig } from './regressor.js';
import type { LayerTree } from './resnet.js';

/**
 * A trained regressor as a plain ONNX file: input `image` `[N, 3, size, size]`, sRGB −1…1; outputs the parts
 * of a {@link decodeCode}d code, `visibility` as shares 0…1.
 *
 * @param parameters values by path, as a trainer gives them
 * @throws Error when a parameter is missing
 */
export async function exportRegressor(
  config: RegressorConfig,
  sizes: ModelSizes,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const specs = regressorParameters(config, sizes);
  const layout = codeLayout(sizes);
  const leaves = flattenTree<TensorSpec>(specs, isSpec).map(([path, { shape }]) => {
    const values = parameters[path];
    if (!values)
      throw new Error(`exportRegressor: parameter "${path}" is missing; is it a checkpoint of this network?`);
    return [values, shape] as const;
  });
  const inputs = (batch: number) => ({ image: spec([batch, 3, config.size, config.size]) });
  return exportOnnx<ReturnType<typeof inputs>>(
    ({ image }) => {
      const trained = fillTree<TensorSpec, Tensor>(
        specs,
        isSpec,
        leaves.map(([values, shape]) => constant(values, shape)),
      ) as LayerTree<Tensor>;
      const code = decodeCode(layout, regress(config, trained, image));
      return { ...code, rotation: code.rotation.reshape([-1, 9]), visibility: code.visibility.sigmoid() };
    },
    inputs,
    options,
  );
}
