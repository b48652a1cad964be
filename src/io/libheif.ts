import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js';

/**
 * libheif's C functions as its WebAssembly build exports them: pointers are byte positions in `HEAPU8`, and
 * what returns a `heif_error` in C writes it to its first argument. `HEAPU8` is another array after every
 * call that allocates.
 */
export type LibHeif = MainModule & { readonly HEAPU8: Uint8Array };

/** A new instance of libheif; its 2 MB are loaded at the first call. */
export async function openLibHeif(): Promise<LibHeif> {
  const { default: instantiate } = await import('libheif-js/libheif-wasm/libheif-bundle.mjs');
  return instantiate() as LibHeif;
}
