import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { CorruptionName } from '../../evaluate/corruption-names.js';
import type { CaseSource, EvaluateFaceOptions } from '../../evaluate/evaluate-faces.js';
import { evaluationHtml, evaluationMarkdown, type CasePicture } from '../../evaluate/report-pages.js';
import { valueOf, type Evaluation, type EvaluationItem, type Measure } from '../../evaluate/report.js';
import { version } from '../../fit/version.js';
import { makeFolder } from '../files/make-folder.js';
import { drawCase } from './case-picture.js';
import type { EvaluationData } from './evaluation-cases.js';
import { writeError, WriteError } from '../files/write-error.js';
import { writeWhole } from '../files/whole-file.js';

/** Names of what an evaluation leaves in its folder. */
export const evaluationFiles = { json: 'report.json', html: 'report.html', markdown: 'report.md' } as const;

export interface EvaluationRunOptions extends Pick<
  EvaluateFaceOptions,
  'conditions' | 'methods' | 'measurers' | 'seed'
> {
  readonly protocol: string;
  readonly data: EvaluationData;
  readonly settings: Evaluation['settings'];
  /** ISO 8601. */
  readonly created: string;
}

/** Measures a face. */
export type MeasureFace<Face> = (face: Face) => Promise<readonly EvaluationItem[]>;

/**
 * Measures faces, some at a time, and hands the outcome over in their order.
 * @param ahead how many are begun before the first of them is done
 * @throws the signal's reason, when what was begun has ended
 */
export async function* measuredFaces<Face>(
  faces: readonly Face[],
  measure: MeasureFace<Face>,
  ahead: number,
  signal: AbortSignal,
): AsyncGenerator<{ readonly face: Face; readonly items: readonly EvaluationItem[] }> {
  const begun: { readonly face: Face; readonly items: Promise<readonly EvaluationItem[]> }[] = [];
  const next = async () => {
    const { face, items } = begun.shift()!;
    return { face, items: await items };
  };
  try {
    for (const face of faces) {
      signal.throwIfAborted();
      const items = measure(face);
      // Told when its turn comes.
      items.catch(() => undefined);
      begun.push({ face, items });
      if (begun.length === ahead) yield await next();
    }
    while (begun.length > 0) {
      yield await next();
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await Promise.allSettled(begun.map(({ items }) => items));
  }
}

/** The evaluation of items in the order of the data. */
export function evaluationOf(
  items: readonly EvaluationItem[],
  { protocol, data, conditions, methods, measurers, seed, settings, created }: EvaluationRunOptions,
): Evaluation {
  return {
    schema: 'rogue-face/evaluation',
    version: 1,
    protocol,
    rogue: version,
    created,
    seed,
    settings,
    hardware: hardwareHere(),
    data: { items: data.sources.length, sha256: data.sha256 },
    methods: methods.map(({ name }) => name),
    conditions: [...conditions],
    measures: measurers.flatMap(({ measures }) => measures),
    items: [...items],
  };
}

/** What a report says of the machine. */
export function hardwareHere(): Evaluation['hardware'] {
  return { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
}

/**
 * Makes sure that a report may be written to a folder, before the work for it.
 * @throws WriteError where files of these names are someone else's
 */
export async function refuseForeignReport(folder: string): Promise<void> {
  const path = join(folder, evaluationFiles.json);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const other = [evaluationFiles.markdown, evaluationFiles.html].find((name) =>
    existsSync(join(folder, name)),
  );
  if (text === undefined ? other === undefined : isReport(text)) return;
  throw new WriteError(
    `cannot replace ${text === undefined ? join(folder, other!) : path}: it is not of an earlier evaluation; choose another folder with -o`,
  );
}

function isReport(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly schema?: unknown } | null)?.schema === 'rogue-face/evaluation';
  } catch {
    return false;
  }
}

/** Writes `report.json`, `report.md` and `report.html`, the page with pictures. @throws WriteError */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
  pictures: readonly CasePicture[],
): Promise<void> {
  await makeFolder(folder).catch((error: unknown) => {
    throw writeError(folder, error, 'choose another folder');
  });
  await writeWhole(join(folder, evaluationFiles.json), `${JSON.stringify(evaluation)}\n`);
  await writeWhole(join(folder, evaluationFiles.markdown), evaluationMarkdown(evaluation));
  await writeWhole(join(folder, evaluationFiles.html), await evaluationHtml(evaluation, pictures));
}

/** Conditions that are shown in pictures, and how many worst and middle cases of each. */
const SHOWN_CONDITIONS = 4;
const WORST = 2;
const MIDDLE = 1;

/** Pictures of the first method's worst and middle cases by the first measure that it has. */
export async function casePictures(
  evaluation: Evaluation,
  sources: readonly CaseSource[],
  { methods, seed, detect }: Pick<EvaluateFaceOptions, 'methods' | 'seed' | 'detect'>,
): Promise<CasePicture[]> {
  const [method] = methods;
  const measure = evaluation.measures.find(({ name }) =>
    evaluation.items.some((item) => valueOf(item, method!.name, name) !== undefined),
  );
  const pictures: CasePicture[] = [];
  if (!measure) return [];
  for (const condition of evaluation.conditions.slice(0, SHOWN_CONDITIONS)) {
    for (const [what, item] of chosen(
      evaluation.items.filter((one) => one.condition === condition),
      method!.name,
      measure,
    )) {
      const source = sources.find(({ id }) => id === item.id);
      const value = valueOf(item, method!.name, measure.name)!;
      const jpg =
        source &&
        (await drawCase(source, condition as CorruptionName, method!, seed, detect).catch(() => undefined));
      if (jpg)
        pictures.push({
          title: `${condition}, ${what}: ${item.id}, ${method!.name}, ${measure.name} ${value.toFixed(measure.digits)} ${measure.unit}`,
          url: `data:image/jpeg;base64,${Buffer.from(jpg).toString('base64')}`,
        });
    }
  }
  return pictures;
}

function chosen(
  items: readonly EvaluationItem[],
  method: string,
  { name, better }: Measure,
): (readonly [string, EvaluationItem])[] {
  const sorted = items
    .filter((item) => valueOf(item, method, name) !== undefined)
    .sort((a, b) => (valueOf(b, method, name)! - valueOf(a, method, name)!) * (better === 'lower' ? 1 : -1));
  const middle = sorted.length >> 1;
  return [
    ...sorted.slice(0, WORST).map((item) => ['worst', item] as const),
    ...sorted
      .slice(Math.max(WORST, middle), Math.max(WORST, middle) + MIDDLE)
      .map((item) => ['middle', item] as const),
  ];
}
