import { describe, expect, it } from 'vitest';
import { overlaysInWorker } from '../../src/cli/overlay-drawer.js';
import { drawOverlay } from '../../src/fit/pictures/overlay.js';
import { encodeImage } from '../../src/node/files/image-codec.js';
import { loadModel } from '../../src/node/files/assets.js';
import { exampleReconstruction, plainImage } from '../fit/example-reconstruction.js';

describe('overlaysInWorker', () => {
  it('draws what this thread draws', async () => {
    const overlays = overlaysInWorker();
    const model = await loadModel();
    const image = plainImage(320, 240, [90, 110, 130]);
    const reconstruction = exampleReconstruction(model);
    const subject = { image, reconstruction, texture: 'model' } as const;
    const file = await overlays.draw(subject);
    await overlays.release();
    const here = await encodeImage(drawOverlay(model, image, reconstruction, { texture: 'model' }), 'png');
    expect(file).toEqual(new Uint8Array(here));
  });
});
