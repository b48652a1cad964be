import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportRegressor } from '../network/export-regressor.js';
import { modelSizes } from '../network/code.js';
import { regressors } from '../network/regressor.js';
import { nodeRuntime } from '../runtime/node.js';
import { stageSchemas, type StageName } from '../train/config.js';
import { loadModel } from './assets.js';
import { runConstants } from './run-constants.js';
import { readMetrics, readParameters, runFiles, TrainingRunError } from './training-run.js';

/**
 * The network of a training run as an ONNX file; its description says what it was trained with.
 * @param half stores weights in float16, which halves the file
 * @throws TrainingRunError when the folder holds no run
 */
export async function exportRun(folder: string, half: boolean): Promise<Uint8Array> {
  let settings: Record<string, unknown>;
  try {
    settings = JSON.parse(await readFile(join(folder, runFiles.config), 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new TrainingRunError(`${folder} holds no training run (${runFiles.config} is not readable); name the folder that "rogue train" wrote`, { cause: error });
  }
  // What a run notes beside its settings.
  const { samples } = settings, schema = stageSchemas[settings['stage'] as StageName] ?? stageSchemas.pretrain, parsed = schema.safeParse(Object.fromEntries(Object.entries(settings).filter(([name]) => !['data', 'samples', 'from'].includes(name))));
  if (!parsed.success) throw new TrainingRunError(`${join(folder, runFiles.config)} is of another version; train again`);
  const parameters = await readParameters(join(folder, runFiles.checkpoint)), step = (await readMetrics(folder)).at(-1)?.step ?? 0;
  return exportRegressor(regressors[parsed.data.network], modelSizes(await loadModel()), parameters, {
    name: 'head-regressor', run: runConstants(nodeRuntime({ threads: 1 })), halfStorage: half,
    description: `Head regressor "${parsed.data.network}": ${step} steps of ${parsed.data.batch} photos, stage ${parsed.data.stage}, from ${Number(samples)} samples.`,
  });
}
