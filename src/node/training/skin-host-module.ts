import { skinSurface } from '../../render/skin-surface.js';
import { skinPictureDefaults, skinPixelsOf } from '../../train/skin-host.js';
import type { HostFunction } from '../../train/step-graph.js';
import { loadModel } from '../files/assets.js';

let rasterizer: Promise<ReturnType<typeof skinPixelsOf>> | undefined;

/**
 * The host function of steps that draw the shipped head's skin, for `HostModule`: from the forward graph's
 * `vertices`, `[N, V, 3]` mm, to the inputs `pixels.…` of `skinPixelSpecs(N, skinPictureDefaults)`.
 * @throws AssetError, or an Error of one line about the vertices
 */
export const rasterizeSkin: HostFunction = async (outputs) => {
  rasterizer ??= loadModel().then((model) => skinPixelsOf(skinSurface(model), skinPictureDefaults));
  const { vertices } = outputs;
  if (!vertices)
    throw new Error(
      `rasterizeSkin: expected an output "vertices" of the forward graph, received ${Object.keys(outputs).join(', ')}; name it in the boundary of splitAt.`,
    );
  return (await rasterizer)(vertices);
};
