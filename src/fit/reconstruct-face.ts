import type { FoundFace } from '../detect/find-faces.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { Reconstruction, ReconstructOptions } from './reconstruction.js';

/** Fits the head model to one detected face of a photo. */
export function reconstructFace(model: MorphableModel, image: Image, face: FoundFace, options: ReconstructOptions = {}): Reconstruction {
  void model; void image; void face; void options;
  throw new Error('not yet');
}
