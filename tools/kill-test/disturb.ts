import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/rogue.js', import.meta.url));

/** A command that is killed and started again. */
export interface Disturbed {
  readonly name: string;
  /** Arguments of `rogue`. @param out of the results @param data folder of an album and of shards */
  args(out: string, data: string): readonly string[];
  /** What a run of the clock leaves in a file, taken out. */
  settled(file: string, content: Buffer): Buffer;
  /** Whether some lives end with Ctrl-C, which saves what a kill would lose. */
  readonly interrupted?: boolean;
}

/** A process of the command line. */
export interface Running {
  readonly child: ChildProcess;
  /** Its exit code, none where a signal ended it, and what it said on stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

export function rogue(args: readonly string[]): Running {
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (data) => {
    err += String(data);
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, err });
    });
  });
  return { child, ended };
}

export interface DisturbOptions {
  readonly data: string;
  readonly folder: string;
  readonly kills: number;
  /** 0…1, the next of a seeded sequence. */
  readonly random: () => number;
}

export interface Disturbance {
  /** Ended by SIGKILL, and by Ctrl-C. */
  readonly kills: number;
  readonly interruptions: number;
  /** Runs that came to their end and were compared. */
  readonly compared: number;
  readonly files: number;
  /** One line for each file that differs, is too many or missing, and each unexpected end. */
  readonly differences: readonly string[];
}

/** A killed run lives for a share of an undisturbed one, from this on and no longer than that. */
const SHORTEST = 0.05;
const LONGEST = 0.9;

/**
 * Runs a command once undisturbed, and again and again into another folder, killed at random moments, until
 * it has been killed as often as is said; what comes of each run that reaches its end is compared.
 */
export async function disturb(
  { name, args, settled, interrupted }: Disturbed,
  { data, folder, kills: wanted, random }: DisturbOptions,
): Promise<Disturbance> {
  const [whole, other] = [join(folder, name), join(folder, `${name}-killed`)];
  for (const old of [whole, other]) await rm(old, { recursive: true, force: true });
  const start = performance.now();
  const undisturbed = await rogue(args(whole, data)).ended;
  const expected = undisturbed.code;
  const usual = performance.now() - start;
  const files = (await filesBelow(whole)).length;
  if (files === 0) throw new Error(`kill-test: ${name} wrote nothing: ${undisturbed.err.trim()}`);
  const differences: string[] = [];
  let [kills, interruptions, compared] = [0, 0, 0];
  const compare = async (code: number | null, err: string): Promise<void> => {
    compared++;
    if (code !== expected)
      differences.push(
        `ended with ${code}, not ${expected}: ${err.trim().split('\n').at(-1)!.slice(0, 200)}`,
      );
    differences.push(...(await differingFiles(whole, other, settled)));
    await rm(other, { recursive: true, force: true });
  };
  while (kills + interruptions < wanted) {
    const { child, ended } = rogue(args(other, data));
    const signal = interrupted && random() < 0.4 ? 'SIGINT' : 'SIGKILL';
    const delay = usual * (SHORTEST + (LONGEST - SHORTEST) * random());
    const timer = setTimeout(() => child.kill(signal), delay);
    const { code, err } = await ended;
    clearTimeout(timer);
    if (code === null) kills++;
    else if (code === 130) interruptions++;
    else await compare(code, err);
  }
  const { code, err } = await rogue(args(other, data)).ended;
  await compare(code, err);
  return { kills, interruptions, compared, files, differences };
}

async function differingFiles(
  whole: string,
  other: string,
  settled: Disturbed['settled'],
): Promise<string[]> {
  const [expected, found] = [await filesBelow(whole), await filesBelow(other)];
  const differing: string[] = [];
  for (const file of expected.filter((name) => found.includes(name))) {
    const [a, b] = [await readFile(join(whole, file)), await readFile(join(other, file))];
    if (!settled(file, a).equals(settled(file, b))) differing.push(`${file} differs`);
  }
  return [
    ...expected.filter((file) => !found.includes(file)).map((file) => `${file} is missing`),
    ...found.filter((file) => !expected.includes(file)).map((file) => `${file} is too many`),
    ...differing,
  ];
}

/** All files below a folder, hidden ones too; none where there is no folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
