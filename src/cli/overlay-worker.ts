/** A worker that draws heads' overlays while their other files are made; see `overlay-drawer.ts`. */
import { drawOverlay } from '../fit/pictures/overlay.js';
import { loadModel } from '../node/files/assets.js';
import { encodeImage } from '../node/files/image-codec.js';
import { serveCalls } from '../node/workers/worker-calls.js';
import type { OverlayCalls } from './overlay-drawer.js';

serveCalls<undefined, OverlayCalls>(async () => {
  const model = await loadModel();
  return {
    async draw({ image, reconstruction, texture }) {
      const file = await encodeImage(drawOverlay(model, image, reconstruction, { texture }), 'png');
      return { result: file, transfer: [file] };
    },
  };
});
