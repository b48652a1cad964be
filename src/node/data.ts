/**
 * The data functions in Node: everything of `data/index.ts`, with people read from the package, files and
 * worker threads.
 */
export * from '../data/index.js';
export { loadHand, loadPeople } from './assets.js';
export { jpegCodec } from './jpeg-codec.js';
export { readPhotoFolder, type FaceCrop, type PhotoFolderOptions } from './photo-folder.js';
export { fileShard, findShards } from './shard-reader.js';
export { writeShards, type WriteShardsOptions, type WrittenShards } from './shard-writer.js';
export { createSampleMaker, type SampleMaker, type SynthSettings } from './synthetic-samples.js';
