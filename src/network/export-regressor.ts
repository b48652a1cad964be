import { exportOnnx, type ExportOptions } from '../graph/export/export.js';
import { spec } from '../graph/trace.js';
import { codeLayout, decodeCode, type ModelSizes } from './code.js';
import { hasJudge, judge, judgeParameters } from './judge.js';
import { codeOf, regressorParameters, squeezedFeatures, type RegressorConfig } from './regressor.js';
import { trained } from './trained.js';

/**
 * A trained regressor as a plain ONNX file: input `image` `[N, 3, size, size]`, sRGB −1…1; outputs the parts
 * of a {@link decodeCode}d code, `visibility` as shares 0…1. With a judge's parameters also `face`, 0…1, and
 * `place`, as of `JudgedPlace`.
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
  const layout = codeLayout(sizes);
  const regressor = trained(regressorParameters(config, sizes), parameters);
  const judging = hasJudge(parameters) ? trained(judgeParameters(config), parameters) : undefined;
  return exportOnnx<ReturnType<typeof imagesOf>>(
    ({ image }) => {
      const features = squeezedFeatures(config, regressor(), image);
      const code = decodeCode(layout, codeOf(regressor(), features));
      const judgement = judging && judge(judging(), features);
      return {
        ...code,
        rotation: code.rotation.reshape([-1, 9]),
        visibility: code.visibility.sigmoid(),
        ...(judgement && { face: judgement.face.reshape([-1, 1]).sigmoid(), place: judgement.place }),
      };
    },
    (batch) => imagesOf(config, batch),
    options,
  );
}

/** A regressor's `features` of an `image`, which a judge reads; parameters as of {@link exportRegressor}. */
export async function exportFeatures(
  config: RegressorConfig,
  sizes: ModelSizes,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const regressor = trained(regressorParameters(config, sizes), parameters);
  return exportOnnx<ReturnType<typeof imagesOf>>(
    ({ image }) => ({ features: squeezedFeatures(config, regressor(), image) }),
    (batch) => imagesOf(config, batch),
    options,
  );
}

const imagesOf = ({ size }: RegressorConfig, batch: number) => ({ image: spec([batch, 3, size, size]) });
