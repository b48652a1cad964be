/**
 * Rogue: one photo of a face becomes a 3D head. This entry runs in browsers, where it is bundled into one
 * folder (`npm run build`); in Node the package resolves to `node.ts`.
 */
import { createRogue, type Rogue } from './fit/rogue.js';
import { checkAssets, checksumsFile, onceChecked, readChecksums } from './io/asset-checksums.js';
import { decodeInBrowser } from './io/browser-image.js';
import { hairAsset, rogueAssets } from './io/rogue-assets.js';
import type { Runtime } from './runtime/session.js';
import { webRuntime, type WebRuntimeOptions } from './runtime/web.js';

export * from './library.js';
export {
  decodeInBrowser,
  encodeImage,
  encodeJpeg,
  encodePng,
  imageDataOf,
  pixelsOf,
  type BrowserPhoto,
} from './io/browser-image.js';
export { webRuntime, type WebRuntimeOptions } from './runtime/web.js';

export interface LoadRogueOptions {
  /**
   * Where the folder `assets` of this package is served, such as `/rogue-assets/`. Default: where the package
   * has it, which holds as long as no bundler moves this module.
   */
  readonly assets?: string | URL;
  /** Default: ONNX Runtime Web with `web`. */
  readonly runtime?: Runtime;
  readonly web?: WebRuntimeOptions;
  /**
   * Called while the files arrive.
   * @param loaded bytes so far
   * @param total bytes of all files, as far as the server says
   */
  readonly onProgress?: (loaded: number, total: number) => void;
}

/**
 * Fetches the head model and the networks and makes them ready.
 *
 * @example
 * const rogue = await loadRogue({ assets: '/rogue-assets/' });
 * const [face] = await rogue.reconstruct(fileInput.files[0]);
 * @throws Error naming the asset that cannot be fetched, or is damaged
 */
export async function loadRogue({
  assets = besideThisModule(),
  runtime,
  web,
  onProgress,
}: LoadRogueOptions = {}): Promise<Rogue> {
  const base = absolute(String(assets).replace(/\/?$/, '/'));
  const fetchAsset = assetFetcher(base, onProgress);
  const names = Object.values(rogueAssets);
  const [sums, ...bytes] = await Promise.all([
    fetchAsset(checksumsFile).then(readChecksums),
    ...names.map((name) => fetchAsset(name)),
  ]);
  const files = Object.fromEntries(names.map((name, k) => [name, bytes[k]!])) as Record<
    (typeof names)[number],
    Uint8Array
  >;
  return onceChecked(
    checkAssets(sums, files),
    createRogue({
      runtime: runtime ?? webRuntime({ wasmPaths: `${base}onnxruntime/`, ...web }),
      modelBytes: files[rogueAssets.model],
      detectorBytes: files[rogueAssets.detector],
      landmarksBytes: files[rogueAssets.landmarks],
      regressorBytes: files[rogueAssets.regressor],
      parserBytes: files[rogueAssets.parser],
      identity: { recogniser: files[rogueAssets.recognition], identity: files[rogueAssets.identity] },
      fetchHair: async () => {
        const hair = await fetchAsset(hairAsset);
        await checkAssets(sums, { [hairAsset]: hair });
        return hair;
      },
      decode: decodeInBrowser,
    }),
    (rogue) => rogue.release(),
  );
}

/** The page's idea of a relative address: ONNX Runtime would take its own. */
function absolute(address: string): string {
  const from = globalThis.document?.baseURI ?? globalThis.location?.href;
  return URL.canParse(address, from) ? new URL(address, from).href : address;
}

const remedy =
  'serve the package\'s "assets" folder and pass its address, as loadRogue({ assets: "/rogue-assets/" })';

/** The assets of a package whose files are served as they are. */
function besideThisModule(): string {
  // Cut from text, so that bundlers do not take the folder for a module.
  const here = import.meta.url;
  if (!/^https?:/.test(here)) throw new Error(`loadRogue: no address of the assets; ${remedy}.`);
  return `${here.split('/').slice(0, -3).join('/')}/assets/`;
}

/** Fetches files of the assets folder and reports the bytes of all of them together. */
function assetFetcher(
  base: string,
  onProgress: LoadRogueOptions['onProgress'],
): (file: string) => Promise<Uint8Array> {
  let loaded = 0;
  let total = 0;
  return async (file) => {
    const url = base + file;
    const response = await fetch(url).catch((error: unknown) => {
      throw new Error(`loadRogue: cannot fetch ${url}; ${remedy}.`, { cause: error });
    });
    if (!response.ok) throw new Error(`loadRogue: ${url} answered ${response.status}; ${remedy}.`);
    // Many servers answer what they do not have with the page itself.
    if (response.headers.get('content-type')?.startsWith('text/html'))
      throw new Error(`loadRogue: ${url} is a page, not a file of the assets; ${remedy}.`);
    if (!onProgress || !response.body) return new Uint8Array(await response.arrayBuffer());
    total += Number(response.headers.get('content-length') ?? 0);
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          onProgress((loaded += chunk.length), Math.max(total, loaded));
          controller.enqueue(chunk);
        },
      }),
    );
    return new Uint8Array(await new Response(counted).arrayBuffer());
  };
}
