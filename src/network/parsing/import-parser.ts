import { importLayers } from '../import-layers.js';
import { hairWordParameters } from './hair-words.js';
import { parserParameters, type ParserConfig } from './parser.js';

/**
 * The parameters of a network that `exportParser` wrote, as `importLayers` reads them, with what it tells of
 * hair, if it does.
 * @throws Error of one line when the file is no network of this configuration
 */
export function importParser(config: ParserConfig, file: Uint8Array): Record<string, Float32Array> {
  const words = hairWordParameters(config);
  return importLayers({ ...parserParameters(config), ...words }, file, 'face parser', { optional: words });
}
