/**
 * Bundles the browser entries with what they are made of into dist/browser: pages then need no bundler, and
 * bundlers find neither Node's modules (@gltf-transform/core names some) nor files to resolve.
 *
 *     npx vite build -c tools/bundling/browser.vite.config.ts
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { licencesOfPackages, rememberPackages } from './licences.js';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/**
 * ONNX Runtime asks where its own file lies, which bundlers take for a file to copy. Nothing comes from
 * there: its WebAssembly is among the assets, and `webRuntime` says where.
 */
function withoutOwnAddress(): Plugin {
  return {
    name: 'without-own-address',
    transform(code, id) {
      if (!id.includes('/onnxruntime-web/')) return null;
      return { code: code.replaceAll('import.meta.url', "(globalThis.location?.href ?? '')"), map: null };
    },
  };
}

/** What the packages ask to be kept with their code. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle: {
      order: 'post',
      handler() {
        this.emitFile({ type: 'asset', fileName: 'licences.md', source: licencesOfPackages() });
      },
    },
  };
}

export default defineConfig({
  root: path('.'),
  publicDir: false,
  logLevel: 'error',
  plugins: [withoutOwnAddress(), rememberPackages(), licences()],
  resolve: {
    // ONNX Runtime's own files come from the assets: its threads load them, and must not load our code
    // instead.
    conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'import'],
  },
  build: {
    outDir: path('dist/browser'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    sourcemap: false,
    modulePreload: false,
    lib: {
      entry: { index: path('src/index.ts'), data: path('src/data/index.ts') },
      formats: ['es'],
    },
    rolldownOptions: {
      output: { chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
