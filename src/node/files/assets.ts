import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { handFromTensors, type HandModel } from '../../data/occlusion/hand/hand-file.js';
import { peopleFromTensors, type People } from '../../data/synthetic/people-file.js';
import { checksumsFile, readChecksums, type AssetChecksums } from '../../io/asset-checksums.js';
import { hairAsset, rogueAssets } from '../../io/rogue-assets.js';
import { readSafetensors } from '../../io/safetensors.js';
import { modelFromTensors } from '../../model/model-file.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { packageFolder } from '../../runtime/package-folder.js';

/** A file that belongs to the package is missing or unreadable. */
export class AssetError extends Error {
  override readonly name = 'AssetError';
}

/** The package's `assets` folder. */
export const assetsFolder = new URL(`${packageFolder}assets/`);

/** The files that the package ships, relative to the assets folder. */
export const assetFiles = {
  ...rogueAssets,
  /** The detector's teacher: what it began with. */
  detectorTeacher: 'networks/blazeface.onnx',
  /** The dense landmarks' teacher: what they began with. */
  landmarksTeacher: 'networks/face-mesh.onnx',
  /** The recognition network's teacher: what it began with, and what judges likeness in training. */
  recognitionTeacher: 'networks/recognition.onnx',
  people: 'people.safetensors',
  hand: 'hand.safetensors',
  hair: hairAsset,
} as const;

/** Where an asset of the package lies. */
export const assetPath = (file: string, folder: URL = assetsFolder): string =>
  fileURLToPath(new URL(file, folder));

/**
 * Reads one asset.
 * @throws AssetError naming the file
 */
export async function readAsset(file: string, folder: URL = assetsFolder): Promise<Uint8Array> {
  const path = assetPath(file, folder);
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AssetError(`asset ${path} is not readable (${code}); install the package again`, {
      cause: error,
    });
  }
}

/** Checksums of a folder's files; a folder of one's own need not have any. */
export async function checksumsOf(folder: URL = assetsFolder): Promise<AssetChecksums> {
  const bytes = await readFile(assetPath(checksumsFile, folder)).catch(() => undefined);
  return bytes ? readChecksums(bytes) : {};
}

/** The head model that ships with the package. */
export async function loadModel(folder: URL = assetsFolder): Promise<MorphableModel> {
  return modelFromTensors(readSafetensors(await readAsset(assetFiles.model, folder)));
}

/** What synthetic people are made of, as shipped with the package. */
export async function loadPeople(folder: URL = assetsFolder): Promise<People> {
  const { tensors, metadata } = readSafetensors(await readAsset(assetFiles.people, folder));
  return peopleFromTensors(tensors, metadata);
}

/** The hand of the `reachocc` protocol, as shipped with the package. */
export async function loadHand(folder: URL = assetsFolder): Promise<HandModel> {
  const { tensors, metadata } = readSafetensors(await readAsset(assetFiles.hand, folder));
  return handFromTensors(tensors, metadata);
}
