import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { landmarkerParameters } from '../../train/landmarker-network.js';
import { retrainedFile } from '../../train/retrained-file.js';
import { exportParser } from '../../network/parsing/export-parser.js';
import { exportRegressor } from '../../network/export-regressor.js';
import { exportIdentity } from '../../network/identity/export-identity.js';
import { exportRecogniser } from '../../network/identity/export-recogniser.js';
import { modelSizes } from '../../network/code.js';
import { parserConfig, parserParameters } from '../../network/parsing/parser.js';
import { regressorParameters, regressors, withUnitFilters } from '../../network/regressor.js';
import { nodeRuntime } from '../../runtime/node.js';
import {
  stageSchemas,
  type JudgeConfig,
  type LandmarksConfig,
  type RecogniseConfig,
  type RegressorConfig,
  type StageConfig,
  type StageName,
} from '../../train/config.js';
import { assetFiles, loadModel, readAsset } from '../files/assets.js';
import { judgedRegressorFile } from './judge-run.js';
import { importRegressor } from '../../network/import-regressor.js';
import { decodeOnnx } from '../../graph/onnx/decode.js';
import { detectorNetwork } from './detect-run.js';
import { networkWeights } from './recogniser-run.js';
import { runConstants } from './run-constants.js';
import { readMetrics, readParameters, runFiles, TrainingRunError } from './training-run.js';

/** A run as it is exported. */
interface FinishedRun<Config extends StageConfig = StageConfig> {
  readonly config: Config;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** How it came about, for the file. */
  readonly description: string;
}

/**
 * The network of a training run as an ONNX file; its description says what it was trained with. Of several
 * runs, each begun with another of them, the parameters' mean: often better than any of them on photos unlike
 * those of the training (Wortsman et al. 2022, "Model soups").
 *
 * @param half stores weights in float16, which halves the file
 * @throws TrainingRunError when a folder holds no run, or the runs are of different networks
 */
export async function exportRun(folders: readonly string[], half: boolean): Promise<Uint8Array> {
  const runs = await Promise.all(folders.map(readRun));
  const stage = runs[0]?.config.stage;
  const exportOwn = runs.every(({ config }) => config.stage === stage) ? exporters[stage!] : undefined;
  if (exportOwn) return exportOwn(runs, half);
  const judged = runs.findIndex(isJudge);
  if (judged < 0) return exportRegressors(folders, runs, half);
  if (runs.length > 1) throw new TrainingRunError(`${folders[judged]!} trained a judge; export it by itself`);
  return exportJudged(folders[0]!, runs[0] as FinishedRun<JudgeConfig>, half);
}

/** A regressor with its judge. */
async function exportJudged(
  folder: string,
  { config, parameters, description }: FinishedRun<JudgeConfig>,
  half: boolean,
): Promise<Uint8Array> {
  const sizes = modelSizes(await loadModel());
  const network = regressors[config.network];
  const file = await readFile(join(folder, judgedRegressorFile));
  const before = decodeOnnx(file).description;
  return exportRegressor(
    network,
    sizes,
    { ...importRegressor(network, sizes, file), ...parameters },
    {
      name: 'head-regressor',
      run: runConstants(nodeRuntime({ threads: 1 })),
      halfStorage: half,
      description: `${before ?? ''} Judge: ${description}.`.trim(),
    },
  );
}

/** The detectors' mean, whole numbers of 32 bits: half of them would save a quarter of a megabyte. */
async function exportDetector(runs: readonly FinishedRun[]): Promise<Uint8Array> {
  return retrainedFile(
    await detectorNetwork(),
    meanParameters(runs),
    `Face detector, after BlazeFace, full range (MediaPipe, Apache-2.0): RGB, −1…1, sides multiples of 32 → per anchor a score logit; a box, 6 key points, the nose's direction and the crown's. ${describe(runs)}.`,
  );
}

/**
 * The landmarkers' mean, in float16 as the published network is, on the way back to that: between both a
 * network is about as robust as the trained one, and as good on clean photos as the published one (Wortsman
 * et al. 2022, "Robust fine-tuning of zero-shot models").
 */
async function exportLandmarkers(runs: readonly FinishedRun[]): Promise<Uint8Array> {
  const published = await readAsset(assetFiles.landmarksTeacher);
  const { config } = runs[0] as FinishedRun<LandmarksConfig>;
  return retrainedFile(
    published,
    between(meanParameters(runs), landmarkerParameters(published), config.published),
    `Dense landmarks, after MediaPipe's face mesh with attention (Apache-2.0): 192×192 RGB, 0…1 → 478 points and a presence logit. ${describe(runs)}.`,
  );
}

/** The parsers' mean. */
async function exportParsers(runs: readonly FinishedRun[], half: boolean): Promise<Uint8Array> {
  const specs = parserParameters(parserConfig);
  const parameters =
    runs.length === 1
      ? runs[0]!.parameters
      : meanOf(runs.map((run) => withUnitFilters(specs, run.parameters)));
  return exportParser(parserConfig, parameters, {
    name: 'face-parser',
    run: runConstants(nodeRuntime({ threads: 1 })),
    halfStorage: half,
    description: `Face parser: background, skin, hair, cover. ${describe(runs)}.`,
  });
}

/** The identity networks' mean. */
async function exportIdentities(runs: readonly FinishedRun[], half: boolean): Promise<Uint8Array> {
  return exportIdentity(modelSizes(await loadModel()).albedo, meanParameters(runs), {
    name: 'identity',
    run: runConstants(nodeRuntime({ threads: 1 })),
    halfStorage: half,
    description: `Recognition embedding and a regressor's albedo → the albedo in which the face is recognised. ${describe(runs)}.`,
  });
}

/** The recognition networks' mean, on the way back to the published one, as of the landmarkers. */
async function exportRecognisers(runs: readonly FinishedRun[], half: boolean): Promise<Uint8Array> {
  const published = await readAsset(assetFiles.recognitionTeacher);
  const { config } = runs[0] as FinishedRun<RecogniseConfig>;
  const parameters = between(meanParameters(runs), networkWeights(published), config.published);
  return exportRecogniser(published, parameters, {
    name: 'robust-recognition',
    run: runConstants(nodeRuntime({ threads: 1 })),
    halfStorage: half,
    description: `MobileFaceNet that also knows covered and noisy faces. ${describe(runs)}.`,
  });
}

async function exportRegressors(
  folders: readonly string[],
  runs: readonly FinishedRun[],
  half: boolean,
): Promise<Uint8Array> {
  const regressorRuns = runs.filter(
    (run): run is FinishedRun<RegressorConfig> => 'network' in run.config && !isJudge(run),
  );
  const [first] = regressorRuns;
  if (!first)
    throw new TrainingRunError(
      `${folders[0]!} and ${folders[1]!} trained different networks; export them one by one`,
    );
  const sizes = modelSizes(await loadModel());
  const network = regressors[first.config.network];
  const other = runs.findIndex(
    ({ config }) => !('network' in config) || config.network !== first.config.network,
  );
  if (other >= 0)
    throw new TrainingRunError(
      `${folders[other]!} trained another network than ${folders[0]!}; export them one by one`,
    );
  const parameters =
    regressorRuns.length === 1
      ? first.parameters
      : meanOf(
          regressorRuns.map((run) => withUnitFilters(regressorParameters(network, sizes), run.parameters)),
        );
  return exportRegressor(network, sizes, parameters, {
    name: 'head-regressor',
    run: runConstants(nodeRuntime({ threads: 1 })),
    halfStorage: half,
    description: `Head regressor "${first.config.network}": ${describe(runs)}.`,
  });
}

/** What writes networks that are trained by a stage of their own. */
const exporters: Partial<
  Record<StageName, (runs: readonly FinishedRun[], half: boolean) => Promise<Uint8Array>>
> = {
  detect: exportDetector,
  landmarks: exportLandmarkers,
  parse: exportParsers,
  recognise: exportRecognisers,
  identity: exportIdentities,
};

const isJudge = (run: FinishedRun): run is FinishedRun<JudgeConfig> => run.config.stage === 'judge';

const describe = (runs: readonly FinishedRun[]): string =>
  `${runs.length === 1 ? '' : 'mean of '}${runs.map(({ description }) => description).join('; ')}`;

async function readRun(folder: string): Promise<FinishedRun> {
  let settings: Record<string, unknown>;
  try {
    settings = JSON.parse(await readFile(join(folder, runFiles.config), 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new TrainingRunError(
      `${folder} holds no training run (${runFiles.config} is not readable); name the folder that "rogue train" wrote`,
      { cause: error },
    );
  }
  // What a run notes beside its settings.
  const own = Object.fromEntries(
    Object.entries(settings).filter(([name]) => !['data', 'samples', 'from'].includes(name)),
  );
  const schema = stageSchemas[own['stage'] as StageName] ?? stageSchemas.pretrain;
  const parsed = schema.safeParse(own);
  if (!parsed.success)
    throw new TrainingRunError(`${join(folder, runFiles.config)} is of another version; train again`);
  const step = (await readMetrics(folder)).at(-1)?.step ?? 0;
  const { stage, batch } = parsed.data;
  return {
    config: parsed.data,
    parameters: await readParameters(join(folder, runFiles.checkpoint)),
    description: `${step} steps of ${batch} photos, stage ${stage}, from ${Number(settings['samples'])} samples`,
  };
}

/** The mean of the runs' parameters. */
const meanParameters = (runs: readonly FinishedRun[]): Readonly<Record<string, Float32Array>> =>
  runs.length === 1 ? runs[0]!.parameters : meanOf(runs.map(({ parameters }) => parameters));

/** Parameters on the way from one network, at 0, to another, at 1. */
const between = (
  from: Readonly<Record<string, Float32Array>>,
  to: Readonly<Record<string, Float32Array>>,
  share: number,
): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(from).map(([name, values]) => [
      name,
      values.map((value, i) => (1 - share) * value + share * to[name]![i]!),
    ]),
  );

function meanOf(networks: readonly Readonly<Record<string, Float32Array>>[]): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(networks[0]!).map(([name, values]) => [
      name,
      values.map((_, i) => networks.reduce((sum, network) => sum + network[name]![i]!, 0) / networks.length),
    ]),
  );
}
