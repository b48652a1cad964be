import { importLayers } from '../import-layers.js';
import { embeddingSize } from '../recognition.js';
import { identityParameters } from './identity.js';

/** As a layer of one output is stored. */
const TONE = [embeddingSize, 1].join();

/**
 * The parameters of a network that `exportIdentity` wrote, as `importLayers` reads them, without its tone,
 * which is fitted anew to each.
 * @param albedo coefficients of the model
 * @throws Error of one line when the file is no network of this kind
 */
export function importIdentity(albedo: number, file: Uint8Array): Record<string, Float32Array> {
  return importLayers(identityParameters(albedo), file, 'identity network', { others: new Set([TONE]) });
}
