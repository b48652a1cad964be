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
  RogueParts,
  Stage,
} from './fit/rogue.js';
export type {
  HeadTextures,
  Reconstruction,
  ReconstructMethod,
  ReconstructOptions,
  TextureSource,
} from './fit/reconstruction.js';
export { drawOverlay } from './fit/pictures/overlay.js';
export { headSceneOf, headSurfaces, type HeadSceneOptions, type HeadSurface } from './fit/head-scene-of.js';
export type { FaceTracking, TrackedHead, TrackOptions } from './fit/face-tracker.js';
export { resultOf, resultSchema, type Result, type ResultContext } from './fit/result.js';
export { version } from './fit/version.js';
export type { FindFacesOptions, FoundFace, GivenBox } from './detect/find-faces.js';
export type { LikelyFace, NoFaceCause } from './detect/no-face-cause.js';
export type { Camera } from './math/camera.js';
export { createImage, type Image } from './math/image.js';
export { writeGlb } from './io/gltf.js';
export { writeObj, type ObjFiles } from './io/obj.js';
export type { HeadMaterial, HeadMesh, HeadScene, MorphTarget } from './io/head-scene.js';
export { gather, splitSeams, type SplitMesh } from './io/split-seams.js';
export { vertexNormals } from './render/normals.js';
export { arkitUnits, mirroredUnit, opposingUnits, type ArkitUnit } from './model/arkit-units.js';
export { evaluateVertices, type Gaze, type HeadCoefficients } from './model/evaluate.js';
export type { MorphableModel } from './model/morphable-model.js';
export type { HostTensor, Runtime, Session } from './runtime/session.js';
