import type { Image } from '../math/image.js';
import { profileOfIcc, profileOfPrimaries, type ColorProfile } from './color-profile.js';
import { focalLength35mm } from './exif.js';
import { tooLarge } from './too-large.js';
import { openLibHeif, type LibHeif } from './libheif.js';

/** A HEIC picture that cannot be read; `message` is one line. */
export class HeifError extends Error {
  override readonly name = 'HeifError';
}

/** The primary picture of a HEIC file. */
export interface HeifPicture {
  /**
   * Upright: the file's own rotations and mirrorings are applied. Four channels where it has transparency.
   */
  readonly image: Image;
  /** What its colours mean, where that is not sRGB: they are as in the file, for the caller to convert. */
  readonly profile?: ColorProfile;
  /** Focal length in mm as if on 35 mm film, when the camera wrote it. */
  readonly focal35mm?: number;
}

/** Brands of files whose pictures are coded with HEVC (ISO/IEC 23008-12, annex B). */
const hevcBrands = /^(hei[cxms]|hev[cxms])$/;

/** Whether a file calls itself HEIC; AVIF has the same container, but not these brands. */
export function isHeic(file: Uint8Array): boolean {
  const word = (at: number): string => String.fromCharCode(...file.subarray(at, at + 4));
  if (word(4) !== 'ftyp') return false;
  const length = Math.min(256, file[2]! * 256 + file[3]!, file.length);
  for (let at = 8; at + 4 <= length; at += 4) if (hevcBrands.test(word(at))) return true;
  return false;
}

/** libheif's numbers (`heif.h`). */
const colorspaceRgb = 1;
const interleavedRgb = 10;
const interleavedRgba = 11;
const channelInterleaved = 10;
const iccProfiles = ['prof', 'rICC'];

/**
 * Decodes a HEIC file with libheif, which is loaded at the first call. Each file gets an instance of its own:
 * WebAssembly's memory never shrinks, and a file that breaks the decoder breaks no other.
 *
 * @param maxPixels larger pictures are refused before their pixels are decoded
 * @throws HeifError for anything that is no complete HEIC picture of that size
 */
export async function decodeHeif(file: Uint8Array, maxPixels: number): Promise<HeifPicture> {
  const lib = await openLibHeif();
  try {
    return new HeifReader(lib).read(file, maxPixels);
  } catch (error) {
    if (error instanceof HeifError) throw error;
    // A trap of WebAssembly, or no memory.
    throw new HeifError(`damaged or too large (${String((error as Error).message).split('\n')[0]})`, {
      cause: error,
    });
  }
}

/** Calls libheif's C functions; what they allocate goes with the instance. */
class HeifReader {
  readonly #lib: LibHeif;
  /** A `heif_error` (code, subcode, message), and a place for results. */
  readonly #error: number;
  readonly #result: number;

  constructor(lib: LibHeif) {
    this.#lib = lib;
    this.#error = lib._malloc(12);
    this.#result = lib._malloc(16);
  }

  read(file: Uint8Array, maxPixels: number): HeifPicture {
    const lib = this.#lib;
    const context = lib._heif_context_alloc();
    const copy = this.#allocate(file.length);
    lib.HEAPU8.set(file, copy);
    lib._heif_context_read_from_memory_without_copy(this.#error, context, copy, file.length, 0);
    this.#check();
    lib._heif_context_get_primary_image_handle(this.#error, context, this.#result);
    this.#check();
    const handle = this.#word(this.#result);
    const width = lib._heif_image_handle_get_width(handle);
    const height = lib._heif_image_handle_get_height(handle);
    const reason = tooLarge(width, height, maxPixels, 'HEIC file');
    if (reason !== undefined) throw new HeifError(reason);
    const profile = this.#profile(handle);
    const focal35mm = this.#focal35mm(handle);
    return {
      image: this.#pixels(handle),
      ...(profile && { profile }),
      ...(focal35mm !== undefined && { focal35mm }),
    };
  }

  #pixels(handle: number): Image {
    const lib = this.#lib;
    const channels = lib._heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
    const chroma = channels === 4 ? interleavedRgba : interleavedRgb;
    lib._heif_decode_image(this.#error, handle, this.#result, colorspaceRgb, chroma, 0);
    this.#check();
    const decoded = this.#word(this.#result);
    const width = lib._heif_image_get_width(decoded, channelInterleaved);
    const height = lib._heif_image_get_height(decoded, channelInterleaved);
    const plane = lib._heif_image_get_plane_readonly(decoded, channelInterleaved, this.#result);
    const stride = this.#word(this.#result);
    const row = width * channels;
    if (plane === 0 || !(width > 0 && height > 0) || stride < row)
      throw new HeifError('damaged: the picture has no pixels');
    const data = new Uint8Array(row * height);
    for (let y = 0; y < height; y++)
      data.set(lib.HEAPU8.subarray(plane + y * stride, plane + y * stride + row), y * row);
    return { width, height, channels, data };
  }

  /** ICC profiles come before the code points of `nclx`. */
  #profile(handle: number): ColorProfile | undefined {
    const lib = this.#lib;
    const kind = fourLetters(lib._heif_image_handle_get_color_profile_type(handle));
    if (iccProfiles.includes(kind)) {
      const size = lib._heif_image_handle_get_raw_color_profile_size(handle);
      const at = this.#allocate(size);
      lib._heif_image_handle_get_raw_color_profile(this.#error, handle, at);
      return this.#word(this.#error) === 0 ? profileOfIcc(lib.HEAPU8.slice(at, at + size)) : undefined;
    }
    if (kind !== 'nclx') return undefined;
    lib._heif_image_handle_get_nclx_color_profile(this.#error, handle, this.#result);
    // Version, then the primaries as the second word.
    return this.#word(this.#error) === 0
      ? profileOfPrimaries(this.#word(this.#word(this.#result) + 4))
      : undefined;
  }

  #focal35mm(handle: number): number | undefined {
    const lib = this.#lib;
    const kind = this.#allocate(5);
    lib.HEAPU8.set(
      [...'Exif\0'].map((letter) => letter.charCodeAt(0)),
      kind,
    );
    if (!lib._heif_image_handle_get_list_of_metadata_block_IDs(handle, kind, this.#result, 1))
      return undefined;
    const id = this.#word(this.#result);
    const size = lib._heif_image_handle_get_metadata_size(handle, id);
    const at = this.#allocate(size);
    lib._heif_image_handle_get_metadata(this.#error, handle, id, at);
    if (this.#word(this.#error) !== 0 || size < 8) return undefined;
    // Four bytes say how far behind them the TIFF header lies (ISO/IEC 23008-12, annex A.2.1).
    const block = lib.HEAPU8.slice(at, at + size);
    const start = 4 + new DataView(block.buffer).getUint32(0);
    return start < size ? focalLength35mm(block.subarray(start)) : undefined;
  }

  #allocate(size: number): number {
    const at = this.#lib._malloc(size);
    if (at === 0) throw new HeifError('too large for the memory at hand; scale the picture down first');
    return at;
  }

  #word(at: number): number {
    return new DataView(this.#lib.HEAPU8.buffer).getUint32(at, true);
  }

  #check(): void {
    if (this.#word(this.#error) === 0) return;
    const bytes = this.#lib.HEAPU8.subarray(this.#word(this.#error + 8));
    const reason = String.fromCharCode(...bytes.subarray(0, Math.min(200, bytes.indexOf(0))));
    // "Cannot read" is what engines say of a program's own fault; this is the file's.
    const told = reason.replaceAll('Cannot', 'could not').replaceAll(/\s+/g, ' ').trim();
    throw new HeifError(`damaged or cut off (${told})`);
  }
}

function fourLetters(code: number): string {
  return String.fromCharCode(code >>> 24, (code >>> 16) & 255, (code >>> 8) & 255, code & 255);
}
