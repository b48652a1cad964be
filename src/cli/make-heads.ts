import type { ImageEncoder } from '../avatar/avatar-options.js';
import { avatarSettings, type AvatarSettings } from '../avatar/presets.js';
import type { FindFacesOptions, GivenBox } from '../detect/find-faces.js';
import type { NoFaceCause } from '../detect/no-face-cause.js';
import type { HairChoice, Reconstruction, ReconstructMethod, TextureSource } from '../fit/reconstruction.js';
import type { Result } from '../fit/result.js';
import type { ReconstructPhotoOptions } from '../fit/rogue.js';
import type { Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { encodeImage, type DecodedImage } from '../node/files/image-codec.js';
import { faceFiles, type FaceFilesOptions, type VrmSettings } from './face-files.js';
import type { Format } from './face-formats.js';
import { noFaceMessage } from './no-face.js';
import type { FaceFile } from './output-folder.js';
import type { OverlayDrawer } from './overlay-drawer.js';

/** What decides which heads come of a photo, and as which files. */
export interface HeadSettings {
  readonly format: readonly Format[];
  readonly texture: TextureSource;
  /** Default: a GLB that opens everywhere. */
  readonly avatar?: AvatarSettings;
  readonly vrm?: VrmSettings;
  /** Texels per side of the skin's texture; default: what the face deserves. */
  readonly textureSize?: number;
  readonly maxFaces?: number;
  readonly focal35mm?: number;
  readonly minFace?: number;
  readonly minScore?: number;
  readonly box?: GivenBox;
  readonly method?: ReconstructMethod;
  /** Default: `auto` where files show it. */
  readonly hair?: HairChoice;
}

/** What each worker of `--jobs` starts with. */
export interface HeadWorkerSetup {
  readonly settings: HeadSettings;
  readonly network: string | undefined;
}

/** What the command needs of a `Rogue`. */
export interface Reconstructor {
  readonly model: MorphableModel;
  /** Where overlays are drawn in a thread of their own. */
  readonly overlays?: OverlayDrawer;
  reconstruct(photo: DecodedImage, options: ReconstructPhotoOptions): Promise<Reconstruction[]>;
  whyNoFace(photo: DecodedImage, options: FindFacesOptions): Promise<NoFaceCause>;
  release(): Promise<void>;
}

/** One head, ready to be written. */
export interface MadeHead {
  readonly files: readonly FaceFile[];
  readonly result: Result;
}

/** Makes the heads of photos, one after the other. */
export type HeadMaker = (
  rogue: Reconstructor,
  photo: { readonly path: string; readonly decoded: DecodedImage },
) => Promise<MadeHead[]>;

/** @returns throws an Error of one line for a photo without a face */
export function headMaker(settings: HeadSettings): HeadMaker {
  const { maxFaces, focal35mm, texture, textureSize, box, method, minFace, minScore } = settings;
  // Numbers alone need no hair, and hair takes reading.
  const hair = settings.hair ?? (settings.format.every((name) => name === 'json') ? 'none' : 'auto');
  const files: FaceFilesOptions = {
    formats: settings.format,
    texture,
    avatar: settings.avatar ?? avatarSettings(undefined),
    vrm: settings.vrm ?? { version: '1.0' },
    encodeImage: rememberingEncoder(),
  };
  return async (rogue, photo) => {
    const { scale } = photo.decoded;
    const finding: FindFacesOptions = {
      ...(minFace !== undefined && { minFace: Math.max(4, minFace * scale) }),
      ...(minScore !== undefined && { threshold: minScore }),
    };
    const faces = await rogue.reconstruct(photo.decoded, {
      texture,
      ...finding,
      ...(maxFaces !== undefined && { maxFaces }),
      ...(focal35mm !== undefined && { focal35mm }),
      ...(method && { method }),
      ...(textureSize !== undefined && { textureSize }),
      hair,
      ...(box && { boxes: [scaledBox(box, scale)] }),
    });
    if (faces.length === 0)
      throw new Error(noFaceMessage(await rogue.whyNoFace(photo.decoded, finding), scale));
    const made: MadeHead[] = [];
    const drawing = { ...files, overlays: rogue.overlays };
    for (const face of faces) made.push(await faceFiles(rogue.model, photo, face, drawing));
    return made;
  };
}

/** Very large photos are decoded smaller. */
function scaledBox({ x, y, width, height, ...turn }: GivenBox, scale: number): GivenBox {
  return { ...turn, x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

/** Encodes each image once for each type: the model's own textures are the same for every face. */
function rememberingEncoder(): ImageEncoder {
  const known = new WeakMap<Image, Map<string, Promise<Uint8Array>>>();
  return (image, type) => {
    const files = known.get(image) ?? new Map<string, Promise<Uint8Array>>();
    known.set(image, files);
    const encoded = files.get(type) ?? encodeImage(image, type);
    files.set(type, encoded);
    return encoded;
  };
}
