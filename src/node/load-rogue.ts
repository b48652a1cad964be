import { pathToFileURL } from 'node:url';
import { checkAssets, onceChecked } from '../io/asset-checksums.js';
import { createRogue, type EncodedPhoto, type Rogue } from '../fit/rogue.js';
import { nodeRuntime, type NodeRuntimeOptions } from '../runtime/node.js';
import type { Runtime } from '../runtime/session.js';
import { assetFiles, assetsFolder, checksumsOf, readAsset } from './files/assets.js';
import { decodeImage } from './files/image-codec.js';
import { readOwnNetwork } from './files/own-network.js';

export interface LoadRogueOptions {
  /** Folder with the head model and the networks. Default: the package's own `assets`. */
  readonly assets?: string | URL;
  /** A head regressor of one's own, written by `rogue export`. Default: the one that ships. */
  readonly regressor?: string | URL;
  /**
   * An identity network of one's own, whether there is one at all. Default: the one that ships, beside the
   * regressor that ships.
   */
  readonly identity?: string | URL | boolean;
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
 * @throws AssetError naming the file that is missing; Error naming one that is damaged, or a regressor that
 *   is none
 */
export async function loadRogue({
  assets = assetsFolder,
  regressor,
  identity,
  runtime,
  node,
}: LoadRogueOptions = {}): Promise<Rogue> {
  const folder = folderUrl(assets);
  const own = identity ?? regressor === undefined;
  const shipped = [
    assetFiles.model,
    assetFiles.detector,
    assetFiles.landmarks,
    assetFiles.parser,
    ...(regressor === undefined ? [assetFiles.regressor] : []),
    ...(own === false ? [] : [assetFiles.recognition]),
    ...(own === true ? [assetFiles.identity] : []),
  ];
  const [sums, ownRegressor, ownIdentity, ...bytes] = await Promise.all([
    checksumsOf(folder),
    regressor === undefined ? undefined : readOwnNetwork(regressor),
    typeof own === 'boolean' ? undefined : readOwnNetwork(own),
    ...shipped.map((file) => readAsset(file, folder)),
  ]);
  const files = Object.fromEntries(shipped.map((file, k) => [file, bytes[k]!]));
  const layers = ownIdentity ?? files[assetFiles.identity];
  return onceChecked(
    checkAssets(sums, files),
    createRogue({
      runtime: runtime ?? nodeRuntime(node),
      modelBytes: files[assetFiles.model]!,
      detectorBytes: files[assetFiles.detector]!,
      landmarksBytes: files[assetFiles.landmarks]!,
      regressorBytes: ownRegressor ?? files[assetFiles.regressor]!,
      parserBytes: files[assetFiles.parser]!,
      ...(layers && { identity: { recogniser: files[assetFiles.recognition]!, identity: layers } }),
      fetchHair: async () => {
        const hair = await readAsset(assetFiles.hair, folder);
        await checkAssets(sums, { [assetFiles.hair]: hair });
        return hair;
      },
      decode,
    }),
    (rogue) => rogue.release(),
  );
}

function folderUrl(folder: string | URL): URL {
  const url =
    folder instanceof URL ? folder.href : /^file:/.test(folder) ? folder : pathToFileURL(folder).href;
  return new URL(url.replace(/\/?$/, '/'));
}

async function decode(source: EncodedPhoto) {
  return decodeImage(source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source);
}
