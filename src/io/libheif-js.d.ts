/** The ES module of libheif-js, for which the package has no types of its own. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js';
  export default function instantiate(): MainModule;
}
