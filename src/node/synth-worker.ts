/** A worker that makes samples of synthetic photos; see `synthetic-samples.ts`. */
import { cameraEffects } from '../data/camera-effects.js';
import { createRandom } from '../data/random.js';
import { Photographer } from '../data/synthetic/photographer.js';
import { encodeSample } from '../data/synthetic/sample.js';
import { loadModel, loadPeople } from './assets.js';
import { encodeJpeg } from './image-codec.js';
import type { SynthCalls, SynthSettings } from './synthetic-samples.js';
import { serveCalls } from './worker-calls.js';

serveCalls<SynthSettings, SynthCalls>(async ({ size, seed, effects }) => {
  const model = await loadModel(), photographer = new Photographer(model, await loadPeople(), size);
  return {
    async sample(index) {
      const name = `${seed}/${index}`, photo = photographer.take(name), { json, safetensors } = encodeSample(model, photo, name);
      // The truth is of the scene; what a camera does to its picture does not move it.
      const { image, look } = effects ? await cameraEffects(photo.image, createRandom(name).fork('camera effects')) : { image: photo.image, look: undefined };
      const jpg = Uint8Array.from(await encodeJpeg(image, look?.jpegQuality ?? 95));
      return { result: { jpg, json, safetensors }, transfer: [jpg, json, safetensors] };
    },
    end: async () => ({ result: undefined, last: true }),
  };
});
