import type { ModelSizes } from './code.js';
import { importLayers, notOurs, storedLayers } from './import-layers.js';
import { judgeParameters } from './judge.js';
import { regressorParameters, type RegressorConfig } from './regressor.js';

const KIND = 'head regressor';

/**
 * The parameters of a network that `exportRegressor` wrote, as `importLayers` reads them.
 * @throws Error of one line when the file is no network of this configuration
 */
export function importRegressor(
  config: RegressorConfig,
  sizes: ModelSizes,
  file: Uint8Array,
): Record<string, Float32Array> {
  // A judge reads features as they were: a training changes them.
  const judges = Object.values(judgeParameters(config)).map((layer) => layer['weight']!.shape.join());
  return importLayers(regressorParameters(config, sizes), file, KIND, { others: new Set(judges) });
}

/**
 * The parameters of the judge in a network that `exportRegressor` wrote; none of a network without.
 * @throws Error of one line when the file holds half a judge
 */
export function importJudge(config: RegressorConfig, file: Uint8Array): Record<string, Float32Array> {
  const { layers, valuesOf, dimsOf, addedTo } = storedLayers(file);
  const parameters: Record<string, Float32Array> = {};
  for (const [name, layer] of Object.entries(judgeParameters(config))) {
    const dims = layer['weight']!.shape.join();
    const node = layers.find(({ opType, inputs }) => opType === 'Gemm' && dimsOf(inputs[1]!) === dims);
    const weight = node && valuesOf(node.inputs[1]!);
    const bias = node && valuesOf(node.inputs[2] ?? addedTo(node.outputs[0]!) ?? '');
    if (weight && bias) Object.assign(parameters, { [`${name}.weight`]: weight, [`${name}.bias`]: bias });
  }
  if (![0, 4].includes(Object.keys(parameters).length)) throw notOurs(KIND, 'it holds half a judge');
  return parameters;
}
