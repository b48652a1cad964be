/**
 * What the library is everywhere: the browser's entry (`index.ts`) and Node's (`node.ts`) add what each can
 * do.
 */
export { createRogue, Rogue } from './fit/rogue.js';
export type {
  DecodedPhoto,
  EncodedPhoto,
  Photo,
  PhotoDecoder,
  ReconstructPhotoOptions,
  TrackPhotosOptions,
  RogueParts,
  Stage,
} from './fit/rogue.js';
export type {
  HairChoice,
  HeadTextures,
  Reconstruction,
  ReconstructMethod,
  ReconstructOptions,
  TextureSource,
} from './fit/reconstruction.js';
export type { FittedHair, HairCards } from './fit/hair/fitted-hair.js';
export { drawOverlay, type OverlayHead, type OverlayOptions } from './fit/pictures/overlay.js';
export { avatarSceneOf } from './avatar/avatar-scene-of.js';
export type { AvatarOptions, ImageEncoder, ImageType } from './avatar/avatar-options.js';
export { avatarSettings, vrmAvatar, type AvatarSettings, type AvatarTarget } from './avatar/presets.js';
export { writeVrm } from './avatar/vrm/write-vrm.js';
export { vrmMetaDefaults, type VrmMeta } from './avatar/vrm/vrm-meta.js';
export type { VrmVersion } from './avatar/vrm/vrm-versions.js';
export { headSceneOf, type HeadSceneOptions } from './avatar/head-scene-of.js';
export { hairSurface, type HairSurface } from './avatar/hair-mesh.js';
export { headSurfaces, type HeadSurface } from './avatar/head-surfaces.js';
export type { FaceTracking, TrackedHead, TrackOptions } from './fit/face-tracker.js';
export { resultOf, resultSchema, type Result, type ResultContext } from './fit/result.js';
export { version } from './fit/version.js';
export type { FindFacesOptions, FoundFace, GivenBox } from './detect/find-faces.js';
export type { LikelyFace, NoFaceCause } from './detect/no-face-cause.js';
export type { Camera } from './math/camera.js';
export { createImage, type Image } from './math/image.js';
export { writeGlb, type GlbOptions } from './io/gltf/write-glb.js';
export { writeUsdz } from './io/usd/write-usdz.js';
export type { Compression } from './io/gltf/compressions.js';
export { writeObj, type ObjFiles } from './io/obj.js';
export type {
  HeadJoint,
  HeadMaterial,
  HeadMesh,
  HeadScene,
  HeadSkeleton,
  MorphTarget,
  TextureFile,
} from './io/head-scene.js';
export { gather, splitSeams, type SplitMesh } from './io/split-seams.js';
export { vertexNormals } from './render/normals.js';
export { arkitUnits, mirroredUnit, opposingUnits, type ArkitUnit } from './model/arkit-units.js';
export { readyPlayerMeUnits, visemes, type UnitWeights, type Viseme } from './model/visemes.js';
export { evaluateVertices, type Gaze, type HeadCoefficients } from './model/evaluate.js';
export { shippedStyles, type HairLength, type HairTexture } from './model/hair-file.js';
export type { MorphableModel } from './model/morphable-model.js';
export type { HostTensor, Runtime, Session } from './runtime/session.js';
