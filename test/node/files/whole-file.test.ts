import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { thisProcess } from '../../../src/node/files/owner.js';
import { writeWhole } from '../../../src/node/files/whole-file.js';
import { temporaryFolder } from '../temporary-folder.js';

it('writes a file whole while others write it, and clears what a killed process left', async () => {
  const folder = await temporaryFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const { host, start } = thisProcess();
  await writeFile(join(folder, `.rogue-${host}-${pid}-${start}-00112233.part`), 'half');
  await writeFile(join(folder, 'report.part'), 'mine');
  const contents = Array.from({ length: 8 }, (_, k) => String(k).repeat(100_000));
  await Promise.all(contents.map((content) => writeWhole(join(folder, 'report'), content)));
  expect(contents).toContain(await readFile(join(folder, 'report'), 'utf8'));
  expect(await readdir(folder)).toEqual(['report', 'report.part']);
  await expect(writeWhole(join(folder, 'none', 'report'), 'x')).rejects.toThrow(/cannot write .*report: /);
});
