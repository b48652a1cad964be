/**
 * Rogue: one photo of a face becomes a 3D head. This entry runs in browsers; in Node the package resolves to
 * `node.ts`, which adds files.
 */
import { createRogue, type Rogue } from './fit/rogue.js';
import { decodeInBrowser } from './io/browser-image.js';
import type { Runtime } from './runtime/session.js';
import { webRuntime, type WebRuntimeOptions } from './runtime/web.js';

export { createRogue, Rogue } from './fit/rogue.js';
export type {
  DecodedPhoto,
  EncodedPhoto,
  Photo,
  PhotoDecoder,
  ReconstructPhotoOptions,
  RogueParts,
  Stage,
} from './fit/rogue.js';
export type {
  HeadTextures,
  Reconstruction,
  ReconstructMethod,
  ReconstructOptions,
  TextureSource,
} from './fit/reconstruction.js';
export { drawOverlay } from './fit/pictures/overlay.js';
export { headSceneOf, headSurfaces, type HeadSceneOptions, type HeadSurface } from './fit/head-scene-of.js';
export type { FaceTracking, TrackedHead, TrackOptions } from './fit/face-tracker.js';
export { resultOf, resultSchema, type Result, type ResultContext } from './fit/result.js';
export { version } from './fit/version.js';
export type { FindFacesOptions, FoundFace, GivenBox } from './detect/find-faces.js';
export type { LikelyFace, NoFaceCause } from './detect/no-face-cause.js';
export type { Camera } from './math/camera.js';
export { createImage, type Image } from './math/image.js';
export {
  decodeInBrowser,
  encodeJpeg,
  encodePng,
  imageDataOf,
  pixelsOf,
  type BrowserPhoto,
} from './io/browser-image.js';
export { writeGlb } from './io/gltf.js';
export { writeObj, type ObjFiles } from './io/obj.js';
export type { HeadMaterial, HeadMesh, HeadScene, MorphTarget } from './io/head-scene.js';
export { gather, splitSeams, type SplitMesh } from './io/split-seams.js';
export { vertexNormals } from './render/normals.js';
export { arkitNames, morphTargetName } from './model/arkit-names.js';
export { evaluateVertices, type Gaze, type HeadCoefficients } from './model/evaluate.js';
export type { MorphableModel } from './model/morphable-model.js';
export type { HostTensor, Runtime, Session } from './runtime/session.js';
export { webRuntime, type WebRuntimeOptions } from './runtime/web.js';

export interface LoadRogueOptions {
  /**
   * Where the folder `assets` of this package is served. Default: beside the folder of this module, which
   * holds as long as no bundler moves it.
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
 * @throws Error naming the asset that cannot be fetched
 */
export async function loadRogue({
  assets = new URL(/* @vite-ignore */ '../assets/', import.meta.url),
  runtime,
  web,
  onProgress,
}: LoadRogueOptions = {}): Promise<Rogue> {
  const base = String(assets).replace(/\/?$/, '/');
  const fetchAsset = assetFetcher(base, onProgress);
  const [modelBytes, detectorBytes, landmarksBytes, regressorBytes] = await Promise.all([
    fetchAsset('head-model.safetensors'),
    fetchAsset('networks/face-detector.onnx'),
    fetchAsset('networks/dense-landmarks.onnx'),
    fetchAsset('networks/head-regressor.onnx'),
  ]);
  return createRogue({
    runtime: runtime ?? webRuntime(web),
    modelBytes,
    detectorBytes,
    landmarksBytes,
    regressorBytes,
    decode: decodeInBrowser,
  });
}

/** Fetches files of the assets folder and reports the bytes of all of them together. */
function assetFetcher(
  base: string,
  onProgress: LoadRogueOptions['onProgress'],
): (file: string) => Promise<Uint8Array> {
  const remedy = 'serve the package\'s "assets" folder and pass its address as loadRogue({ assets })';
  let loaded = 0;
  let total = 0;
  return async (file) => {
    const url = base + file;
    const response = await fetch(url).catch((error: unknown) => {
      throw new Error(`loadRogue: cannot fetch ${url}; ${remedy}.`, { cause: error });
    });
    if (!response.ok) throw new Error(`loadRogue: ${url} answered ${response.status}; ${remedy}.`);
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
