import type { Normalisation } from '../detect/crop.js';

/** How bytes become the recognition network's input. */
export const recognitionNormalisation: Normalisation = { gain: 1 / 128, offset: -127.5 / 128 };

/** Numbers of an embedding of the network that ships. */
export const embeddingSize = 192;
