import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import * as browser from '../../src/data/index.js';
import * as node from '../../src/node/data.js';
import { temporaryFolder } from '../node/temporary-folder.js';

it('has the same names in Node and in a browser, and more in Node', () => {
  for (const name of Object.keys(browser)) expect(node).toHaveProperty(name);
  expect(Object.keys(node)).toEqual(
    expect.arrayContaining([
      'loadPeople',
      'readPhotoFolder',
      'writeShards',
      'findShards',
      'createSampleMaker',
    ]),
  );
});

it('runs the example of docs/data.md', async () => {
  const page = await readFile(new URL('../../docs/data.md', import.meta.url), 'utf8');
  const [, code] = /```ts\n([^]*?)```/.exec(page)!;
  // Inside the package, so that its own name resolves to what was built.
  const script = fileURLToPath(new URL(`example-${process.pid}.mts`, import.meta.url));
  await writeFile(script, code!);
  try {
    const tsx = fileURLToPath(import.meta.resolve('tsx'));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, script], {
      cwd: await temporaryFolder(),
    });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(Number(lines[2]!.split(' ').at(-1))).toBeCloseTo(0.4, 1);
    expect(lines.slice(3)).toEqual(['0 68 9692', '1 68 9692', '2 68 9692']);
  } finally {
    await rm(script, { force: true });
  }
});
