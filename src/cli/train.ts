import { readFile } from 'node:fs/promises';
import { pretrain } from '../node/pretrain-run.js';
import { runFiles } from '../node/training-run.js';
import { pretrainConfigSchema, type PretrainConfig } from '../train/config.js';
import { InterruptedError, UsageError, messageOf } from './errors.js';
import { createProgress } from './progress.js';
import type { PretrainFlags } from './train-command.js';

/**
 * Runs the supervised stage with a progress bar; Ctrl-C saves and ends it.
 * @throws UsageError for settings that make no sense; InterruptedError after Ctrl-C
 */
export async function runPretrain(flags: PretrainFlags): Promise<void> {
  const config = await configOf(flags), stop = new AbortController(), interrupt = (): void => { stop.abort(); };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let bar: ReturnType<typeof createProgress> | undefined;
  try {
    const done = await pretrain(flags.data, flags.out, config, {
      signal: stop.signal, ...(flags.from === undefined ? {} : { from: flags.from }), ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      onMetrics({ step, value, imagesPerSecond }) {
        bar ??= createProgress(Math.ceil((config.steps - step) / EVERY) + 1, { interval: 30 });
        bar.done(`step ${step} of ${config.steps} · loss ${value.toPrecision(4)} · ${imagesPerSecond.toFixed(0)} photos/s`);
      },
      onWarning: (line) => { console.error(`rogue: warning: ${line}`); },
    });
    bar?.stop();
    if (done < config.steps) throw new InterruptedError(`interrupted after step ${done}; the same command goes on from there`);
    console.log(`${done} steps done: ${flags.out}/${runFiles.checkpoint}`);
  } finally {
    bar?.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Steps per line of metrics. */
const EVERY = 20;

async function configOf({ config: file, network, seed, steps, batch, learningRate, covered, robust }: PretrainFlags): Promise<PretrainConfig> {
  let settings: Record<string, unknown> = {};
  if (file !== undefined) {
    try {
      settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    } catch (error) {
      throw new UsageError(`--config ${file}: ${messageOf(error)}; expected a JSON file of settings`);
    }
  }
  const given = Object.entries({ network, seed, steps, batch, learningRate, covered, ...(robust === false ? { robust } : {}) }).filter(([, value]) => value !== undefined);
  const parsed = pretrainConfigSchema.safeParse({ ...settings, ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UsageError(`setting ${issue.path.join('.') || 'file'}: ${messageOf(new Error(issue.message))}`);
}
