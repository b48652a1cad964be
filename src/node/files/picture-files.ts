import { readdir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';

/** Extensions looked for in folders; a picture named by itself may have any. */
export const pictureExtensions: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.avif',
  '.gif',
  '.tif',
  '.tiff',
  '.heic',
  '.heif',
]);

/**
 * The pictures in a folder and its subfolders, in the order of their names; hidden files and folders are left
 * out.
 * @param except an absolute folder to leave out as well
 */
export async function picturesBelow(folder: string, except = ''): Promise<string[]> {
  const pictures: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || resolve(path) === except) continue;
    if (entry.isDirectory()) pictures.push(...(await picturesBelow(path, except)));
    else if (pictureExtensions.has(extname(entry.name).toLowerCase())) pictures.push(path);
  }
  return pictures;
}
