import sharp from 'sharp';
import type { PreviewSection } from '../../fit/pictures/preview.js';
import type { Image } from '../../math/image.js';
import { background } from '../../fit/pictures/sheet.js';

/** Heights in pixels of a section's title and of a line under a tile. */
const titleHeight = 40;
const lineHeight = 16;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

interface Placed {
  readonly image: Image;
  readonly left: number;
  readonly top: number;
}

/**
 * Sections of equal tiles below one another, each with its title, each tile with its label underneath.
 *
 * @param columns of the sections, in order
 * @returns three channels
 */
export async function labelledSheet(
  sections: readonly PreviewSection[],
  columns: readonly number[],
  titles = true,
): Promise<Image> {
  const tile = sections[0]?.tiles[0]?.image.width;
  if (tile === undefined)
    throw new RangeError('labelledSheet: expected at least one section with tiles, received none.');
  const placed: Placed[] = [];
  const texts: string[] = [];
  let y = 0;
  let width = 0;
  sections.forEach(({ title, tiles }, s) => {
    if (titles) {
      texts.push(`<text x="12" y="${y + 27}" font-size="19" font-weight="bold">${escaped(title)}</text>`);
      y += titleHeight;
    }
    const perRow = columns[s]!;
    const labelHeight = 4 + lineHeight * (tiles.some(({ note }) => note) ? 2 : 1);
    tiles.forEach(({ label, note, image }, k) => {
      const left = (k % perRow) * tile;
      const top = y + Math.floor(k / perRow) * (tile + labelHeight);
      placed.push({ image, left, top });
      texts.push(
        `<text x="${left + tile / 2}" y="${top + tile + 13}" font-size="12" text-anchor="middle">${escaped(label)}</text>`,
      );
      if (note)
        texts.push(
          `<text x="${left + tile / 2}" y="${top + tile + 13 + lineHeight}" font-size="12" font-weight="bold" text-anchor="middle">${escaped(note)}</text>`,
        );
    });
    y += Math.ceil(tiles.length / perRow) * (tile + labelHeight);
    width = Math.max(width, perRow * tile);
  });
  return composed(width, y + 6, placed, texts);
}

async function composed(
  width: number,
  height: number,
  placed: readonly Placed[],
  texts: readonly string[],
): Promise<Image> {
  const [r, g, b] = background;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" fill="#222">${texts.join('')}</svg>`;
  const layers = placed.map(({ image, left, top }) => ({
    input: Buffer.from(image.data),
    raw: { width: image.width, height: image.height, channels: 4 as const },
    left,
    top,
  }));
  const { data, info } = await sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 3, data };
}
