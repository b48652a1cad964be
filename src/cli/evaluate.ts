import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { evaluateFace } from '../evaluate/evaluate-faces.js';
import { evaluationMarkdown } from '../evaluate/report-pages.js';
import { version } from '../fit/version.js';
import { digestsOf } from '../node/evaluation/evaluation-cases.js';
import {
  casePictures,
  evaluationFiles,
  evaluationOf,
  measuredFaces,
  refuseForeignReport,
  writeEvaluation,
  type MeasureFace,
} from '../node/evaluation/evaluation-run.js';
import { startPool } from '../node/workers/worker-pool.js';
import { CaseList } from './case-list.js';
import type { EvaluateFlags, EvaluateSetup, FaceCalls, FaceProtocol } from './evaluate-flags.js';
import { evaluationTools } from './evaluation-tools.js';
import { shown } from './inputs.js';
import { interruptible } from './interruptible.js';
import { digest } from './photo-batch.js';
import { createProgress, type Progress } from './progress.js';
import { isInShard } from './shard.js';
import { complain, print, printText } from './terminal.js';

/**
 * Runs a protocol, prints its tables and writes the report; of a part, only what was measured. What an
 * earlier run has measured with the same settings on the same data stays as it is.
 * @throws UsageError for files that are not what they should be; InterruptedError after Ctrl-C
 */
export async function runFaceProtocol(
  protocol: FaceProtocol,
  path: string,
  flags: EvaluateFlags,
): Promise<void> {
  await interruptible('interrupted; the same command goes on from there', (signal) =>
    evaluateProtocol(protocol, path, flags, signal),
  );
}

async function evaluateProtocol(
  protocol: FaceProtocol,
  path: string,
  flags: EvaluateFlags,
  signal: AbortSignal,
): Promise<void> {
  const { out, shard, count, seed, conditions, detect = false } = flags;
  await refuseForeignReport(out);
  const tools = await evaluationTools(protocol, path, flags);
  let bar: Progress | undefined;
  let list: CaseList | undefined;
  try {
    signal.throwIfAborted();
    const { sha256, byId } = await digestsOf(tools.sources, signal);
    const settings = await settingsDigest(protocol, flags);
    const keys = new Map([...byId].map(([id, own]) => [id, digest(`${settings} ${own}`)]));
    const sources = tools.sources.slice(0, count);
    list = await CaseList.open(out, keys, flags);
    const asked = shard ? sources.filter(({ id }) => isInShard(id, shard)) : sources;
    const todo = asked.filter(({ id }) => !list!.items.has(id));
    if (todo.length < asked.length)
      complain(
        `${asked.length - todo.length} of ${asked.length} faces were measured before; --again does them anew`,
      );
    bar = createProgress(todo.length, { interval: 10 });
    const measuring = await measurer(
      { protocol, path, flags },
      (source) => evaluateFace(source, tools.options),
      todo.length,
    );
    try {
      const { measure, ahead } = measuring;
      for await (const { source, items } of measuredFaces(todo, measure, ahead, signal)) {
        list.add(source.id, items);
        bar.done(source.id);
      }
    } finally {
      await measuring.release();
    }
    bar.stop();
    if (shard) {
      print(`${asked.length} of ${sources.length} faces measured: ${shown(list.path)}`);
      return;
    }
    const run = {
      ...{ protocol, seed, conditions },
      data: { sources, sha256 },
      methods: tools.options.methods,
      measurers: tools.options.measurers,
      created: new Date().toISOString(),
      settings: {
        data: path,
        ...(count !== undefined && { count }),
        ...(detect && { detect }),
        ...(flags.skin && { skin: flags.skin }),
      },
    };
    const evaluation = evaluationOf(
      sources.flatMap(({ id }) => list!.items.get(id)!),
      run,
    );
    const pictures = await casePictures(evaluation, sources, { ...run, detect });
    signal.throwIfAborted();
    await writeEvaluation(out, evaluation, pictures);
    printText(evaluationMarkdown(evaluation));
    print(`report: ${join(out, evaluationFiles.html)}`);
  } finally {
    bar?.stop();
    await list?.close();
    await tools.release();
  }
}

/** Measures faces in this thread, or in some. */
interface Measurer {
  readonly measure: MeasureFace;
  /** How many are best begun before the first of them is done. */
  readonly ahead: number;
  release(): Promise<void>;
}

async function measurer(setup: EvaluateSetup, here: MeasureFace, faces: number): Promise<Measurer> {
  const { jobs = 1 } = setup.flags;
  if (jobs === 1 || faces === 0) return { measure: here, ahead: 1, release: () => Promise.resolve() };
  const file = new URL('./evaluate-worker.js', import.meta.url);
  const pool = await startPool<FaceCalls>(file, setup, Math.min(jobs, faces));
  return {
    measure: ({ id }) => pool.use((worker) => worker.call('measure', id)),
    ahead: 2 * jobs,
    release: () => pool.release(),
  };
}

/** Of all that decides what is measured, apart from the data. */
async function settingsDigest(
  protocol: FaceProtocol,
  { methods, networks = [], predictions = [], embedding = [], ...flags }: EvaluateFlags,
): Promise<string> {
  const { conditions, seed, detect, skin, writePhotos } = flags;
  const files = [...networks, ...embedding, ...predictions];
  const contents: string[] = [];
  for (const { file } of files) contents.push(await contentDigest(file));
  return digest(
    JSON.stringify([
      ...[version, protocol, methods, conditions, seed, detect, skin, writePhotos],
      ...[networks, embedding, predictions].map((list) => list.map(({ name }) => name)),
      contents,
    ]),
  );
}

/** Of a file's bytes; of a folder's names, sizes and times. */
async function contentDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  if (!(await stat(path)).isDirectory()) {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  }
  for (const name of (await readdir(path, { recursive: true })).sort()) {
    const { size, mtimeMs } = await stat(join(path, name));
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
