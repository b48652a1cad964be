import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { evaluateFace } from '../evaluate/evaluate-faces.js';
import { evaluationMarkdown } from '../evaluate/report-pages.js';
import type { DataSource } from '../node/evaluation/evaluation-cases.js';
import {
  casePictures,
  evaluationFiles,
  evaluationOf,
  refuseForeignReport,
  writeEvaluation,
  type MeasureFace,
} from '../node/evaluation/evaluation-run.js';
import { startPool } from '../node/workers/worker-pool.js';
import type { EvaluateFlags, EvaluateSetup, FaceCalls, FaceProtocol } from './evaluate-flags.js';
import { evaluationTools } from './evaluation-tools.js';
import { interruptible } from './interruptible.js';
import { measureFaces, type FaceMeasurer } from './measure-faces.js';
import { print, printText } from './terminal.js';

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
  const { out, count, seed, conditions, detect = false } = flags;
  await refuseForeignReport(out);
  const { sources, options, release } = await evaluationTools(protocol, path, flags);
  try {
    signal.throwIfAborted();
    const measured = await measureFaces({
      ...{ faces: sources, count, out, signal },
      ...(flags.shard && { shard: flags.shard }),
      ...(flags.again && { again: true }),
      settings: await settingsOf(protocol, flags),
      measurer: (faces) =>
        measurer({ protocol, path, flags }, (source) => evaluateFace(source, options), faces, signal),
    });
    if (!measured) return;
    const data = { sources: sources.slice(0, count), sha256: measured.sha256 };
    const evaluation = evaluationOf(measured.items, {
      ...{ protocol, seed, conditions, data },
      methods: options.methods,
      measurers: options.measurers,
      created: new Date().toISOString(),
      settings: {
        data: path,
        ...(count !== undefined && { count }),
        ...(detect && { detect }),
        ...(flags.skin && { skin: flags.skin }),
      },
    });
    const pictures = await casePictures(evaluation, data.sources, options);
    signal.throwIfAborted();
    await writeEvaluation(out, evaluation, pictures);
    printText(evaluationMarkdown(evaluation));
    print(`report: ${join(out, evaluationFiles.html)}`);
  } finally {
    await release();
  }
}

/** This thread, or as many as `--jobs` says, whose work is left when the signal is aborted. */
async function measurer(
  setup: EvaluateSetup,
  here: MeasureFace<DataSource>,
  faces: number,
  signal: AbortSignal,
): Promise<FaceMeasurer<DataSource>> {
  const { jobs = 1 } = setup.flags;
  if (jobs === 1 || faces === 0) return { measure: here, ahead: 1, release: () => Promise.resolve() };
  const file = new URL('./evaluate-worker.js', import.meta.url);
  const pool = await startPool<FaceCalls>(file, setup, Math.min(jobs, faces));
  return {
    measure: ({ id }) =>
      new Promise((resolve, reject) => {
        const give = (): void => {
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', give, { once: true });
        pool
          .use((worker) => worker.call('measure', id))
          .then(resolve, reject)
          .finally(() => {
            signal.removeEventListener('abort', give);
          });
      }),
    ahead: 2 * jobs,
    release: () => (signal.aborted ? pool.terminate() : pool.release()),
  };
}

/** All that decides what is measured, apart from the data. */
async function settingsOf(
  protocol: FaceProtocol,
  { methods, networks = [], predictions = [], embedding = [], ...flags }: EvaluateFlags,
): Promise<unknown> {
  const { conditions, seed, detect, skin, writePhotos } = flags;
  const contents: string[] = [];
  for (const { file } of [...networks, ...embedding, ...predictions])
    contents.push(await contentDigest(file));
  const names = [networks, embedding, predictions].map((list) => list.map(({ name }) => name));
  return { protocol, methods, conditions, seed, detect, skin, writePhotos, names, contents };
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
