/**
 * A WebAssembly module of `tools/build-kernels`.
 * @param bytes in base64
 * @throws Error on an engine without WebAssembly SIMD (Node and browsers have it since 2021, Safari since
 *   2023)
 */
export const kernelModule = (bytes: string): WebAssembly.Module =>
  new WebAssembly.Module(Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)));
