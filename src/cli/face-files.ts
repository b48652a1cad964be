import { basename, extname } from 'node:path';
import type { ImageEncoder } from '../avatar/avatar-options.js';
import { avatarSceneOf } from '../avatar/avatar-scene-of.js';
import type { DecodedImage } from '../node/files/image-codec.js';
import { headSceneOf } from '../avatar/head-scene-of.js';
import { usdzAvatar, vrmAvatar, type AvatarSettings } from '../avatar/presets.js';
import { vrmMetaDefaults, type VrmMeta } from '../avatar/vrm/vrm-meta.js';
import type { VrmVersion } from '../avatar/vrm/vrm-versions.js';
import { writeVrm } from '../avatar/vrm/write-vrm.js';
import type { Reconstruction, TextureSource } from '../fit/reconstruction.js';
import { resultOf, type Result } from '../fit/result.js';
import { writeGlb } from '../io/gltf/write-glb.js';
import { writeObj } from '../io/obj.js';
import { writeUsdz } from '../io/usd/write-usdz.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { Format } from './face-formats.js';
import type { FaceFile } from './output-folder.js';
import type { OverlayDrawer } from './overlay-drawer.js';

export interface FaceFilesOptions {
  readonly formats: readonly Format[];
  readonly texture: TextureSource;
  readonly avatar: AvatarSettings;
  readonly vrm: VrmSettings;
  readonly encodeImage: ImageEncoder;
  /** Default: in this thread. */
  readonly overlays?: Pick<OverlayDrawer, 'draw'> | undefined;
}

/** What `head.vrm` says of itself beside what it shows; by default its name is the photo's. */
export interface VrmSettings extends Partial<VrmMeta> {
  readonly version: VrmVersion;
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
  const [overlays, heads, vrms, usds, textures] = await Promise.all([
    // First, as another thread may draw it.
    wanted('png') ? overlayFile(model, photo.decoded.image, reconstruction, options) : [],
    headFiles(model, reconstruction, options, wanted),
    wanted('vrm') ? [await vrmFile(model, photo, reconstruction, options)] : [],
    wanted('usdz') ? [await usdzFile(model, reconstruction, options)] : [],
    wanted('png') ? textureFiles(reconstruction, options) : [],
  ]);
  const pictures = [...overlays, ...textures];
  const json: FaceFile[] = wanted('json')
    ? [{ name: 'result.json', content: `${JSON.stringify(result, null, 1)}\n` }]
    : [];
  return { files: [...heads, ...vrms, ...usds, ...pictures, ...json], result };
}

async function headFiles(
  model: MorphableModel,
  reconstruction: Reconstruction,
  { texture, avatar, encodeImage }: FaceFilesOptions,
  wanted: (format: Format) => boolean,
): Promise<FaceFile[]> {
  const files: FaceFile[] = [];
  if (wanted('glb')) {
    const scene = await avatarSceneOf(model, reconstruction, encodeImage, { ...avatar, texture });
    files.push({ name: 'head.glb', content: await writeGlb(scene, avatar) });
  }
  if (wanted('obj')) {
    const encodePng = (image: Image): Promise<Uint8Array> => encodeImage(image, 'png');
    const { obj, mtl, textures } = writeObj(await headSceneOf(model, reconstruction, { texture, encodePng }));
    files.push({ name: 'head.obj', content: obj }, { name: 'head.mtl', content: mtl });
    files.push(...textures.map(({ fileName, data }) => ({ name: fileName, content: data })));
  }
  return files;
}

async function vrmFile(
  model: MorphableModel,
  photo: FacePhoto,
  reconstruction: Reconstruction,
  { texture, avatar, vrm, encodeImage }: FaceFilesOptions,
): Promise<FaceFile> {
  const { version, ...meta } = vrm;
  const settings = { ...avatar, ...vrmAvatar, textureFormat: withoutWebp(avatar), texture };
  const scene = await avatarSceneOf(model, reconstruction, encodeImage, settings);
  const name = meta.name ?? basename(photo.path, extname(photo.path));
  const content = await writeVrm(scene, { ...vrmMetaDefaults, ...meta, name }, version, settings);
  return { name: 'head.vrm', content };
}

async function usdzFile(
  model: MorphableModel,
  reconstruction: Reconstruction,
  { texture, avatar, encodeImage }: FaceFilesOptions,
): Promise<FaceFile> {
  const settings = { ...avatar, ...usdzAvatar, textureFormat: withoutWebp(avatar), texture };
  const scene = await avatarSceneOf(model, reconstruction, encodeImage, settings);
  return { name: 'head.usdz', content: writeUsdz(scene) };
}

/** Neither VRM nor USD has WebP. */
const withoutWebp = ({ textureFormat }: AvatarSettings): 'jpeg' | 'png' =>
  textureFormat === 'webp' ? 'jpeg' : textureFormat;

async function overlayFile(
  model: MorphableModel,
  image: Image,
  reconstruction: Reconstruction,
  { texture, overlays, encodeImage }: FaceFilesOptions,
): Promise<FaceFile[]> {
  const draw = async (): Promise<Uint8Array> => {
    if (overlays) return overlays.draw({ image, reconstruction, texture });
    const { drawOverlay } = await import('../fit/pictures/overlay.js');
    return encodeImage(drawOverlay(model, image, reconstruction, { texture }), 'png');
  };
  return [{ name: 'overlay.png', content: await draw() }];
}

/** For one's own lamps: the skin texture that head.obj holds carries the photo's light. */
async function textureFiles(
  { textures }: Reconstruction,
  { texture, encodeImage }: FaceFilesOptions,
): Promise<FaceFile[]> {
  if (texture !== 'photo' || !textures) return [];
  return [
    { name: 'skin-delit.png', content: await encodeImage(textures.albedo, 'png') },
    { name: 'skin-sources.png', content: await encodeImage(textures.sources, 'png') },
  ];
}
