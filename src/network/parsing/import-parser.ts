import { importLayers } from '../import-layers.js';
import { hairParameters, parserParameters, type ParserConfig } from './parser.js';

/**
 * The parameters of a network that `exportParser` wrote, as `importLayers` reads them; older ones say nothing
 * of hair.
 * @throws Error of one line when the file is no network of this configuration
 */
export function importParser(config: ParserConfig, file: Uint8Array): Record<string, Float32Array> {
  return importLayers(parserParameters(config), file, 'face parser', { optional: hairParameters(config) });
}
