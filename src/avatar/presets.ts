import type { GlbOptions } from '../io/gltf/write-glb.js';
import { avatarDefaults, type AvatarOptions } from './avatar-options.js';

/** Everything that decides what an avatar's file holds. */
export type AvatarSettings = AvatarOptions & Required<GlbOptions>;

export const avatarTargets = ['web', 'unity', 'unreal', 'blender', 'talkinghead'] as const;
export type AvatarTarget = (typeof avatarTargets)[number];

export const settingsDefaults: AvatarSettings = { ...avatarDefaults, compress: 'none', morphNormals: true };

/** What one imports into and works on: everything on one armature, at rest, in pictures without losses. */
const forEditors: Partial<AvatarSettings> = {
  skinned: 'all',
  atRest: true,
  textureFormat: 'png',
  textureSize: 2048,
};

/**
 * What programs need that differs from the default (docs/avatars.md):
 *
 * - `web`: the smallest file; pages need meshopt's decoder.
 * - `unity`, `unreal`, `blender`: one armature that carries every mesh, the face at rest.
 * - `talkinghead`: a body's joints by Mixamo's names below `Armature`, and visemes; TalkingHead turns no
 *   normals.
 */
export const avatarPresets: Readonly<Record<AvatarTarget, Partial<AvatarSettings>>> = {
  web: { photoVariant: false, textureFormat: 'webp', compress: 'meshopt' },
  unity: { ...forEditors, photoVariant: false },
  unreal: { ...forEditors, photoVariant: false },
  blender: forEditors,
  talkinghead: {
    skeleton: 'mixamo',
    ground: true,
    skinned: 'all',
    visemes: true,
    atRest: true,
    photoVariant: false,
    morphNormals: false,
  },
};

/** The defaults, what a program needs that differs, and above both what is asked for by itself. */
export function avatarSettings(
  target: AvatarTarget | undefined,
  given: Partial<AvatarSettings> = {},
): AvatarSettings {
  return { ...settingsDefaults, ...(target && avatarPresets[target]), ...given };
}

/** What VRM files have, whatever else is asked for. */
export const vrmAvatar = {
  skeleton: 'humanoid',
  skinned: 'all',
  atRest: true,
  photoVariant: false,
  compress: 'none',
} as const satisfies Partial<AvatarSettings>;

/** What USDZ files have, whatever else is asked for. */
export const usdzAvatar = {
  photoVariant: false,
  ground: false,
} as const satisfies Partial<AvatarSettings>;
