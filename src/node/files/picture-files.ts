import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { isResultFolder } from './own-files.js';

/** Extensions looked for in folders; a picture named by itself may have any. */
export const pictureExtensions: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.jpe',
  '.jfif',
  '.png',
  '.webp',
  '.avif',
  '.heic',
  '.heif',
  '.hif',
  '.gif',
  '.tif',
  '.tiff',
  '.bmp',
  '.dib',
]);

/** What a folder holds, in the order of names: pictures, and folders with what they hold. */
type Entry = string | Folder;
interface Folder {
  entries: Entry[];
}

/** A folder that is to be read, and where its content goes. */
interface Waiting {
  readonly path: string;
  readonly folder: Folder;
}

/**
 * The pictures in a folder and its subfolders, in the order of their names; hidden files and folders are left
 * out, and so is what is no file, such as pipes, which may never end. Links to folders are followed. Each
 * folder is read once, under its own name where that lies below the given folder, so links that lead in
 * circles, or to the same place, do no harm. Faces' folders with our results in them are left out.
 * @param except an absolute folder to leave out as well
 */
export async function picturesBelow(folder: string, except = ''): Promise<string[]> {
  const known = new Set<string>();
  if (except !== '' && except !== resolve(folder)) known.add(await realpath(except).catch(() => except));
  const root: Folder = { entries: [] };
  const folders: Waiting[] = [{ path: folder, folder: root }];
  const links: Waiting[] = [];
  // Links wait until there is no folder left.
  for (let next = folders.pop(); next !== undefined; next = folders.pop() ?? links.shift()) {
    const place = await realpath(next.path);
    if (known.has(place)) continue;
    known.add(place);
    await readInto(next, folders, links);
  }
  return inOrder(root);
}

async function readInto(
  { path: parent, folder }: Waiting,
  folders: Waiting[],
  links: Waiting[],
): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true });
  const names = entries.map(({ name }) => name);
  if (isResultFolder(basename(parent), names)) return;
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(parent, entry.name);
    const isLink = entry.isSymbolicLink();
    if (entry.isDirectory() || (isLink && (await leadsToFolder(path)))) {
      const inner: Folder = { entries: [] };
      folder.entries.push(inner);
      (isLink ? links : folders).push({ path, folder: inner });
    } else if ((entry.isFile() || isLink) && pictureExtensions.has(extname(entry.name).toLowerCase())) {
      folder.entries.push(path);
    }
  }
}

/** Links to nowhere count as files, whose reader says what is wrong. */
function leadsToFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

function inOrder({ entries }: Folder): string[] {
  return entries.flatMap((entry) => (typeof entry === 'string' ? [entry] : inOrder(entry)));
}
