import { join } from 'node:path';
import type { Evaluation } from '../evaluate/report.js';
import { evaluationMarkdown } from '../evaluate/report-pages.js';
import type { Rogue } from '../fit/rogue.js';
import { createFaceParser } from '../network/parsing/face-parser.js';
import { loadRogue, nodeRuntime } from '../node.js';
import { evaluationFiles, refuseForeignReport, writeEvaluation } from '../node/evaluation/evaluation-run.js';
import { leakEvaluation, leakFaces, type LeakFace } from '../node/evaluation/leak-run.js';
import { runParsing } from '../node/evaluation/parsing-run.js';
import { assetFiles, loadHand, readAsset } from '../node/files/assets.js';
import { readOwnNetwork } from '../node/files/own-network.js';
import type { SkinFlags } from './evaluate-flags.js';
import { interruptible } from './interruptible.js';
import { measureFaces } from './measure-faces.js';
import { createProgress } from './progress.js';
import { print, printText } from './terminal.js';

/**
 * Measures how much of covers gets into skin textures, prints the table and writes the report; of a part,
 * only what was measured.
 * @throws InterruptedError after Ctrl-C; what was measured is kept
 */
export async function runLeakProtocol(path: string, flags: SkinFlags): Promise<void> {
  const { out, count } = flags;
  await interruptible('interrupted; the same command goes on from there', async (signal) => {
    await refuseForeignReport(out);
    const rogue = await loadRogue();
    try {
      const measured = await measureFaces<LeakFace>({
        faces: await leakFaces(path, rogue, count),
        ...{ out, signal },
        ...(flags.shard && { shard: flags.shard }),
        ...(flags.again && { again: true }),
        settings: 'leak',
        measurer: () =>
          Promise.resolve({
            measure: (face) => face.measure(),
            ahead: 1,
            release: () => Promise.resolve(),
          }),
      });
      if (!measured) return;
      const { items, sha256 } = measured;
      const about = { path, count, sha256, created: new Date().toISOString() };
      await written(out, leakEvaluation(items, about));
    } finally {
      await rogue.release();
    }
  });
}

/**
 * Measures how well the parser's classes overlap with known ones, prints the table and writes the report.
 * @throws AssetError for a network that is not readable; InterruptedError after Ctrl-C, with nothing written
 */
export async function runParsingProtocol(
  data: string,
  { out, count, seed = '1', network }: SkinFlags,
): Promise<void> {
  await evaluated(out, async (rogue, signal, done) => {
    const parser = await parserOf(network);
    try {
      return await runParsing(
        data,
        { rogue, parser, hand: await loadHand() },
        {
          seed,
          created: new Date().toISOString(),
          signal,
          ...(count !== undefined && { count }),
          onPhoto: (_, id) => {
            done(count, id);
          },
        },
      );
    } finally {
      await parser.release();
    }
  });
}

async function parserOf(network: string | undefined): ReturnType<typeof createFaceParser> {
  const bytes = network === undefined ? readAsset(assetFiles.parser) : readOwnNetwork(network);
  return createFaceParser(nodeRuntime({ threads: 1 }), await bytes);
}

async function evaluated(
  out: string,
  run: (
    rogue: Rogue,
    signal: AbortSignal,
    done: (of: number | undefined, id: string) => void,
  ) => Promise<Evaluation>,
): Promise<void> {
  await interruptible('interrupted; nothing was written', async (signal) => {
    await refuseForeignReport(out);
    const rogue = await loadRogue();
    let bar: ReturnType<typeof createProgress> | undefined;
    try {
      const evaluation = await run(rogue, signal, (of, id) => {
        if (of === undefined) return;
        bar ??= createProgress(of, { interval: 10 });
        bar.done(id);
      });
      bar?.stop();
      await written(out, evaluation);
    } finally {
      bar?.stop();
      await rogue.release();
    }
  });
}

async function written(out: string, evaluation: Evaluation): Promise<void> {
  await writeEvaluation(out, evaluation, []);
  printText(evaluationMarkdown(evaluation));
  print(`report: ${join(out, evaluationFiles.html)}`);
}
