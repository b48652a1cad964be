import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nowDistances, nowLandmarks } from '../../evaluate/now.js';
import { poolValues } from '../../evaluate/pool.js';
import {
  EvaluationError,
  type Evaluation,
  type EvaluationItem,
  type Outcome,
  type Pooled,
} from '../../evaluate/report.js';
import { summarize } from '../../evaluate/statistics.js';
import type { Rogue } from '../../fit/rogue.js';
import { version } from '../../fit/version.js';
import { readPoints } from '../../io/landmark-file.js';
import type { TriangleMesh } from '../../io/read-obj.js';
import { evaluatePoints } from '../../model/evaluate.js';
import { decodeImage } from '../files/image-codec.js';
import { insideFolder } from '../files/inside-folder.js';
import { readMesh, readPickedPoints } from '../files/mesh-files.js';
import { hardwareHere } from './evaluation-run.js';

/** A mesh and seven landmarks on it. */
interface NowPrediction {
  readonly mesh: TriangleMesh;
  readonly landmarks: readonly number[];
}

/** Someone who predicts a mesh for `<subject>/<challenge>/<photo>`. */
export interface NowMethod {
  readonly name: string;
  predict(image: string): Promise<NowPrediction>;
}

export interface NowOptions {
  /** Lines `<subject>/<challenge>/<photo>`, such as `imagepathsvalidation.txt`. */
  readonly list: string;
  readonly methods: readonly NowMethod[];
  /** Whether size counts. */
  readonly metrical: boolean;
  readonly count?: number;
  readonly created: string;
  readonly signal?: AbortSignal;
  readonly onImage?: (done: number, of: number, image: string) => void;
}

const MEAN = 'mean distance';
const MEDIAN = 'median distance';

/**
 * The NoW challenge on its data as participants have them: `scans/<subject>/*.obj` and
 * `scans_lmks_onlypp/<subject>/*.pp` in the folder.
 * @throws EvaluationError when scans or the list are missing
 */
export async function runNow(
  folder: string,
  { list, methods, metrical, count, created, signal, onImage }: NowOptions,
): Promise<Evaluation> {
  const images = (await readText(list))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, count);
  const items: EvaluationItem[] = [];
  const hash = createHash('sha256').update(images.join('\n'));
  if (images.length === 0)
    throw new EvaluationError(`${list} lists no photos; expected lines <subject>/<challenge>/<photo>`);
  const distances = new Map<string, Float32Array[]>();
  const scans = new Map<string, Promise<{ scan: TriangleMesh; landmarks: number[] }>>();
  for (const [index, image] of images.entries()) {
    signal?.throwIfAborted();
    const [subject, challenge = 'all'] = image.split('/') as [string, string?];
    const outcomes: Record<string, Outcome> = {};
    if (!scans.has(subject)) {
      // Photos of one subject follow each other: one scan is held at a time.
      scans.clear();
      scans.set(subject, scanOf(folder, subject));
      const { scan, landmarks } = await scans.get(subject)!;
      hash.update(subject).update(new Uint8Array(scan.positions.buffer)).update(landmarks.join());
    }
    const { scan, landmarks } = await scans.get(subject)!;
    for (const method of methods) {
      try {
        const predicted = await method.predict(image);
        const found = nowDistances(predicted.mesh, predicted.landmarks, scan.positions, landmarks, {
          metrical,
        });
        const { mean, median } = summarize(Array.from(found));
        outcomes[method.name] = { values: { [MEDIAN]: median, [MEAN]: mean } };
        for (const condition of [challenge, 'all'])
          distances.set(`${method.name}/${condition}`, [
            ...(distances.get(`${method.name}/${condition}`) ?? []),
            found,
          ]);
      } catch (error) {
        outcomes[method.name] = { failed: String((error as Error).message).split('\n')[0]! };
      }
    }
    items.push({ id: image, condition: challenge, slices: {}, outcomes });
    onImage?.(index + 1, images.length, image);
  }
  const conditions = [...new Set(items.map(({ condition }) => condition))];
  const names = methods.map(({ name }) => name);
  return {
    schema: 'rogue-face/evaluation',
    version: 1,
    protocol: metrical ? 'NoW, metrical' : 'NoW',
    rogue: version,
    created,
    seed: '',
    settings: { data: folder, list, metrical },
    hardware: hardwareHere(),
    data: { items: images.length, sha256: hash.digest('hex') },
    methods: names,
    conditions,
    measures: [MEDIAN, MEAN].map((name) => ({ name, unit: 'mm', better: 'lower', digits: 2 })),
    items,
    pooled: names.flatMap((method) =>
      [...conditions, 'all'].flatMap((condition): Pooled[] => {
        const parts = distances.get(`${method}/${condition}`);
        const failures = items.filter(
          (item) =>
            (condition === 'all' || item.condition === condition) && 'failed' in item.outcomes[method]!,
        ).length;
        return parts
          ? [{ method, condition, measure: 'scan-to-mesh distance', failures, ...poolValues(parts) }]
          : [];
      }),
    ),
  };
}

async function scanOf(folder: string, subject: string): Promise<{ scan: TriangleMesh; landmarks: number[] }> {
  const one = async (kind: string, ending: RegExp): Promise<string> => {
    const place = insideFolder(join(folder, kind), subject);
    const name = (await readdir(place).catch(() => [] as string[])).find((entry) => ending.test(entry));
    if (name === undefined)
      throw new EvaluationError(
        `no ${kind} of ${subject} in ${folder}; expected ${join(kind, subject)} as NoW's participants have it`,
      );
    return join(place, name);
  };
  return {
    scan: await readMesh(await one('scans', /\.(obj|ply)$/i)),
    landmarks: await readPickedPoints(await one('scans_lmks_onlypp', /\.pp$/i)),
  };
}

/**
 * Predictions as participants hand them in: `<subject>/<challenge>/<photo>.obj` or `.ply`, and seven
 * landmarks as `.txt` or `.npy`.
 */
export function nowFolder(name: string, folder: string): NowMethod {
  return {
    name,
    async predict(image) {
      const stem = insideFolder(folder, image.replace(/\.\w+$/, ''));
      const entries = await readdir(join(stem, '..')).catch(() => [] as string[]);
      const base = basename(stem);
      const of = (ending: RegExp): string | undefined =>
        entries.find((entry) => entry.startsWith(`${base}.`) && ending.test(entry));
      const mesh = of(/\.(obj|ply)$/i);
      const points = of(/\.(txt|npy)$/i);
      if (mesh === undefined || points === undefined)
        throw new Error(`no ${mesh === undefined ? 'mesh' : 'landmarks'} ${image.replace(/\.\w+$/, '')}.*`);
      return {
        mesh: await readMesh(join(stem, '..', mesh)),
        landmarks: readPoints(await readFile(join(stem, '..', points)), 3),
      };
    },
  };
}

/**
 * Our own reconstructions of the challenge's photos.
 * @param photos folder of `<subject>/<challenge>/<photo>`
 */
export function nowReconstruction(
  rogue: Rogue,
  photos: string,
  method: 'refine' | 'network' | 'landmarks',
): NowMethod {
  const { model } = rogue;
  const skin = model.parts[0]!;
  return {
    name: method,
    async predict(image) {
      const [head] = await rogue.reconstruct(await decodeImage(insideFolder(photos, image)), {
        maxFaces: 1,
        method,
        texture: 'none',
        hair: 'none',
      });
      if (!head) throw new Error('no face found');
      const points = evaluatePoints(model.landmarks.ibug68!, head.vertices);
      return {
        mesh: { positions: head.vertices.slice(0, 3 * skin.vertexCount), triangles: skin.triangles },
        landmarks: nowLandmarks.flatMap((k) => Array.from(points.subarray(3 * k, 3 * k + 3))),
      };
    },
  };
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new EvaluationError(
      `cannot read ${path}; name the list of photos, such as imagepathsvalidation.txt`,
    );
  });
}
