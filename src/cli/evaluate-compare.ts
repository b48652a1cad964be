import { readFile } from 'node:fs/promises';
import { createRandom } from '../data/random.js';
import { compareEvaluations } from '../evaluate/compare.js';
import { readEvaluation, type Evaluation } from '../evaluate/report.js';
import { messageOf, UsageError } from './errors.js';
import { print } from './terminal.js';

/**
 * Prints the paired differences of two reports.
 * @throws UsageError for a file that is no report, EvaluationError for reports that do not belong together
 */
export async function compareReports(first: string, second: string): Promise<void> {
  const [a, b] = (await Promise.all([first, second].map(readReport))) as [Evaluation, Evaluation];
  print(
    `${second} against ${first}: mean difference with its 95 % interval (5,000 bootstrap samples of the pairs)`,
  );
  for (const {
    condition,
    measure: { name, unit, digits },
    first: one,
    second: other,
    difference: { mean, low, high, count },
    verdict,
  } of compareEvaluations(a, b, createRandom('compare'))) {
    const text = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(digits + 1)}`;
    print(
      `${condition.padEnd(16)} ${name}: ${one === other ? one : `${other} − ${one}`} ${text(mean)} [${text(low)}, ${text(high)}] ${unit}, ${count} faces: ${verdict}`,
    );
  }
}

async function readReport(path: string): Promise<Evaluation> {
  try {
    return readEvaluation(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : messageOf(error)}`,
    );
  }
}
