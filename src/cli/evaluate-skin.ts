import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Evaluation, EvaluationItem } from '../evaluate/report.js';
import { evaluationMarkdown } from '../evaluate/report-pages.js';
import type { Rogue } from '../fit/rogue.js';
import { createFaceParser } from '../network/parsing/face-parser.js';
import { loadRogue, nodeRuntime } from '../node.js';
import { evaluationFiles, refuseForeignReport, writeEvaluation } from '../node/evaluation/evaluation-run.js';
import type { DataFace } from '../node/evaluation/evaluation-cases.js';
import { leakEvaluation, leakFaces } from '../node/evaluation/leak-run.js';
import { parsingEvaluation, parsingFaces } from '../node/evaluation/parsing-run.js';
import { assetFiles, loadHand, readAsset } from '../node/files/assets.js';
import { readOwnNetwork } from '../node/files/own-network.js';
import type { SkinFlags } from './evaluate-flags.js';
import { interruptible } from './interruptible.js';
import { measureFaces, type Measured } from './measure-faces.js';
import { print, printText } from './terminal.js';

/**
 * Measures how much of covers gets into skin textures, prints the table and writes the report; of a part,
 * only what was measured.
 * @throws InterruptedError after Ctrl-C; what was measured is kept
 */
export async function runLeakProtocol(path: string, flags: SkinFlags): Promise<void> {
  const { count } = flags;
  await evaluated(flags, async (rogue, measured) => {
    const found = await measured(await leakFaces(path, rogue, count), 'leak');
    return found && leakEvaluation(found.items, { path, count, ...found });
  });
}

/**
 * Measures how well the parser's classes overlap with known ones, prints the table and writes the report; of
 * a part, only what was measured.
 * @throws AssetError for a network that is not readable; InterruptedError after Ctrl-C; what was measured is
 *   kept
 */
export async function runParsingProtocol(path: string, flags: SkinFlags): Promise<void> {
  const { count, seed = '1', network } = flags;
  await evaluated(flags, async (rogue, measured) => {
    const bytes = await (network === undefined ? readAsset(assetFiles.parser) : readOwnNetwork(network));
    const parser = await createFaceParser(nodeRuntime({ threads: 1 }), bytes);
    try {
      const faces = await parsingFaces(path, { rogue, parser, hand: await loadHand() }, seed, count);
      const found = await measured(faces, ['parsing', seed, sha256Of(bytes)]);
      return found && parsingEvaluation(found.items, { path, seed, count, ...found });
    } finally {
      await parser.release();
    }
  });
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A face that knows how it is measured. */
interface MeasuredFace extends DataFace {
  measure(): Promise<EvaluationItem[]>;
}

/** Measures faces in this thread; nothing comes of a part. @param settings all else that decides */
type MeasureAll = (
  faces: readonly MeasuredFace[],
  settings: unknown,
) => Promise<(Measured & { readonly created: string }) | undefined>;

/** Runs a protocol until Ctrl-C, and writes what comes of it. */
async function evaluated(
  { out, shard, again }: SkinFlags,
  run: (rogue: Rogue, measured: MeasureAll) => Promise<Evaluation | undefined>,
): Promise<void> {
  await interruptible('interrupted; the same command goes on from there', async (signal) => {
    await refuseForeignReport(out);
    const rogue = await loadRogue();
    try {
      const evaluation = await run(rogue, async (faces, settings) => {
        const measured = await measureFaces<MeasuredFace>({
          ...{ faces, out, settings, signal },
          ...(shard && { shard }),
          ...(again && { again: true }),
          measurer: () =>
            Promise.resolve({
              measure: (face) => face.measure(),
              ahead: 1,
              release: () => Promise.resolve(),
            }),
        });
        return measured && { ...measured, created: new Date().toISOString() };
      });
      if (evaluation) await written(out, evaluation);
    } finally {
      await rogue.release();
    }
  });
}

async function written(out: string, evaluation: Evaluation): Promise<void> {
  await writeEvaluation(out, evaluation, []);
  printText(evaluationMarkdown(evaluation));
  print(`report: ${join(out, evaluationFiles.html)}`);
}
