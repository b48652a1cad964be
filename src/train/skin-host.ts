import { cropFocal } from '../network/crop-camera.js';
import {
  createSkinPixels,
  createSkinRasterizer,
  type SkinPixels,
  type SkinRasterizer,
} from '../render/skin-pixels.js';
import type { SkinSurface } from '../render/skin-surface.js';
import { spec, type TensorSpec } from '../graph/trace.js';
import type { HostTensor } from '../runtime/session.js';

/** Pixels of pictures and the room for visible skin in them. */
export interface SkinPicture {
  /** Width and height, pixels. */
  readonly size: number;
  /** Most pixels of a face that are compared. */
  readonly capacity: number;
}

/** An ordinary crop shows some 5,600 pixels of a face at this size. */
export const skinPictureDefaults: SkinPicture = { size: 112, capacity: 8192 };

/** Specs of the inputs `pixels.…` that a step with a `SkinRenderer` has. */
export function skinPixelSpecs(
  batch: number,
  { size, capacity }: SkinPicture,
): Record<keyof SkinPixels, TensorSpec> {
  return {
    triangle: spec([batch, capacity], 'int32'),
    place: spec([batch, capacity], 'int32'),
    weight: spec([batch, capacity]),
    detail: spec([batch, capacity, 3]),
    slot: spec([batch, size * size], 'int32'),
  };
}

/**
 * The host's part of a step with a `SkinRenderer`: rasterises the skins of a batch in the crops' camera.
 * @returns a function from vertices `[N, V, 3]`, mm, to the inputs `<prefix>triangle` and so on, in arrays
 *   that the next call reuses
 */
export function skinPixelsOf(
  surface: SkinSurface,
  { size, capacity }: SkinPicture,
  prefix = 'pixels.',
): (vertices: HostTensor) => Record<string, HostTensor> {
  const rasterizer: SkinRasterizer = createSkinRasterizer(surface, size, capacity, {
    focal: (cropFocal * size) / 2,
    cx: size / 2,
    cy: size / 2,
  });
  let pixels = createSkinPixels(0, capacity, size);
  return ({ dims: [batch, count], data }) => {
    if (count !== surface.vertexCount || !(data instanceof Float32Array)) {
      throw new Error(
        `skinPixelsOf: expected float32 vertices [N, ${surface.vertexCount}, 3], received [${batch}, ${count}, …].`,
      );
    }
    if (pixels.place.length !== batch! * capacity) pixels = createSkinPixels(batch!, capacity, size);
    for (let face = 0; face < batch!; face++)
      rasterizer.draw(data.subarray(face * 3 * count, (face + 1) * 3 * count), pixels, face);
    const dims = [batch!, capacity];
    return {
      [`${prefix}triangle`]: { dims, data: pixels.triangle },
      [`${prefix}place`]: { dims, data: pixels.place },
      [`${prefix}weight`]: { dims, data: pixels.weight },
      [`${prefix}detail`]: { dims: [...dims, 3], data: pixels.detail },
      [`${prefix}slot`]: { dims: [batch!, size * size], data: pixels.slot },
    };
  };
}
