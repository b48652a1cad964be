import { join } from 'node:path';
import { evaluationMarkdown } from '../evaluate/report-pages.js';
import { loadRogue } from '../node.js';
import { evaluationFiles, refuseForeignReport, writeEvaluation } from '../node/evaluation/evaluation-run.js';
import { nowFolder, nowReconstruction, runNow } from '../node/evaluation/now-run.js';
import { UsageError } from './errors.js';
import type { NowFlags } from './evaluate-flags.js';
import { interruptible } from './interruptible.js';
import { createProgress } from './progress.js';
import { print, printText } from './terminal.js';

/**
 * Runs the NoW challenge, prints its tables and writes the report.
 * @throws UsageError without anything to evaluate; InterruptedError after Ctrl-C
 */
export async function runNowProtocol(
  folder: string,
  { list, photos, methods, predictions = [], metrical = false, count, out }: NowFlags,
): Promise<void> {
  if (photos === undefined && predictions.length === 0)
    throw new UsageError(
      'nothing to evaluate: give --photos for our own reconstructions, or --predictions name=folder',
    );
  await interruptible('interrupted; nothing was written', async (signal) => {
    await refuseForeignReport(out);
    const rogue = photos === undefined ? undefined : await loadRogue();
    let bar: ReturnType<typeof createProgress> | undefined;
    try {
      const all = [
        ...(rogue && photos !== undefined
          ? methods.map((method) => nowReconstruction(rogue, photos, method))
          : []),
        ...predictions.map(({ name, file }) => nowFolder(name, file)),
      ];
      const evaluation = await runNow(folder, {
        list,
        methods: all,
        metrical,
        signal,
        created: new Date().toISOString(),
        ...(count !== undefined && { count }),
        onImage(done, of, image) {
          bar ??= createProgress(of - done + 1, { interval: 10 });
          bar.done(image);
        },
      });
      bar?.stop();
      await writeEvaluation(out, evaluation, []);
      printText(evaluationMarkdown(evaluation));
      print(`report: ${join(out, evaluationFiles.html)}`);
    } finally {
      bar?.stop();
      await rogue?.release();
    }
  });
}
