import type { HeadMesh, HeadScene } from '../io/head-scene.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { Reconstruction, TextureSource } from '../fit/reconstruction.js';
import { irradiance } from '../math/spherical-harmonics.js';
import { neutralLightness } from '../model/hair-file.js';
import { linearOfByte } from '../render/color.js';
import { hairSurface, strandPicture } from './hair-mesh.js';
import { headSurfaces } from './head-surfaces.js';
import { extrasOf } from './scene-extras.js';

export interface HeadSceneOptions {
  /** Default `photo`; what the reconstruction does not hold is replaced by the next plainer one. */
  readonly texture?: TextureSource;
  /** Encodes textures; `encodePng` in Node. */
  readonly encodePng: (image: Image) => Promise<Uint8Array>;
  /** Also tells of each vertex of the skin how surely the photo shows it. Default false. */
  readonly seen?: boolean;
}

/**
 * A head as files hold it: the neutral face of the fitted identity, the expressions as morph targets with the
 * fitted weights, and the eyes turned about their centres.
 */
export async function headSceneOf(
  model: MorphableModel,
  reconstruction: Reconstruction,
  options: HeadSceneOptions,
): Promise<HeadScene> {
  const meshes: HeadMesh[] = [];
  const encoded = new Map<Image, Promise<Uint8Array>>();
  for (const { mesh, part, image, textureName: name } of headSurfaces(
    model,
    reconstruction,
    options.texture,
  )) {
    if (image && !encoded.has(image)) encoded.set(image, options.encodePng(image));
    const seen = options.seen && part === model.parts[0] ? reconstruction.visibility.vertices : undefined;
    meshes.push({
      ...mesh,
      ...(seen && { seen }),
      material: {
        ...mesh.material,
        ...(image && { texture: { name, data: await encoded.get(image)!, type: 'png' } }),
      },
    });
  }
  const hair = reconstruction.hair && hairSurface(reconstruction.hair);
  if (hair) {
    // Colours are baked: not all viewers of OBJ multiply.
    const lit = options.texture === 'photo' || options.texture === undefined;
    const image = strandPicture(reconstruction.hair.cards!, bakedColor(reconstruction, lit));
    const texture = { name: 'hair', data: await options.encodePng(image), type: 'png' } as const;
    meshes.push({ ...hair.mesh, material: { ...hair.mesh.material, baseColor: [1, 1, 1, 1], texture } });
  }
  return { meshes, extras: extrasOf(model, reconstruction) };
}

/** What strands of neutral lightness are multiplied with, in the photo's light or without it. */
function bakedColor({ hair, coefficients }: Reconstruction, lit: boolean): readonly [number, number, number] {
  const ahead = irradiance([0, 0, 1], coefficients.light, new Float64Array(3));
  const strand = linearOfByte[neutralLightness]!;
  return hair!.color!.map((value, k) => (value * (lit ? Math.max(0, ahead[k]!) : 1)) / strand) as [
    number,
    number,
    number,
  ];
}
