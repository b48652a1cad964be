import { checksumsFile } from '../../io/asset-checksums.js';
import { hairAsset, rogueAssets } from '../../io/rogue-assets.js';
import { assetFiles, assetPath } from '../files/assets.js';

/** The studio's page as a site: what it is made of, and the headers that it is served with. */

/** Files of the package's assets that the page fetches, served as `model/…`. */
export const modelFiles = [...Object.values(rogueAssets), hairAsset, assetFiles.hand, checksumsFile] as const;

/**
 * ONNX Runtime's files for pages, served as `ort/…`: the plain build, and the one with WebGPU, which is
 * fetched where there is a graphics processor.
 */
export const runtimeFiles = [
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
] as const;

/** Where they lie: `npm run build` copies them. */
export const runtimeFolder = (): string => assetPath('onnxruntime');

/** Nothing of another origin; no code but the page's own files and WebAssembly. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page is isolated from other origins, without which browsers give WebAssembly no threads. */
export const studioHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': contentSecurityPolicy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;
