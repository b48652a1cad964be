/**
 * The data functions in Node: everything of `data/index.ts`, with people read from the package, files and
 * worker threads.
 */
export * from '../data/index.js';
export { loadHand, loadPeople } from './files/assets.js';
export { jpegCodec } from './files/jpeg-codec.js';
export { readPhotoFolder, type FaceCrop, type PhotoFolderOptions } from './files/photo-folder.js';
export { fileShard, findShards } from './files/shard-reader.js';
export { writeShards, type WriteShardsOptions, type WrittenShards } from './files/shard-writer.js';
export { createSampleMaker, type SampleMaker, type SynthSettings } from './workers/synthetic-samples.js';
