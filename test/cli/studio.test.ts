import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelFiles, runtimeFiles } from '../../src/node/studio/studio-site.js';
import { filesBelow, rogue, temporaryFolder } from './run.js';

describe('rogue studio', () => {
  it('serves the page until Ctrl-C, which is no failure', async () => {
    const child = spawn(process.execPath, ['bin/rogue.js', 'studio', '--no-open', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    const line = await new Promise<string>((resolve) => {
      child.stdout.once('data', (data: Buffer) => {
        resolve(data.toString());
      });
    });
    const [url] = /http:\/\/localhost:\d+\//.exec(line)!;
    expect(await (await fetch(url)).text()).toContain('<title>Rogue Studio');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('writes static files that are complete', async () => {
    const folder = await temporaryFolder();
    const site = join(folder, 'site');
    expect((await rogue('studio', '--export', site)).code).toBe(0);
    const files = await filesBelow(site);
    for (const file of [
      'index.html',
      'service-worker.js',
      'manifest.webmanifest',
      ...modelFiles.map((name) => `model/${name}`),
      ...runtimeFiles.map((name) => `ort/${name}`),
    ])
      expect(files).toContain(file);
    const [, listed] = /^const BUILT_FILES = (.*);$/m.exec(
      await readFile(join(site, 'service-worker.js'), 'utf8'),
    )!;
    for (const file of (JSON.parse(listed!) as { files: string[] }).files)
      if (file !== './') expect(files).toContain(file);
    // Once more, over it.
    expect((await rogue('studio', '--export', site)).code).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('leaves a folder alone that has something else in it, and wants a port', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'letter.txt'), 'dear');
    const { code, err } = await rogue('studio', '--export', join(folder, 'mine'));
    expect(code).toBe(1);
    expect(err.join('')).toMatch(/something else in it, letter\.txt; name a new folder/);
    expect(await filesBelow(join(folder, 'mine'))).toEqual(['letter.txt']);
    // Neither a site of one's own, nor one to which something was added.
    await writeFile(join(folder, 'mine', 'service-worker.js'), '');
    expect((await rogue('studio', '--export', join(folder, 'mine'))).code).toBe(1);
    const mark = { schema: 'rogue-face/studio', files: ['rogue-studio.json', 'service-worker.js'] };
    await writeFile(join(folder, 'mine', 'rogue-studio.json'), JSON.stringify(mark));
    expect((await rogue('studio', '--export', join(folder, 'mine'))).code).toBe(1);
    expect(await filesBelow(folder)).toEqual([
      'mine/letter.txt',
      'mine/rogue-studio.json',
      'mine/service-worker.js',
    ]);
    expect((await rogue('studio', '--port', 'eighty')).code).toBe(2);
    await rm(folder, { recursive: true });
  });
});
