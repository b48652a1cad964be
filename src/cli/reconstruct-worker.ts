/** A worker of `rogue reconstruct --jobs`; see `photo-makers.ts`. */
import { decodeImage } from '../node/files/image-codec.js';
import { loadRogue } from '../node/load-rogue.js';
import { guardRuntime } from '../node/workers/native-guard.js';
import { serveCalls } from '../node/workers/worker-calls.js';
import { nodeRuntime } from '../runtime/node.js';
import { headMaker, type HeadWorkerSetup, type MadeHead } from './make-heads.js';
import type { PhotoCalls } from './photo-makers.js';

serveCalls<HeadWorkerSetup, PhotoCalls<readonly MadeHead[]>>(async ({ settings, network }, { guard }) => {
  const rogue = await loadRogue({
    ...(network !== undefined && { regressor: network }),
    runtime: guardRuntime(nodeRuntime({ threads: 1 }), guard),
  });
  const make = headMaker(settings);
  return {
    async make({ path }) {
      return { result: await make(rogue, { path, decoded: await decodeImage(path) }) };
    },
    async end() {
      await rogue.release();
      return { result: undefined, last: true };
    },
  };
});
