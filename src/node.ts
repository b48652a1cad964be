/** The library in Node: assets come from the package, pictures from disk, heads from worker threads too. */
export * from './library.js';
export { loadRogue, type LoadRogueOptions } from './node/load-rogue.js';
export { loadModel } from './node/files/assets.js';
export {
  decodeImage,
  encodeImage,
  encodeJpeg,
  encodePng,
  ImageError,
  type DecodedImage,
  type DecodeOptions,
} from './node/files/image-codec.js';
export { RogueWorkers, type RogueWorkersOptions } from './node/workers/rogue-workers.js';
export type { WorkerReconstructOptions } from './node/workers/rogue-workers.js';
export { nodeRuntime, type NodeRuntimeOptions } from './runtime/node.js';
