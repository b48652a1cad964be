import { createImage, type Image } from '../math/image.js';
import { resample } from '../data/resample.js';

/** Texels at a cell's border that repeat the picture's: coarser versions of the atlas blend neighbours. */
const MARGIN = 4;

/** Where pictures lie in an atlas of equal cells. */
export interface PartsAtlas {
  /** Cells per side. */
  readonly cells: number;
  /** Texels per side of a cell. */
  readonly cellSize: number;
}

/** An atlas for so many pictures. @param cellSize a power of two */
export function partsAtlas(count: number, cellSize: number): PartsAtlas {
  return { cells: 2 ** Math.ceil(Math.log2(Math.sqrt(Math.max(1, count)))), cellSize };
}

/** Texture coordinates in a cell of the atlas of those over the whole picture, U×2. */
export function cellUvs(uvs: Float32Array, { cells, cellSize }: PartsAtlas, cell: number): Float32Array {
  const corner = [cell % cells, Math.floor(cell / cells)];
  const margin = MARGIN / cellSize;
  return uvs.map((at, i) => (corner[i % 2]! + margin + at * (1 - 2 * margin)) / cells);
}

/** The pictures in their cells, three channels; alpha is left out. Empty cells are grey. */
export function drawAtlas(pictures: readonly Image[], atlas: PartsAtlas): Image {
  const { cells, cellSize } = atlas;
  const out = createImage(cells * cellSize, cells * cellSize, 3);
  out.data.fill(128);
  pictures.forEach((picture, cell) => {
    const inner = cellSize - 2 * MARGIN;
    const fitted = resample(picture, inner, inner);
    const [left, top] = [(cell % cells) * cellSize, Math.floor(cell / cells) * cellSize];
    for (let y = 0; y < cellSize; y++) {
      const row = clampTo(y - MARGIN, inner) * inner;
      for (let x = 0; x < cellSize; x++) {
        const from = (row + clampTo(x - MARGIN, inner)) * fitted.channels;
        const to = ((top + y) * out.width + left + x) * 3;
        for (let k = 0; k < 3; k++) out.data[to + k] = fitted.data[from + (fitted.channels === 1 ? 0 : k)]!;
      }
    }
  });
  return out;
}

const clampTo = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at));
