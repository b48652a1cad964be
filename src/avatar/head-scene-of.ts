import type { HeadMesh, HeadScene } from '../io/head-scene.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { Reconstruction, TextureSource } from '../fit/reconstruction.js';
import { coloredStrands, hairSurface } from './hair-mesh.js';
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
  const hair = hairSurface(model, reconstruction);
  if (hair) {
    const { baseColor = [1, 1, 1, 1], photoBaseColor = baseColor, ...material } = hair.mesh.material;
    const lit = options.texture === undefined || options.texture === 'photo';
    const data = await options.encodePng(coloredStrands(hair.image, lit ? photoBaseColor : baseColor));
    meshes.push({ ...hair.mesh, material: { ...material, texture: { name: 'hair', data, type: 'png' } } });
  }
  return { meshes, extras: extrasOf(model, reconstruction) };
}
