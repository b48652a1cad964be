import { digestsOf, type DataFace } from '../node/evaluation/evaluation-cases.js';
import { measuredFaces, type MeasureFace } from '../node/evaluation/evaluation-run.js';
import { version } from '../fit/version.js';
import type { EvaluationItem } from '../evaluate/report.js';
import { CaseList, type CaseListOptions } from './case-list.js';
import { shown } from './inputs.js';
import { digest } from './photo-batch.js';
import { createProgress, type Progress } from './progress.js';
import { isInShard } from './shard.js';
import { complain, print } from './terminal.js';

/** Faces, and how they are measured. */
export interface FacesToMeasure<Face extends DataFace> extends CaseListOptions {
  /** All that the data hold: they decide its digest. */
  readonly faces: readonly Face[];
  /** Only the first so many are measured. */
  readonly count?: number | undefined;
  /** Where the list is kept. */
  readonly out: string;
  /** All else that decides what comes of a face: any JSON. */
  readonly settings: unknown;
  /** Called once. @param faces how many there are to measure */
  measurer(faces: number): Promise<FaceMeasurer<Face>>;
  readonly signal: AbortSignal;
}

/** Measures faces in this thread, or in some. */
export interface FaceMeasurer<Face> {
  readonly measure: MeasureFace<Face>;
  /** How many are best begun before the first of them is done. */
  readonly ahead: number;
  release(): Promise<void>;
}

/** What was measured of data. */
export interface Measured {
  /** In the order of the data. */
  readonly items: readonly EvaluationItem[];
  /** Of names and contents of all faces. */
  readonly sha256: string;
}

/**
 * Measures what no earlier run has measured with the same settings on the same data.
 * @returns nothing for a part, which is told
 * @throws EvaluationError, OutputError, WriteError, the signal's reason; what was measured is kept
 */
export async function measureFaces<Face extends DataFace>({
  faces,
  count,
  out,
  settings,
  measurer,
  signal,
  ...options
}: FacesToMeasure<Face>): Promise<Measured | undefined> {
  const { sha256, byId } = await digestsOf(faces, signal);
  const common = JSON.stringify([version, settings]);
  const keys = new Map([...byId].map(([id, own]) => [id, digest(`${common} ${own}`)]));
  const list = await CaseList.open(out, keys, options);
  let progress: Progress | undefined;
  try {
    const { shard } = options;
    const wanted = faces.slice(0, count);
    const asked = shard ? wanted.filter(({ id }) => isInShard(id, shard)) : wanted;
    const todo = asked.filter(({ id }) => !list.items.has(id));
    const before = asked.length - todo.length;
    if (before > 0)
      complain(`${before} of ${asked.length} faces were measured before; --again does them anew`);
    progress = createProgress(todo.length, { interval: 10 });
    const { measure, ahead, release } = await measurer(todo.length);
    try {
      for await (const { face, items } of measuredFaces(todo, measure, ahead, signal)) {
        list.add(face.id, items);
        progress.done(face.id);
      }
    } finally {
      await release();
    }
    progress.stop();
    if (shard) {
      print(`${asked.length} of ${wanted.length} faces measured: ${shown(list.path)}`);
      return undefined;
    }
    return { items: wanted.flatMap(({ id }) => list.items.get(id)!), sha256 };
  } finally {
    progress?.stop();
    await list.close();
  }
}
