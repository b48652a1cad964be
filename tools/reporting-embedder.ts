import type { Normalisation } from '../src/detect/crop.js';

/**
 * Embeds faces for reports only: it is not part of the package, and no training sees it
 * (docs/dependencies.md).
 */
export const reportingEmbedder = {
  name: 'faceplugin-face-recognition-js',
  version: '0.0.1',
  integrity:
    'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
  file: 'model/fr_feature.onnx',
  /** Of bytes, for 3×112×112 aligned faces. */
  normalisation: { gain: 1 / 128, offset: -127 / 128 } as Normalisation,
};
