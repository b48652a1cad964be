import { pathToFileURL } from 'node:url';
import { createRogue, type EncodedPhoto, type Rogue } from '../fit/rogue.js';
import { nodeRuntime, type NodeRuntimeOptions } from '../runtime/node.js';
import type { Runtime } from '../runtime/session.js';
import { assetFiles, assetsFolder, readAsset } from './files/assets.js';
import { decodeImage } from './files/image-codec.js';
import { readOwnNetwork } from './files/own-network.js';

export interface LoadRogueOptions {
  /** Folder with the head model and the networks. Default: the package's own `assets`. */
  readonly assets?: string | URL;
  /** A head regressor of one's own, written by `rogue export`. Default: the one that ships. */
  readonly regressor?: string | URL;
  /** Default: ONNX Runtime on the CPU with `node`. */
  readonly runtime?: Runtime;
  readonly node?: NodeRuntimeOptions;
}

/**
 * Reads the head model and the networks that ship with the package and makes them ready.
 *
 * @example
 * const rogue = await loadRogue();
 * const [face] = await rogue.reconstruct('photo.jpg');
 * @throws AssetError naming the file that is missing, or a regressor that is none
 */
export async function loadRogue({
  assets = assetsFolder,
  regressor,
  runtime,
  node,
}: LoadRogueOptions = {}): Promise<Rogue> {
  const folder = folderUrl(assets);
  const [modelBytes, detectorBytes, landmarksBytes, regressorBytes, parserBytes] = await Promise.all([
    readAsset(assetFiles.model, folder),
    readAsset(assetFiles.detector, folder),
    readAsset(assetFiles.landmarks, folder),
    regressor === undefined ? readAsset(assetFiles.regressor, folder) : readOwnNetwork(regressor),
    readAsset(assetFiles.parser, folder),
  ]);
  return createRogue({
    runtime: runtime ?? nodeRuntime(node),
    modelBytes,
    detectorBytes,
    landmarksBytes,
    regressorBytes,
    parserBytes,
    decode,
  });
}

function folderUrl(folder: string | URL): URL {
  const url =
    folder instanceof URL ? folder.href : /^file:/.test(folder) ? folder : pathToFileURL(folder).href;
  return new URL(url.replace(/\/?$/, '/'));
}

async function decode(source: EncodedPhoto) {
  return decodeImage(source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source);
}
