/** A worker that draws heads' overlays while their other files are made; see `overlay-drawer.ts`. */
import { availableParallelism } from 'node:os';
import { drawOverlay, type OverlayHead } from '../fit/pictures/overlay.js';
import { createImage, type Image } from '../math/image.js';
import { identityRotation } from '../math/rotation.js';
import { constantLight } from '../math/spherical-harmonics.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { loadModel } from '../node/files/assets.js';
import { encodeImage } from '../node/files/image-codec.js';
import { serveCalls } from '../node/workers/worker-calls.js';
import type { OverlayCalls } from './overlay-drawer.js';

serveCalls<undefined, OverlayCalls>(async () => {
  const model = await loadModel();
  // After this thread has said that it is ready, so that it can be ended meanwhile.
  if (availableParallelism() > 1)
    setImmediate(() => {
      warmUp(model);
    });
  return {
    async draw({ image, reconstruction, texture }) {
      const file = await encodeImage(drawOverlay(model, image, reconstruction, { texture }), 'png');
      return { result: file, transfer: [file] };
    },
  };
});

/** Texels and pixels to a side of what is drawn for practice. */
const PRACTICE = 256;

/**
 * Draws the mean head once: code that has run before is compiled, and runs twice as fast. Until the first
 * head is fitted there is nothing else to do in this thread.
 */
function warmUp(model: MorphableModel): void {
  const plain: Image = createImage(PRACTICE, PRACTICE, 3);
  const head: OverlayHead = {
    camera: { focal: 3 * PRACTICE, cx: PRACTICE / 2, cy: PRACTICE / 2 },
    pose: {
      rotation: identityRotation(),
      translation: Float64Array.of(0, 0, -900),
    },
    vertices: model.meanShape,
    coefficients: {
      shape: new Float32Array(model.shape.count),
      expression: new Float32Array(model.expression.count),
      gaze: { yaw: 0, pitch: 0 },
      albedo: new Float32Array(model.albedo?.count ?? 0),
      light: constantLight(1),
    },
    textures: {
      photo: plain,
      albedo: plain,
      model: plain,
      coverage: plain,
      sources: plain,
      parts: new Map(),
    },
    hair: undefined,
  };
  drawOverlay(model, plain, head, { texture: 'photo' });
}
