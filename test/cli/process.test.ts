import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { astronaut } from '../fit/example-reconstruction.js';
import { filesBelow, temporaryFolder } from './run.js';

const launcher = fileURLToPath(new URL('../../bin/rogue.js', import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the installed command as a process of its own. @param watch sees stderr so far, whenever it grows */
function run(
  command: string,
  args: readonly string[],
  watch: (err: string, child: ChildProcess) => void = () => undefined,
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => {
      out += String(data);
    });
    child.stderr.on('data', (data) => {
      err += String(data);
      watch(err, child);
    });
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

const rogue = (args: readonly string[], watch?: (err: string, child: ChildProcess) => void) =>
  run(process.execPath, [launcher, ...args], watch);

describe('the rogue process', () => {
  // A fresh clone is compiled at the first call.
  beforeAll(async () => {
    await rogue(['--version']);
  });

  it('exits with the right code', async () => {
    const folder = await temporaryFolder();
    expect(
      await rogue(['reconstruct', astronaut, '-o', folder, '--format', 'json', '--texture', 'none']),
    ).toEqual({
      code: 0,
      out: `${join(folder, 'astronaut/face-1')}\n`,
      err: '',
    });
    expect((await rogue(['reconstruct', join(folder, 'none.jpg'), '-o', folder])).code).toBe(1);
    expect((await rogue(['reconstruct'])).code).toBe(2);
  });

  it('leaves whole results and nothing else when it is interrupted', async () => {
    const folder = await temporaryFolder();
    const album = join(folder, 'album');
    const out = join(folder, 'out');
    await mkdir(album);
    for (let k = 0; k < 9; k++) await copyFile(astronaut, join(album, `${k}.jpg`));
    let interrupted = false;
    const { code, err } = await rogue(
      ['reconstruct', album, '-o', out, '--format', 'glb,obj,json'],
      (soFar, child) => {
        if (!interrupted && soFar.includes('[2/9]')) interrupted = child.kill('SIGINT');
      },
    );
    expect(code, err).toBe(130);
    expect(err).toContain('rogue: interrupted');
    const files = (await filesBelow(out)).filter((file) => file !== 'results.jsonl');
    const faces = new Set(files.map((file) => file.split('/')[0]));
    expect(faces.size).toBeGreaterThanOrEqual(2);
    expect(faces.size).toBeLessThan(9);
    expect(files).toHaveLength(faces.size * 10);
  });

  it.skipIf(process.platform === 'win32')(
    'gives what an undisturbed run gives, however often it was killed',
    { timeout: 180_000 },
    async () => {
      const folder = await temporaryFolder();
      const album = join(folder, 'album');
      await mkdir(album);
      const quick = ['--format', 'glb,json', '--texture', 'none', '--hair', 'none'];
      const small = await sharp(astronaut).resize(256).jpeg().toBuffer();
      for (let k = 0; k < 3; k++) await writeFile(join(album, `${k}.jpg`), small);
      const reconstruct = (out: string, watch?: (err: string, child: ChildProcess) => void) =>
        rogue(['reconstruct', album, '-o', join(folder, out), ...quick], watch);
      await reconstruct('undisturbed');
      // Each life ends a little later behind one more photo.
      let kills = 0;
      for (const [photos, delay] of [
        [1, 0],
        [1, 150],
      ] as const) {
        const { code } = await reconstruct('killed', (err, child) => {
          const made = err.match(/: 1 face\n/g)?.length ?? 0;
          if (made >= photos) setTimeout(() => child.kill('SIGKILL'), delay);
        });
        if (code === null) kills++;
      }
      expect(kills).toBe(2);
      expect((await reconstruct('killed')).code).toBe(0);
      const files = await filesBelow(join(folder, 'undisturbed'));
      expect(files).toHaveLength(7);
      expect(await filesBelow(join(folder, 'killed'))).toEqual(files);
      for (const file of files)
        expect(
          (await readFile(join(folder, 'killed', file))).equals(
            await readFile(join(folder, 'undisturbed', file)),
          ),
          file,
        ).toBe(true);
    },
  );

  it.skipIf(process.platform === 'win32').each([
    ['reconstruct', astronaut],
    ['corrupt', astronaut, '--protocol', 'boxes'],
    ['evaluate', 'consistency', 'examples'],
  ])('%s ends in one line when it is interrupted before it has begun', async (...command) => {
    const out = join(await temporaryFolder(), 'out');
    // Tells when the process begins to watch for signals, of which SIGTERM is the last.
    const telling =
      'process.on("newListener", (name) => name === "SIGTERM" && process.stderr.write("watching\\n"))';
    const { code, err } = await run(
      process.execPath,
      ['--import', `data:text/javascript,${telling}`, launcher, ...command, '-o', out],
      (soFar, child) => {
        if (soFar === 'watching\n') child.kill('SIGINT');
      },
    );
    expect({ code, err }).toEqual({ code: 130, err: 'watching\nrogue: interrupted\n' });
    expect(existsSync(out)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')(
    'removes everything when a file cannot be written to its end',
    async () => {
      const folder = await temporaryFolder();
      const out = join(folder, 'out');
      // Files of at most 512 kB, as on a disk that is nearly full.
      const { code, err } = await run('bash', [
        '-c',
        'ulimit -f 1000 && exec "$@"',
        '-',
        process.execPath,
        launcher,
        ...['reconstruct', astronaut, '-o', out, '--format', 'glb', '--texture', 'none'],
      ]);
      expect(code).toBe(1);
      expect(err).toMatch(/^rogue: cannot write .*astronaut: .*; choose another folder with -o\n$/);
      expect(await filesBelow(folder)).toEqual([]);
    },
  );
});
