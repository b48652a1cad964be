/**
 * The 35 mm equivalent focal length of an EXIF block, in millimetres; nothing when it is absent or
 * unreadable.
 *
 * Reads just enough of EXIF 2.3 (CIPA DC-008, sections 4.6.2 and 4.6.5) to find the tag: a TIFF header, its
 * first directory, and the EXIF directory that one points to.
 *
 * @param exif with or without the leading `Exif\0\0`
 */
export function focalLength35mm(exif: Uint8Array): number | undefined {
  const start = exif[0] === 0x45 && exif[1] === 0x78 ? 6 : 0;
  try {
    const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start);
    const littleEndian = view.getUint16(0) === 0x4949;
    const exifDirectory = findTag(view, view.getUint32(4, littleEndian), 0x8769, littleEndian);
    if (exifDirectory === undefined) return undefined;
    const entry = findTag(view, view.getUint32(exifDirectory, littleEndian), 0xa405, littleEndian);
    const focal = entry === undefined ? 0 : view.getUint16(entry, littleEndian);
    return focal > 0 ? focal : undefined;
  } catch (error) {
    // Offsets beyond the block: a damaged EXIF block is no reason to refuse the picture.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Focal lengths of lenses for people, mm as if on 35 mm film; other numbers come of damage or mistakes. */
export const SHORTEST_FOCAL = 5;
export const LONGEST_FOCAL = 2000;

/** A focal length that can be used, and what the user should know about one that cannot. */
export interface UsableFocal {
  readonly focal35mm?: number;
  readonly warnings: readonly string[];
}

/** @param written as {@link focalLength35mm} gives it; one that no lens has counts as absent */
export function usableFocal(written: number | undefined): UsableFocal {
  if (written === undefined) return { warnings: [] };
  if (written >= SHORTEST_FOCAL && written <= LONGEST_FOCAL) return { focal35mm: written, warnings: [] };
  return {
    warnings: [
      `The file tells a focal length of ${written} mm in 35 mm terms, which no lens for people has; it was guessed instead.`,
    ],
  };
}

/** Position of a tag's value in a directory of 12-byte entries (tag, type, count, value). */
function findTag(view: DataView, directory: number, tag: number, littleEndian: boolean): number | undefined {
  const count = view.getUint16(directory, littleEndian);
  for (let k = 0; k < count; k++) {
    const entry = directory + 2 + 12 * k;
    if (view.getUint16(entry, littleEndian) === tag) return entry + 8;
  }
  return undefined;
}

/** The EXIF block of a JPEG file (its APP1 segment); nothing where there is none. */
export function exifOfJpeg(file: Uint8Array): Uint8Array | undefined {
  if (file[0] !== 0xff || file[1] !== 0xd8) return undefined;
  // Segments: 0xff, a marker, and a length that counts its own two bytes; the scan, 0xda, ends them.
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== 0xda;) {
    const length = file[at + 2]! * 256 + file[at + 3]!;
    const content = file.subarray(at + 4, at + 2 + length);
    if (file[at + 1] === 0xe1 && content[0] === 0x45 && content[1] === 0x78) return content;
    at += 2 + length;
  }
  return undefined;
}
