import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listsIn,
  readListed,
  ResultList,
  wholeLines,
  unlistedFiles,
  type ListLine,
} from '../../../src/node/files/result-list.js';
import { faceList, pictureList } from '../../../src/node/files/list-kinds.js';
import { temporaryFolder } from '../temporary-folder.js';

const line = (photo: string, face = 1, faces = 1, key = 'k'): ListLine => ({
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
      const list = await ResultList.open(path, join(folder, 'beside'), faceList, () => true);
      list.append([line(photo, 1, 2), line(photo, 2, 2)]);
      list.close();
    }
    const listed = await readListed(path, faceList);
    expect([...listed.keys()]).toEqual([resolve('a'), resolve('b')]);
    expect(listed.get(resolve('b'))).toMatchObject({ key: 'k', places: [['b/face-1'], ['b/face-2']] });
  });

  it('cuts off what a kill has torn, at whatever byte, and photos that are not whole', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    const whole = `${JSON.stringify(line('a'))}\n`;
    const two = `${JSON.stringify(line('b', 1, 2))}\n${JSON.stringify(line('b', 2, 2))}\n`;
    for (let bytes = 0; bytes <= two.length; bytes++) {
      await writeFile(path, whole + two.slice(0, bytes));
      const listed = await readListed(path, faceList);
      expect(listed.has(resolve('b'))).toBe(bytes === two.length);
      const list = await ResultList.open(path, join(folder, 'beside'), faceList, ({ item }) =>
        listed.has(item),
      );
      list.append([line('c')]);
      list.close();
      expect((await linesOf(path)).length).toBe(bytes === two.length ? 4 : 2);
    }
  });

  it('reads names with any character, and passes over lines that are none of ours', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    const odd = 'a\u2028b\rc\n"d';
    await writeFile(path, `${JSON.stringify(line(odd))}\n`);
    await appendFile(path, 'null\n5\n{"folder":1}\n{"folder":"x","run":{"photo":3}}\n\n');
    expect([...(await readListed(path, faceList)).keys()]).toEqual([resolve(odd)]);
  });

  it('leaves no list where nothing stays in it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'results.jsonl');
    await writeFile(path, `${JSON.stringify(line('a'))}\n`);
    const list = await ResultList.open(path, join(folder, 'beside'), faceList, () => false);
    list.close();
    expect(await listsIn(folder, faceList)).toEqual([]);
    await expect(readFile(path)).rejects.toThrow();
  });

  it('lists parts in the order of their numbers', async () => {
    const folder = await temporaryFolder();
    const names = ['results-10-of-16.jsonl', 'results-2-of-16.jsonl', 'results.jsonl', 'results-x.jsonl'];
    for (const name of names) await writeFile(join(folder, name), '');
    expect((await listsIn(folder, faceList)).filter((name) => name !== 'results.jsonl')).toEqual([
      'results-2-of-16.jsonl',
      'results-10-of-16.jsonl',
    ]);
  });

  it('removes files without a line, as a kill leaves them, and those whose line goes', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'manifest.jsonl');
    const open = (isKept: (item: string) => boolean): Promise<ResultList> =>
      ResultList.open(path, join(folder, 'beside'), pictureList, ({ item }) => isKept(item));
    const picture = (photo: string): ListLine => ({
      protocol: 'boxes',
      file: `${photo}-boxes-1.png`,
      mask: `${photo}-boxes-1-mask.png`,
      run: { key: 'k', photo, picture: 1, pictures: 1 },
    });
    const names = (photo: string): string[] => [`${photo}-boxes-1.png`, `${photo}-boxes-1-mask.png`];
    const list = await open(() => true);
    for (const photo of ['a', 'b']) {
      for (const name of names(photo)) await writeFile(join(folder, name), '');
      list.append([picture(photo)]);
    }
    // As after a kill between the files and their line; a name that is not ours stays, whatever it says.
    for (const name of [...names('c'), 'mine.png', '../outside-boxes-1.png'])
      await writeFile(join(folder, '.', basename(name)), '');
    list.announce([...names('c'), 'mine.png', '../outside-boxes-1.png']);
    expect(unlistedFiles(path, pictureList)).toEqual(names('c'));
    (await open((item) => item.endsWith('a'))).close();
    expect((await readdir(folder)).sort()).toEqual([
      'a-boxes-1-mask.png',
      'a-boxes-1.png',
      'manifest.jsonl',
      'mine.png',
      'outside-boxes-1.png',
    ]);
    expect(await linesOf(path)).toEqual([JSON.stringify(picture('a'))]);
  });
});
