import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { defineConfig, type Plugin } from 'vite';
import { copyOnnxRuntime } from '../tools/bundling/copy-onnxruntime.js';
import { licencesOfPackages, rememberPackages } from '../tools/bundling/licences.js';
import {
  contentSecurityPolicy,
  modelFiles,
  runtimeFiles,
  runtimeFolder,
  studioHeaders,
} from '../src/node/studio/studio-site.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const assets = path('../assets');
const runtime = runtimeFolder();
await copyOnnxRuntime();

/** What the service worker keeps. */
export interface BuiltFiles {
  readonly version: string;
  readonly files: readonly string[];
  readonly policy: string;
}

/**
 * Serves head model, networks and runtime to the development page, as `rogue studio` does; puts the list of
 * files into the build.
 */
function site(): Plugin {
  return {
    name: 'rogue-studio-site',
    configureServer(server) {
      for (const [address, folder] of [
        ['/model', assets],
        ['/ort', runtime],
      ] as const)
        server.middlewares.use(address, sirv(folder, { dev: true, setHeaders: isolate }));
    },
    generateBundle(_, bundle) {
      this.emitFile({ type: 'asset', fileName: 'licences.md', source: licencesOfPackages() });
      const built = Object.keys(bundle).filter(
        (name) => name !== 'service-worker.js' && !name.endsWith('.map') && !isRarelyNeeded(name),
      );
      const publicFiles = readdirSync(path('public'), { recursive: true })
        .map(String)
        .filter((name) => name.includes('.'));
      const files = [
        './',
        ...built.filter((name) => name !== 'index.html'),
        ...publicFiles,
        ...runtimeFiles.slice(0, 2).map((name) => `ort/${name}`),
        ...modelFiles.map((name) => `model/${name}`),
      ];
      const hash = createHash('sha256')
        .update(built.join())
        .update(readFileSync(path('index.html')));
      for (const name of modelFiles)
        if (existsSync(`${assets}/${name}`)) hash.update(readFileSync(`${assets}/${name}`));
      const worker = bundle['service-worker.js'];
      if (worker?.type !== 'chunk') throw new Error('The build has no service worker.');
      const facts: BuiltFiles = {
        version: hash.digest('hex').slice(0, 12),
        files,
        policy: contentSecurityPolicy,
      };
      worker.code = `const BUILT_FILES = ${JSON.stringify(facts)};\n${worker.code}`;
    },
  };
}

/** The decoder of HEIC is 2 MB that few visits need; the service worker keeps it once it was fetched. */
const isRarelyNeeded = (name: string): boolean => name.includes('libheif');

function isolate(response: { setHeader(name: string, value: string): unknown }): void {
  for (const [name, value] of Object.entries(studioHeaders))
    if (name !== 'Content-Security-Policy') response.setHeader(name, value);
}

export default defineConfig({
  root: path('.'),
  base: './',
  plugins: [rememberPackages(), site()],
  resolve: {
    alias: [
      { find: /^rogue-face$/, replacement: path('../src/index.ts') },
      { find: /^rogue-face\/data$/, replacement: path('../src/data/index.ts') },
    ],
    // ONNX Runtime's own files beside the page: its threads load them, and must not load our worker instead.
    conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
  worker: { format: 'es', plugins: () => [rememberPackages()] },
  build: {
    outDir: path('../dist/studio'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { index: path('index.html'), 'service-worker': path('sw/service-worker.ts') },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
