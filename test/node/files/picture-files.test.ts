import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { picturesBelow } from '../../../src/node/files/picture-files.js';
import { temporaryFolder } from '../temporary-folder.js';

async function folderWith(...files: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), 'x');
  }
  return folder;
}

async function found(folder: string, except?: string): Promise<string[]> {
  return (await picturesBelow(folder, except)).map((path) => relative(folder, path));
}

describe('picturesBelow', () => {
  it('finds pictures of every kind in the order of names, and nothing else', async () => {
    const pictures = [
      'a.HEIC',
      'b.jfif',
      'c.bmp',
      'd/e.heif',
      'd/f.hif',
      'g.avif',
      'h.jpe',
      'i.dib',
      'z.tif',
    ];
    const folder = await folderWith(...pictures, '.hidden/j.jpg', 'notes.txt', '.k.jpg');
    expect(await found(folder)).toEqual(pictures);
  });

  it.skipIf(process.platform === 'win32')('leaves out pipes, which may never end', async () => {
    const folder = await folderWith('a.jpg');
    execFileSync('mkfifo', [join(folder, 'b.jpg')]);
    expect(await found(folder)).toEqual(['a.jpg']);
  });

  it('follows links to folders and pictures, each folder once', async () => {
    const elsewhere = await folderWith('far/p.jpg', 'q.jpg');
    const folder = await folderWith('m/n.jpg', 'z.jpg');
    await symlink(elsewhere, join(folder, 'a-link'));
    await symlink(join(folder, 'm'), join(folder, 'b-link-to-m'));
    await symlink(join(elsewhere, 'q.jpg'), join(folder, 'c-link.jpg'));
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'));
    expect(await found(folder)).toEqual([
      'a-link/far/p.jpg',
      'a-link/q.jpg',
      'c-link.jpg',
      'm/n.jpg',
      'z.jpg',
    ]);
  });

  it('ends on links that lead in circles', async () => {
    const folder = await folderWith('a/b/c.jpg');
    await symlink(folder, join(folder, 'a/b/up'));
    await symlink(join(folder, 'a'), join(folder, 'a/again'));
    const other = await folderWith('d.jpg');
    await symlink(folder, join(other, 'there'));
    await symlink(other, join(folder, 'back'));
    expect(await found(folder)).toEqual(['a/b/c.jpg', 'back/d.jpg']);
  });

  it('leaves the output folder out, also behind a link', async () => {
    const folder = await folderWith('a.jpg', 'out/b.jpg');
    await symlink(join(folder, 'out'), join(folder, 'link'));
    expect(await found(folder, join(folder, 'out'))).toEqual(['a.jpg']);
    expect(await found(join(folder, 'out'), join(folder, 'out'))).toEqual(['b.jpg']);
  });
});
