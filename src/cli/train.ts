import { readFile } from 'node:fs/promises';
import { loadRogue } from '../node.js';
import { guideRegressor } from '../node/training/guided-run.js';
import { trainDetector } from '../node/training/detect-run.js';
import { trainIdentity } from '../node/training/identity-run.js';
import { trainJudge } from '../node/training/judge-run.js';
import { trainLandmarks } from '../node/training/landmarks-run.js';
import { trainParser } from '../node/training/parse-run.js';
import { trainRecogniser } from '../node/training/recogniser-run.js';
import { pretrain } from '../node/training/pretrain-run.js';
import { runFiles, type MetricsLine } from '../node/training/training-run.js';
import { stageSchemas, type StageConfig, type StageName } from '../train/config.js';
import { engineHere } from '../runtime/node.js';
import { InterruptedError, UsageError, messageOf } from './errors.js';
import { interruptible } from './interruptible.js';
import { createProgress } from './progress.js';
import { complain, print } from './terminal.js';

export interface TrainFlags {
  readonly data: readonly string[];
  readonly out: string;
  readonly config?: string;
  readonly threads?: number;
  readonly network?: string;
  readonly seed?: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly covered?: number;
  readonly robust?: boolean;
  readonly from?: string;
}

/**
 * Runs a stage of the training with a progress bar; Ctrl-C saves and ends it.
 * @throws UsageError for settings that make no sense; InterruptedError after Ctrl-C
 */
export async function runTrain(stage: StageName, flags: TrainFlags): Promise<void> {
  const { engine, reason } = engineHere();
  if (engine === 'wasm') throw new Error(`training needs the native ONNX Runtime: ${reason}`);
  const config = await configOf(stage, flags);
  await interruptible('interrupted; the same command goes on from there', (signal) =>
    trainStage(config, flags, signal),
  );
}

async function trainStage(
  config: StageConfig,
  { data, out, from, threads }: TrainFlags,
  signal: AbortSignal,
): Promise<void> {
  let bar: ReturnType<typeof createProgress> | undefined;
  let preparing: typeof bar;
  const options = {
    signal,
    ...(from === undefined ? {} : { from }),
    ...(threads === undefined ? {} : { threads }),
    onMetrics({ step, value, imagesPerSecond }: MetricsLine) {
      preparing?.stop();
      bar ??= createProgress(Math.ceil((config.steps - step) / EVERY) + 1, { interval: 30 });
      bar.done(
        `step ${step} of ${config.steps} · loss ${value.toPrecision(4)} · ${imagesPerSecond.toFixed(0)} photos/s`,
      );
    },
    onPrepared(done: number, count: number) {
      preparing ??= createProgress(count - done + 1, { interval: 5 });
      preparing.done(`photo ${done} of ${count} prepared`);
    },
    onWarning: (line: string) => {
      complain(`rogue: warning: ${line}`);
    },
    loadRogue: () => loadRogue(),
  };
  try {
    const done = await (config.stage === 'pretrain'
      ? pretrain(data, out, config, options)
      : config.stage === 'detect'
        ? trainDetector(data, out, config, options)
        : config.stage === 'landmarks'
          ? trainLandmarks(data, out, config, options)
          : config.stage === 'judge'
            ? trainJudge(data, out, config, options)
            : config.stage === 'parse'
              ? trainParser(data, out, config, options)
              : config.stage === 'recognise'
                ? trainRecogniser(data, out, config, options)
                : config.stage === 'identity'
                  ? trainIdentity(data, out, config, options)
                  : guideRegressor(data, out, config, options));
    bar?.stop();
    if (done < config.steps)
      throw new InterruptedError(`interrupted after step ${done}; the same command goes on from there`);
    print(`${done} steps done: ${out}/${runFiles.checkpoint}`);
  } finally {
    preparing?.stop();
    bar?.stop();
  }
}

/** Steps per line of metrics. */
const EVERY = 20;

async function configOf(
  stage: StageName,
  { config: file, network, seed, steps, batch, learningRate, covered, robust }: TrainFlags,
): Promise<StageConfig> {
  const settings = file === undefined ? {} : await settingsOf(file);
  const given = Object.entries({
    network,
    seed,
    steps,
    batch,
    learningRate,
    covered,
    ...(robust === false ? { robust } : {}),
  }).filter(([, value]) => value !== undefined);
  const parsed = stageSchemas[stage].safeParse({ ...settings, ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UsageError(`setting ${issue.path.join('.') || 'file'}: ${messageOf(new Error(issue.message))}`);
}

/** @throws UsageError for a file that holds no JSON object */
async function settingsOf(file: string): Promise<object> {
  let settings: unknown;
  try {
    settings = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--config ${file}: ${messageOf(error)}; expected a JSON file of settings`);
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new UsageError(`--config ${file}: expected settings in braces, such as {"steps": 1000}`);
  return settings;
}
