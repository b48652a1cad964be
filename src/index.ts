/**
 * Rogue: one photo of a face becomes a 3D head. This entry runs in browsers; in Node the package resolves to `node.ts`,
 * which adds files.
 */
import { createRogue, type EncodedPhoto, type DecodedPhoto, type Rogue } from './fit/rogue.js';
import type { Runtime } from './runtime/session.js';
import type { WebRuntimeOptions } from './runtime/web.js';

export { createRogue, Rogue } from './fit/rogue.js';
export type { DecodedPhoto, EncodedPhoto, Photo, PhotoDecoder, ReconstructPhotoOptions, RogueParts } from './fit/rogue.js';
export type { HeadTextures, Reconstruction, ReconstructOptions, TextureSource } from './fit/reconstruction.js';
export { headSceneOf, type HeadSceneOptions } from './fit/head-scene-of.js';
export { resultOf, resultSchema, type Result, type ResultContext } from './fit/result.js';
export { version } from './fit/version.js';
export type { FindFacesOptions, FoundFace } from './detect/find-faces.js';
export type { Camera } from './math/camera.js';
export { createImage, type Image } from './math/image.js';
export { writeGlb } from './io/gltf.js';
export { writeObj, type ObjFiles } from './io/obj.js';
export type { HeadMaterial, HeadMesh, HeadScene, MorphTarget } from './io/head-scene.js';
export { arkitNames, morphTargetName } from './model/arkit-names.js';
export { evaluateVertices, type Gaze, type HeadCoefficients } from './model/evaluate.js';
export type { MorphableModel } from './model/morphable-model.js';
export type { HostTensor, Runtime, Session } from './runtime/session.js';
export { webRuntime, type WebRuntimeOptions } from './runtime/web.js';

export interface LoadRogueOptions {
  /**
   * Where the folder `assets` of this package is served. Default: beside the folder of this module, which holds as long as
   * no bundler moves it.
   */
  readonly assets?: string | URL;
  /** Default: ONNX Runtime Web with `web`. */
  readonly runtime?: Runtime;
  readonly web?: WebRuntimeOptions;
}

/**
 * Fetches the head model and the networks and makes them ready.
 *
 * @example
 * const rogue = await loadRogue({ assets: '/rogue-assets/' });
 * const [face] = await rogue.reconstruct(fileInput.files[0]);
 * @throws Error naming the asset that cannot be fetched
 */
export async function loadRogue({ assets = new URL('../assets/', import.meta.url), runtime, web }: LoadRogueOptions = {}): Promise<Rogue> {
  const base = String(assets).replace(/\/?$/, '/');
  const [modelBytes, detectorBytes, landmarksBytes, regressorBytes] = await Promise.all([
    fetchAsset(`${base}head-model.safetensors`),
    fetchAsset(`${base}networks/face-detector.onnx`),
    fetchAsset(`${base}networks/dense-landmarks.onnx`),
    fetchAsset(`${base}networks/head-regressor.onnx`),
  ]);
  const engine = runtime ?? (await import('./runtime/web.js')).webRuntime(web);
  return createRogue({ runtime: engine, modelBytes, detectorBytes, landmarksBytes, regressorBytes, decode: decodeInBrowser });
}

async function fetchAsset(url: string): Promise<Uint8Array> {
  const remedy = 'serve the package\'s "assets" folder and pass its address as loadRogue({ assets })';
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(`loadRogue: cannot fetch ${url}; ${remedy}.`, { cause: error });
  });
  if (!response.ok) throw new Error(`loadRogue: ${url} answered ${response.status}; ${remedy}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Decodes with what every browser has; orientation is applied, the camera's focal length stays unread. */
async function decodeInBrowser(source: EncodedPhoto): Promise<DecodedPhoto> {
  const blob = typeof source === 'string' ? await (await fetch(source)).blob()
    : source instanceof Uint8Array ? new Blob([Uint8Array.from(source)]) : source;
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('loadRogue: this browser gives no 2D canvas to decode pictures with; pass pixels instead.');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { image: { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data } };
}
