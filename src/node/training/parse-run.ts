import { readFile } from 'node:fs/promises';
import { createRandom } from '../../data/random.js';
import { exportParser } from '../../network/parsing/export-parser.js';
import { importParser } from '../../network/parsing/import-parser.js';
import { initialParser, parserConfig, parserParameters } from '../../network/parsing/parser.js';
import { withUnitFilters } from '../../network/regressor.js';
import { nodeRuntime } from '../../runtime/node.js';
import { cpuTarget } from '../../runtime/target.js';
import type { ParseConfig } from '../../train/config.js';
import { parseGraph } from '../../train/parse.js';
import { loadModel } from '../files/assets.js';
import { preparePhotos, type GuidedRunOptions } from './guided-run.js';
import { parseBatches, parserTeacher } from './parse-data.js';
import { parsePictureOf } from './parse-report.js';
import { runConstants } from './run-constants.js';
import { prepareTrainingData } from './training-data.js';
import { beginningWith, runStage } from './stage-run.js';
import { readParameters } from './training-run.js';

/**
 * The stage `parse`: a network learns to tell skin, hair, covers and background apart, from synthetic people,
 * whose labels are exact, and from photos with covers pasted over them. What else such photos show is told by
 * geometry and colour, and by the network that the training begins with, where it is sure.
 *
 * @param data as of `guideRegressor`
 * @returns steps done
 * @throws ShardReadError, TrainingRunError, WriteError, AssetError
 */
export async function trainParser(
  data: readonly string[],
  folder: string,
  config: ParseConfig,
  options: GuidedRunOptions,
): Promise<number> {
  const model = await loadModel();
  const network = parserConfig;
  const { size } = network;
  const { shards, samples } = await prepareTrainingData(data, folder, (photos, prepared) =>
    preparePhotos(photos, prepared, folder, options),
  );
  const runtime = { ...(options.threads === undefined ? {} : { threads: options.threads }), optimize: false };
  const { batch, seed, worn, covered, noise } = config;
  const { from } = options;
  const parameters =
    from === undefined
      ? initialParser(network, createRandom(seed).fork('parameters'))
      : await beginningWith(from, async () =>
          withUnitFilters(
            parserParameters(network),
            from.endsWith('.onnx') ? importParser(network, await readFile(from)) : await readParameters(from),
          ),
        );
  const one = nodeRuntime({ threads: 1 });
  const teacher =
    from !== undefined && config.taught
      ? await one.createSession(
          await exportParser(network, parameters, { name: 'teacher', run: runConstants(one) }),
        )
      : undefined;
  try {
    return await runStage(
      folder,
      {
        title: 'parse: face parser',
        picture: await parsePictureOf(model),
        config,
        runtime,
        data,
        samples,
        parameters,
        graphs: {
          gradient: parseGraph(network, batch, config.weights, await cpuTarget(nodeRuntime(runtime))),
        },
        batches: (start) =>
          parseBatches(shards, samples, start, {
            size,
            batch,
            seed,
            worn,
            covered,
            noise,
            ...(teacher && { teach: parserTeacher(teacher, size) }),
            onWarning: ({ message }) => options.onWarning?.(message),
          }),
      },
      options,
    );
  } finally {
    await teacher?.release();
  }
}
