import { avatarSceneOf } from '../../src/avatar/avatar-scene-of.js';
import type { AvatarOptions } from '../../src/avatar/avatar-options.js';
import type { HeadScene } from '../../src/io/head-scene.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { encodeImage } from '../../src/node/files/image-codec.js';
import { exampleReconstruction } from '../fit/example-reconstruction.js';

/** The avatar of a head that nobody fitted. */
export function exampleAvatar(
  model: MorphableModel,
  options: Partial<AvatarOptions> = {},
): Promise<HeadScene> {
  return avatarSceneOf(model, exampleReconstruction(model), encodeImage, options);
}
