import type { DecodedImage } from '../node/files/image-codec.js';
import { headSceneOf } from '../fit/head-scene-of.js';
import type { Reconstruction, TextureSource } from '../fit/reconstruction.js';
import { resultOf, type Result } from '../fit/result.js';
import { writeGlb } from '../io/gltf.js';
import { writeObj } from '../io/obj.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { FaceFile } from './output-folder.js';

export const formats = ['glb', 'obj', 'png', 'json'] as const;
export type Format = (typeof formats)[number];

export interface FaceFilesOptions {
  readonly formats: readonly Format[];
  readonly texture: TextureSource;
  /** Whether head.glb tells how surely the photo shows each vertex. */
  readonly seen?: boolean;
  readonly encodePng: (image: Image) => Promise<Uint8Array>;
}

/** The photo that a face comes from. */
export interface FacePhoto {
  readonly path: string;
  readonly decoded: DecodedImage;
}

/** The files of one face and the result that `result.json` holds. */
export async function faceFiles(
  model: MorphableModel,
  photo: FacePhoto,
  reconstruction: Reconstruction,
  options: FaceFilesOptions,
): Promise<{ readonly files: readonly FaceFile[]; readonly result: Result }> {
  const wanted = (format: Format) => options.formats.includes(format);
  const { scale, originalWidth, originalHeight } = photo.decoded;
  const result = resultOf(model, reconstruction, {
    file: photo.path,
    scale,
    originalWidth,
    originalHeight,
    node: process.versions.node,
  });
  const [heads, pictures] = await Promise.all([
    wanted('glb') || wanted('obj') ? headFiles(model, reconstruction, options, wanted) : [],
    wanted('png') ? pictureFiles(model, photo.decoded.image, reconstruction, options) : [],
  ]);
  const json: FaceFile[] = wanted('json')
    ? [{ name: 'result.json', content: `${JSON.stringify(result, null, 1)}\n` }]
    : [];
  return { files: [...heads, ...pictures, ...json], result };
}

async function headFiles(
  model: MorphableModel,
  reconstruction: Reconstruction,
  { texture, seen = false, encodePng }: FaceFilesOptions,
  wanted: (format: Format) => boolean,
): Promise<FaceFile[]> {
  const scene = await headSceneOf(model, reconstruction, { texture, seen, encodePng });
  const files: FaceFile[] = [];
  if (wanted('glb')) files.push({ name: 'head.glb', content: await writeGlb(scene) });
  if (wanted('obj')) {
    const { obj, mtl, textures } = writeObj(scene);
    files.push({ name: 'head.obj', content: obj }, { name: 'head.mtl', content: mtl });
    files.push(...textures.map(({ fileName, png }) => ({ name: fileName, content: png })));
  }
  return files;
}

async function pictureFiles(
  model: MorphableModel,
  image: Image,
  reconstruction: Reconstruction,
  options: FaceFilesOptions,
): Promise<FaceFile[]> {
  const { drawOverlay } = await import('../fit/pictures/overlay.js');
  const overlay = drawOverlay(model, image, reconstruction, { texture: options.texture });
  const files: FaceFile[] = [{ name: 'overlay.png', content: await options.encodePng(overlay) }];
  // For one's own lamps: the skin texture that head.glb and head.obj hold carries the photo's light.
  const textures = options.texture === 'photo' ? reconstruction.textures : undefined;
  if (textures)
    files.push(
      { name: 'skin-delit.png', content: await options.encodePng(textures.albedo) },
      { name: 'skin-sources.png', content: await options.encodePng(textures.sources) },
    );
  return files;
}
