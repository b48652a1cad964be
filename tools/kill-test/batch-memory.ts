import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createRandom } from '../../src/data/random.js';
import { rogue } from './disturb.js';

/** Side of the photos, pixels: the smallest in which the face is surely found. */
const SIDE = 160;
/** Photos that the links lead to. */
const DIFFERENT = 4;
/** Photos between two measurements of memory. */
const EVERY = 250;

/**
 * `npx tsx tools/kill-test/batch-memory.ts [--photos n] [--kills k] [--seed s] [--out folder]`:
 * one long batch of `rogue reconstruct`, killed on the way; resident memory as the list grows, and whether
 * each photo is in the list once. Linux only, as `/proc` tells the memory.
 */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      photos: { type: 'string', default: '2000' },
      kills: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'out/batch-memory' },
    },
  });
  const [photos, kills] = [Number(values.photos), Number(values.kills)];
  await rm(values.out, { recursive: true, force: true });
  const album = await linkedAlbum(resolve(values.out), photos);
  const random = createRandom(values.seed);
  const command = [
    ...['reconstruct', album, '-o', join(values.out, 'heads')],
    ...['--format', 'json', '--texture', 'none'],
  ];
  // Early ones, so that the last life is long enough to tell what memory does.
  const deaths = Array.from({ length: kills }, () => Math.ceil(random.uniform(0.005, 0.12) * photos));
  for (const death of deaths) {
    const { code, done } = await life(command, photos, death);
    console.log(`killed after ${done} more photos, ended with ${code}`);
  }
  const { code } = await life(command, photos, undefined);
  let lines = 0;
  const names = new Set<string>();
  // The list of 20,000 heads is longer than a string may be.
  for await (const line of createInterface(createReadStream(join(values.out, 'heads', 'results.jsonl')))) {
    lines++;
    names.add((JSON.parse(line) as { run: { photo: string } }).run.photo);
  }
  console.log(`exit code ${code}: ${lines} lines of ${names.size} of ${photos} photos`);
  return code === 0 && lines === photos && names.size === photos ? 0 : 1;
}

async function linkedAlbum(folder: string, photos: number): Promise<string> {
  const [album, originals] = [join(folder, 'album'), join(folder, 'originals')];
  for (const path of [album, originals]) await mkdir(path, { recursive: true });
  for (let k = 0; k < DIFFERENT; k++)
    await writeFile(
      join(originals, `${k}.jpg`),
      await sharp('examples/astronaut.jpg')
        .resize(SIDE + 8 * k)
        .jpeg()
        .toBuffer(),
    );
  for (let k = 0; k < photos; k++)
    await symlink(join(originals, `${k % DIFFERENT}.jpg`), join(album, `${String(k).padStart(6, '0')}.jpg`));
  return album;
}

/** One run, killed behind so many new photos. */
async function life(
  command: readonly string[],
  photos: number,
  death: number | undefined,
): Promise<{ code: number | null; done: number }> {
  const { child, ended } = rogue(command);
  let done = 0;
  let rest = '';
  child.stderr!.on('data', (data) => {
    const lines = `${rest}${String(data)}`.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!/^\[\d+\/\d+\] .*: 1 face$/.test(line)) continue;
      done++;
      if (done === death) child.kill('SIGKILL');
      const [, at] = /^\[(\d+)\//.exec(line)!;
      if (death === undefined && (Number(at) % EVERY === 0 || Number(at) === photos))
        console.log(`photo ${at}: ${residentMegabytes(child.pid!)} MB`);
    }
  });
  const { code } = await ended;
  return { code, done };
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
}

process.exitCode = await main(process.argv.slice(2));
