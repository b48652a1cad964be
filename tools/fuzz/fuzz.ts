import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startWorker, type WorkerHandle } from '../../src/node/workers/worker-calls.js';
import { minimised, mutated, randomOf } from './mutate.js';
import { targets, type Group, type Target } from './targets.js';

/** What came of a file: a value, an error of one line, or a fault of ours. */
export type Verdict =
  { readonly kind: 'read' | 'refused' } | { readonly kind: 'failed'; readonly reason: string };

export interface FuzzCalls {
  read: { argument: { target: string; bytes: Uint8Array }; result: Verdict };
  end: { argument: undefined; result: undefined };
}

export interface FuzzOptions {
  readonly groups: readonly Group[];
  readonly seed: number;
  /** Ends after so many seconds, each target having its share. Default: no limit. */
  readonly seconds?: number;
  /** Cases of each target. Default: no limit. */
  readonly cases?: number;
  /** Where failures go, small; left out, they are only told. */
  readonly folder?: string;
  readonly onTarget?: (tally: Tally) => void;
}

export interface Tally {
  readonly target: string;
  readonly group: Group;
  cases: number;
  read: number;
  refused: number;
  /** The longest case, milliseconds. */
  longest: number;
  readonly failures: Failure[];
}

export interface Failure {
  readonly reason: string;
  readonly bytes: Uint8Array;
}

/** A case may take this long, ms, and its process grow by so much, bytes. */
const LONGEST = 20_000;
const MOST_MEMORY = 1.5e9;
/** Of the worker's own heap, megabytes; arrays of bytes are counted with the process. */
const HEAP = 512;
/** Failures of one target that are made small; more of the same kind tell nothing new. */
const MOST_FAILURES = 5;

/** Feeds mutated files to every reader of some groups, each in a worker that can be ended. */
export async function fuzz(options: FuzzOptions): Promise<Tally[]> {
  const { groups, seed, seconds = Infinity, cases = Infinity, folder, onTarget } = options;
  const chosen = targets.filter(({ group }) => groups.includes(group));
  const reader = new Reader();
  const tallies: Tally[] = [];
  try {
    for (const [index, target] of chosen.entries()) {
      const tally = await fuzzTarget(
        reader,
        target,
        seed * 1000 + index,
        cases,
        (1000 * seconds) / chosen.length,
      );
      tallies.push(tally);
      onTarget?.(tally);
      if (folder !== undefined) await save(folder, tally);
    }
  } finally {
    await reader.end();
  }
  return tallies;
}

async function fuzzTarget(
  reader: Reader,
  target: Target,
  seed: number,
  cases: number,
  milliseconds: number,
): Promise<Tally> {
  const { name, group } = target;
  const tally: Tally = { target: name, group, cases: 0, read: 0, refused: 0, longest: 0, failures: [] };
  const random = randomOf(seed);
  // Plain arrays: `slice` of Node's buffers shares their memory.
  const seeds = (await target.seeds()).map((seed) => Uint8Array.from(seed));
  const pick = (): Uint8Array => seeds[Math.floor(random() * seeds.length)]!;
  for (const whole of seeds) {
    const verdict = await reader.read(name, whole);
    if (verdict.kind !== 'read')
      throw new Error(`fuzz: ${name} does not read its own seed: ${JSON.stringify(verdict)}`);
  }
  const end = performance.now() + milliseconds;
  const known = new Set<string>();
  while (tally.cases < cases && performance.now() < end && known.size < MOST_FAILURES) {
    const bytes = mutated(pick(), random, pick());
    const start = performance.now();
    const verdict = await reader.read(name, bytes);
    tally.longest = Math.max(tally.longest, performance.now() - start);
    tally.cases++;
    if (verdict.kind !== 'failed') {
      tally[verdict.kind]++;
      continue;
    }
    if (known.has(kindOf(verdict.reason))) continue;
    known.add(kindOf(verdict.reason));
    const small = await minimised(bytes, async (shorter) => {
      const again = await reader.read(name, shorter);
      return again.kind === 'failed' && kindOf(again.reason) === kindOf(verdict.reason);
    });
    tally.failures.push({ reason: verdict.reason, bytes: small });
  }
  return tally;
}

/** A reason without the numbers in it. */
const kindOf = (reason: string): string => reason.replace(/\d+/g, '#').slice(0, 80);

/** Reads files in a worker, which is ended and started again when a file takes it too long or too much. */
class Reader {
  #worker: WorkerHandle<FuzzCalls> | undefined;

  async read(target: string, bytes: Uint8Array): Promise<Verdict> {
    this.#worker ??= await startWorker<FuzzCalls>(new URL('./fuzz-worker.js', import.meta.url), undefined, {
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    });
    const worker = this.#worker;
    const before = process.memoryUsage.rss();
    const start = performance.now();
    let ended: string | undefined;
    const watch = setInterval(() => {
      if (performance.now() - start > LONGEST) ended = `takes more than ${LONGEST / 1000} s`;
      else if (process.memoryUsage.rss() - before > MOST_MEMORY)
        ended = `takes more than ${MOST_MEMORY / 1e9} GB`;
      if (ended !== undefined) void worker.terminate();
    }, 20);
    try {
      return await worker.call('read', { target, bytes });
    } catch (error) {
      this.#worker = undefined;
      await worker.terminate().catch(() => undefined);
      return { kind: 'failed', reason: ended ?? `the worker ended: ${(error as Error).message}` };
    } finally {
      clearInterval(watch);
    }
  }

  async end(): Promise<void> {
    await this.#worker?.call('end', undefined);
    await this.#worker?.ended();
  }
}

/** Writes each failure beside what it did. */
async function save(folder: string, { target, failures }: Tally): Promise<void> {
  for (const { reason, bytes } of failures) {
    await mkdir(folder, { recursive: true });
    const name = `${target}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`;
    await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, `${name}.txt`), `${reason}\n`);
  }
}
