import type { TextureSource } from '../fit/reconstruction.js';
import type { HeadSkeleton, TextureFile } from '../io/head-scene.js';
import type { Image } from '../math/image.js';
import type { DetailLevel } from './detail.js';
import type { SkeletonKind } from './skeletons.js';

export type ImageType = TextureFile['type'];

export interface AvatarOptions {
  /** Default `photo`: colours without the photo's light, and with it as a variant. */
  readonly texture: TextureSource;
  /** Whether the colours with the photo's light come along. */
  readonly photoVariant: boolean;
  /** Pictures without transparency; the others are PNG, or WebP where these are. */
  readonly textureFormat: ImageType;
  /** Texels per side of the largest texture. */
  readonly textureSize: number;
  readonly detail: DetailLevel;
  readonly skeleton: SkeletonKind;
  /** Whether only the skin follows several joints, or all meshes are skinned, as game engines like it. */
  readonly skinned: HeadSkeleton['skinned'];
  /** Also a speck on the ground, for programs that set the lowest of an avatar on it (`groundSpeck`). */
  readonly ground: boolean;
  /** Also the 15 visemes, and the names of Ready Player Me's avatars, as morph targets of their own. */
  readonly visemes: boolean;
  /** Shows the face at rest instead of the photo's expression. */
  readonly atRest: boolean;
  /** Also tells of each vertex of the skin how surely the photo shows it. */
  readonly seen: boolean;
}

export const avatarDefaults: AvatarOptions = {
  texture: 'photo',
  photoVariant: true,
  textureFormat: 'jpeg',
  textureSize: 1024,
  detail: 0,
  skeleton: 'head',
  skinned: 'bending',
  ground: false,
  visemes: false,
  atRest: false,
  seen: false,
};

/** Encodes a picture; `encodeImage` in Node and in browsers. */
export type ImageEncoder = (image: Image, type: ImageType) => Promise<Uint8Array>;
