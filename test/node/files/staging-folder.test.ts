import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayLive, ownedName, ownerOf, thisProcess } from '../../../src/node/files/owner.js';
import { StagingFolder } from '../../../src/node/files/staging-folder.js';
import { temporaryFolder } from '../temporary-folder.js';

/** The number of a process that is gone. */
const gonePid = (): number => spawnSync(process.execPath, ['--version']).pid;

async function staged(staging: StagingFolder, content: string): Promise<string> {
  const folder = staging.next();
  await mkdir(folder);
  await writeFile(join(folder, 'head'), content);
  return folder;
}

describe('StagingFolder', () => {
  it('publishes over what is there, and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    const staging = await StagingFolder.open(folder);
    await mkdir(join(folder, 'photo'));
    for (const content of ['old', 'new']) staging.publish(await staged(staging, content), 'photo/face-1');
    expect(await readFile(join(folder, 'photo/face-1/head'), 'utf8')).toBe('new');
    await staging.close();
    expect(await readdir(folder)).toEqual(['photo']);
  });

  it('puts back what a killed process had set aside, and clears what it left', async () => {
    const folder = await temporaryFolder();
    const { host, start } = thisProcess();
    const left = join(folder, `.rogue-${host}-${gonePid()}-${start}-00112233`);
    await mkdir(join(left, '0.replaced'), { recursive: true });
    await writeFile(join(left, '0.replaced', 'head'), 'old');
    await writeFile(join(left, '0.place'), 'face-1');
    const staging = await StagingFolder.open(folder);
    expect(await readFile(join(folder, 'face-1/head'), 'utf8').catch(() => 'gone')).toBe('old');
    await staging.close();
    expect(await readdir(folder)).toEqual(['face-1']);
  });

  it('puts nothing outside its folder', async () => {
    const folder = await temporaryFolder();
    const inner = join(folder, 'inner');
    const { host, start } = thisProcess();
    const left = join(inner, `.rogue-${host}-${gonePid()}-${start}-00112233`);
    await mkdir(join(left, '0.replaced'), { recursive: true });
    await writeFile(join(left, '0.place'), '../outside');
    await (await StagingFolder.open(inner)).close();
    expect(existsSync(join(folder, 'outside'))).toBe(false);
    expect(existsSync(join(left, '0.replaced'))).toBe(true);
  });

  it('leaves alone what others may be at', async () => {
    const folder = await temporaryFolder();
    const first = await StagingFolder.open(folder);
    await mkdir(join(folder, '.rogue-mine'));
    await mkdir(join(folder, `.rogue-00000000-${gonePid()}--00112233`));
    const second = await StagingFolder.open(folder);
    const staging = first.next();
    await writeFile(staging, 'x');
    await rename(staging, join(folder, 'x'));
    await first.close();
    await second.close();
    expect((await readdir(folder)).length).toBe(3);
  });
});

describe('owner', () => {
  it('knows this process from one that is gone, and from a later one of its number', () => {
    const own = ownerOf(ownedName())!;
    expect(own).toEqual(thisProcess());
    expect(mayLive(own)).toBe(true);
    expect(mayLive({ ...own, pid: gonePid() })).toBe(false);
    if (own.start !== '') expect(mayLive({ ...own, start: '1' })).toBe(false);
    expect(mayLive({ ...own, host: '00000000', pid: gonePid() })).toBe(true);
    expect(ownerOf('mine')).toBeUndefined();
  });
});
