import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolderLock } from '../../../src/node/files/folder-lock.js';
import { thisProcess } from '../../../src/node/files/owner.js';
import { temporaryFolder } from '../temporary-folder.js';

/** A lock of a process that is gone. */
const stale = (): string => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const { host, start } = thisProcess();
  return `${host}-${pid}-${start}-00112233`;
};

describe('withFolderLock', () => {
  it('lets one at a time into a folder, and leaves nothing', async () => {
    const folder = await temporaryFolder();
    const inner = withFolderLock(folder, async () => {
      const { pid } = process;
      const second = withFolderLock(folder, async () => Promise.resolve());
      await expect(second).rejects.toThrow(`process ${pid} writes there; wait for it, choose another folder`);
      return 'done';
    });
    expect(await inner).toBe('done');
    await expect(withFolderLock(folder, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes over what a killed process left, once', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.rogue-lock'), stale());
    let most = 0;
    let now = 0;
    const runs = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        withFolderLock(folder, async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 100));
          now--;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(runs.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves alone what another machine holds', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.rogue-lock'), stale().replace(/^\w+/, '00000000'));
    await expect(withFolderLock(folder, async () => Promise.resolve())).rejects.toThrow(
      /remove .*\.rogue-lock if it is gone/,
    );
    expect(await readdir(folder)).toEqual(['.rogue-lock']);
  });
});
