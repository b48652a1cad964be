import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listsIn,
  readListed,
  ResultList,
  wholeLines,
  type ListedResult,
} from '../../../src/node/files/result-list.js';
import { temporaryFolder } from '../temporary-folder.js';

const line = (photo: string, face = 1, faces = 1, key = 'k'): ListedResult => ({
  folder: `${photo}/face-${face}`,
  run: { key, photo, face, faces },
});

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const one of wholeLines(path)) lines.push(one);
  return lines;
}

describe('ResultList', () => {
  it('grows a photo at a time, and goes on behind what is there', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    for (const photo of ['a', 'b']) {
      const list = await ResultList.open(path, join(folder, 'beside'), () => true);
      await list.append([line(photo, 1, 2), line(photo, 2, 2)]);
      await list.close();
    }
    const listed = await readListed(path);
    expect([...listed.keys()]).toEqual([resolve('a'), resolve('b')]);
    expect(listed.get(resolve('b'))).toMatchObject({ key: 'k', folders: ['b/face-1', 'b/face-2'] });
  });

  it('cuts off what a kill has torn, at whatever byte, and photos that are not whole', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    const whole = `${JSON.stringify(line('a'))}\n`;
    const two = `${JSON.stringify(line('b', 1, 2))}\n${JSON.stringify(line('b', 2, 2))}\n`;
    for (let bytes = 0; bytes <= two.length; bytes++) {
      await writeFile(path, whole + two.slice(0, bytes));
      const listed = await readListed(path);
      expect(listed.has(resolve('b'))).toBe(bytes === two.length);
      const list = await ResultList.open(path, join(folder, 'beside'), ({ run }) =>
        listed.has(resolve(run!.photo)),
      );
      await list.append([line('c')]);
      await list.close();
      expect((await linesOf(path)).length).toBe(bytes === two.length ? 4 : 2);
    }
  });

  it('reads names with any character, and passes over lines that are none of ours', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    const odd = 'a\u2028b\rc\n"d';
    await writeFile(path, `${JSON.stringify(line(odd))}\n`);
    await appendFile(path, 'null\n5\n{"folder":1}\n{"folder":"x","run":{"photo":3}}\n\n');
    expect([...(await readListed(path)).keys()]).toEqual([resolve(odd)]);
  });

  it('leaves no list where nothing stays in it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    await writeFile(path, `${JSON.stringify(line('a'))}\n`);
    const list = await ResultList.open(path, join(folder, 'beside'), () => false);
    await list.close();
    expect(await listsIn(folder)).toEqual([]);
    await expect(readFile(path)).rejects.toThrow();
  });

  it('lists parts in the order of their numbers', async () => {
    const folder = await temporaryFolder();
    const names = ['results-10-of-16.jsonl', 'results-2-of-16.jsonl', 'results.jsonl', 'results-x.jsonl'];
    for (const name of names) await writeFile(join(folder, name), '');
    expect((await listsIn(folder)).filter((name) => name !== 'results.jsonl')).toEqual([
      'results-2-of-16.jsonl',
      'results-10-of-16.jsonl',
    ]);
  });
});
