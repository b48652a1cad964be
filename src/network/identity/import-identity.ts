import { spec } from '../../graph/trace.js';
import { importLayers } from '../import-layers.js';
import { embeddingSize } from '../recognition-view.js';
import { faceHairParameters } from './face-hair.js';
import { identityParameters } from './identity.js';

/** Layers beside the identity's: a tone, as a layer of one output is stored, and words of hair. */
const told = {
  tone: { weight: spec([embeddingSize, 1]), bias: spec([1]) },
  ...faceHairParameters,
};

/**
 * The parameters of a network that `exportIdentity` wrote, as `importLayers` reads them, without those of
 * {@link importTold}, which are fitted anew to each.
 * @param albedo coefficients of the model
 * @throws Error of one line when the file is no network of this kind
 */
export function importIdentity(albedo: number, file: Uint8Array): Record<string, Float32Array> {
  return layersOf(albedo, file, false);
}

/** What a network that `exportIdentity` wrote tells beside an albedo: parameters of the tone and of hair. */
export function importTold(albedo: number, file: Uint8Array): Record<string, Float32Array> {
  return layersOf(albedo, file, true);
}

function layersOf(albedo: number, file: Uint8Array, wanted: boolean): Record<string, Float32Array> {
  const specs = { ...identityParameters(albedo), ...told };
  const all = importLayers(specs, file, 'identity network', { optional: told });
  const isTold = (path: string): boolean => Object.keys(told).some((name) => path.startsWith(`${name}.`));
  return Object.fromEntries(Object.entries(all).filter(([path]) => isTold(path) === wanted));
}
