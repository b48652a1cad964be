/**
 * Data to train and to test with (docs/data.md): synthetic people, occlusions, noise, cameras, shards. This
 * entry runs in browsers; in Node the package resolves to `node/data.ts`, which adds files and threads.
 */
export { createRandom, type Random } from './random.js';
export { mildCamera, applyCameraLook, cameraEffects, drawCameraLook } from './camera-effects.js';
export type { CameraLook, CameraRanges, CameraSettings } from './camera-effects.js';
export type { JpegCodec } from './jpeg.js';
export { coverPhoto, headVertices, type CoveredPhoto } from './synthetic/covered.js';
export { Photographer, type PhotoTruth, type SyntheticPhoto } from './synthetic/photographer.js';
export { peopleFromTensors, type People } from './synthetic/people-file.js';
export { SAMPLE_VERSION, decodeSample, encodeSample } from './synthetic/sample.js';
export type { SampleTruth, StoredSample, SampleMembers as SyntheticMembers } from './synthetic/sample.js';
export { occludedFaceOf, type FittedHead, type OccludedFace } from './occlusion/occluded-face.js';
export type { Occlusion, OcclusionOptions } from './occlusion/occlusion.js';
export { parsingClasses, type ParsingClass } from '../network/parsing/parsing-classes.js';
export { reachocc, reachoccNames } from './occlusion/reachocc.js';
export { synchocc, synchoccNames } from './occlusion/synchocc.js';
export { handFromTensors, type HandModel } from './occlusion/hand/hand-file.js';
export { greyBox } from './occlusion/grey-boxes.js';
export { greyBoxKinds, type GreyBoxKind } from './occlusion/grey-box-kinds.js';
export { noiseConditions, noiseEffects, noiseProtocol } from './noise/protocol.js';
export type { NoiseCondition, NoiseName, NoisyImage } from './noise/protocol.js';
export type { JpegNoiseContext, NoiseEffect, NoiseLevel } from './noise/effect.js';
export { ShardReadError, readShards } from './shards/reader.js';
export type {
  ReadShardsOptions,
  ShardCounts,
  ShardSource,
  ShardStream,
  ShardWarning,
} from './shards/reader.js';
export { memberBytes, memberJson, type SampleMembers, type ShardSample } from './shards/sample.js';
export { readSafetensors, writeSafetensors } from '../io/safetensors.js';
