import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../data/random.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { modelSizes } from '../../network/code.js';
import { exportRegressor } from '../../network/export-regressor.js';
import { importRegressor } from '../../network/import-regressor.js';
import {
  initialParameters,
  regressorParameters,
  regressors,
  withUnitFilters,
  type RegressorName,
} from '../../network/regressor.js';
import { nodeRuntime } from '../../runtime/node.js';
import type { RegressorConfig, StageConfig } from '../../train/config.js';
import { adamWDefaults } from '../../train/optimizer.js';
import type { Batch } from '../../train/step-graph.js';
import { trainingReport } from '../../train/training-report.js';
import { runConstants } from './run-constants.js';
import { trainInWorker } from './train-in-worker.js';
import type { WorkerGraphs, WorkerRuntimeOptions } from './training-setup.js';
import {
  readMetrics,
  readParameters,
  runFiles,
  runTraining,
  TrainingRunError,
  type TrainingRunOptions,
} from './training-run.js';
import { createValidationViews } from './validation-views.js';
import { writeWhole } from '../files/whole-file.js';

/** Seconds between two versions of the report. */
const REPORT_EVERY = 300;

/** How a stage is run, apart from its settings. */
export interface StageOptions extends Pick<TrainingRunOptions, 'signal' | 'onMetrics' | 'checkpointEvery'> {
  /** Threads of ONNX Runtime. Default: one per core. */
  readonly threads?: number;
  /** The network to begin with: a checkpoint, or a file that `rogue export` wrote. */
  readonly from?: string;
  readonly onWarning?: (line: string) => void;
}

/** Shows in a picture what a network of the run makes of faces that the training does not see. */
export type StagePicture = (
  parameters: Readonly<Record<string, Float32Array>>,
) => Promise<{ readonly png: Uint8Array; readonly caption: string }>;

/** A stage, ready to run. */
export interface Stage {
  readonly title: string;
  readonly picture: StagePicture;
  readonly config: StageConfig;
  readonly graphs: WorkerGraphs;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** Of ONNX Runtime, for the graphs. */
  readonly runtime: WorkerRuntimeOptions;
  /** Batches from a step on. */
  readonly batches: (start: number) => AsyncIterable<Batch>;
  /** What else decides the outcome: the folders of the data, how many samples they hold. */
  readonly data: readonly string[];
  readonly samples: number;
}

/**
 * Trains a stage in a worker, into a folder that keeps all of the run, with a report that is refreshed as it
 * runs.
 * @returns steps done
 * @throws TrainingRunError, WriteError, AssetError
 */
export async function runStage(
  folder: string,
  { title, picture, config, graphs, parameters, runtime, batches, data, samples }: Stage,
  options: StageOptions,
): Promise<number> {
  const trainer = await trainInWorker(
    graphs,
    parameters,
    {
      optimizer: { ...adamWDefaults, weightDecay: config.weightDecay },
      learningRate: {
        kind: 'cosine',
        learningRate: config.learningRate,
        steps: config.steps,
        warmUp: config.warmUp,
      },
      clipNorm: config.clipNorm,
    },
    { runtime },
  );
  const report = async (): Promise<void> => {
    const { png, caption } = await picture(await trainer.parameters());
    const url = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    await writeWhole(
      join(folder, runFiles.report),
      await trainingReport({
        title,
        config,
        steps: config.steps,
        metrics: await readMetrics(folder),
        picture: { url, caption },
      }),
    );
  };
  let reported = -Infinity;
  try {
    return await runTraining(folder, trainer, batches, {
      ...options,
      async onCheckpoint(step) {
        if (performance.now() - reported < 1000 * REPORT_EVERY && step < config.steps) return;
        await report();
        reported = performance.now();
      },
      config: { ...config, data, samples, ...(options.from === undefined ? {} : { from: options.from }) },
      steps: config.steps,
      batch: config.batch,
    });
  } finally {
    await trainer.release();
  }
}

/** What the report of a regressor's training shows. */
export async function regressorPicture(model: MorphableModel, name: RegressorName): Promise<StagePicture> {
  const pictures = await createValidationViews(model, nodeRuntime({ threads: 1 }));
  return async (parameters) => {
    const file = await exportRegressor(regressors[name], modelSizes(model), parameters, {
      name: 'regressor',
      run: runConstants(nodeRuntime({ threads: 1 })),
    });
    return {
      png: await pictures.draw(file),
      caption: 'Synthetic faces that the training does not see, and the heads that the network sees in them.',
    };
  };
}

/**
 * What a stage begins with: the network of a checkpoint or of an exported file, else a new one.
 * @throws TrainingRunError when the file is neither
 */
export async function startingParameters(
  model: MorphableModel,
  { network, seed }: Pick<RegressorConfig, 'network' | 'seed'>,
  from: string | undefined,
): Promise<Record<string, Float32Array>> {
  const config = regressors[network];
  const sizes = modelSizes(model);
  const specs = regressorParameters(config, sizes);
  if (from === undefined) return initialParameters(specs, createRandom(seed).fork('parameters'));
  return beginningWith(from, async () =>
    withUnitFilters(
      specs,
      from.endsWith('.onnx')
        ? importRegressor(config, sizes, await readFile(from))
        : await readParameters(from),
    ),
  );
}

/**
 * Parameters from a file that somebody named.
 * @throws TrainingRunError of one line when `read` fails
 */
export async function beginningWith(
  from: string,
  read: () => Promise<Record<string, Float32Array>>,
): Promise<Record<string, Float32Array>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TrainingRunError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TrainingRunError(
      `cannot begin with ${from}: ${code === 'ENOENT' ? 'not found' : message.split('\n')[0]!}`,
      { cause: error },
    );
  }
}

/**
 * A network's parameters as far as a stage has them.
 * @param wanted parameters of the stage, any values
 * @throws Error when one is missing or of another size
 */
export function ofStage(
  stage: StageConfig['stage'],
  wanted: Readonly<Record<string, Float32Array>>,
  known: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(wanted).map(([path, { length }]) => {
      const values = known[path];
      if (values?.length !== length) throw new Error(`it is no network of the stage "${stage}"`);
      return [path, values];
    }),
  );
}
