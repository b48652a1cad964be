/** A worker of `rogue corrupt --jobs`; see `photo-makers.ts`. */
import { decodeImage } from '../node/files/image-codec.js';
import { loadRogue } from '../node/load-rogue.js';
import { guardRuntime } from '../node/workers/native-guard.js';
import { serveCalls } from '../node/workers/worker-calls.js';
import { nodeRuntime } from '../runtime/node.js';
import {
  corruptedPictures,
  corruptTools,
  type CorruptSettings,
  type MadePicture,
} from './make-corruptions.js';
import type { PhotoCalls } from './photo-makers.js';

serveCalls<CorruptSettings, PhotoCalls<readonly MadePicture[]>>(async (settings, { guard }) => {
  const tools = await corruptTools(() =>
    loadRogue({ runtime: guardRuntime(nodeRuntime({ threads: 1 }), guard) }),
  );
  return {
    async make(job) {
      const photo = { ...job, decoded: await decodeImage(job.path) };
      return { result: await corruptedPictures(tools, photo, settings) };
    },
    async end() {
      await tools.release();
      return { result: undefined, last: true };
    },
  };
});
