/** A worker that makes samples of synthetic photos; see `synthetic-samples.ts`. */
import { applyCameraLook, drawCameraLook, mildCamera } from '../../data/camera-effects.js';
import { createRandom } from '../../data/random.js';
import type { SampleMembers } from '../../data/shards/sample.js';
import { coverPhoto } from '../../data/synthetic/covered.js';
import { Photographer } from '../../data/synthetic/photographer.js';
import { encodeSample } from '../../data/synthetic/sample.js';
import type { Image } from '../../math/image.js';
import { loadHand, loadModel, loadPeople } from '../files/assets.js';
import { encodeJpeg, encodePng } from '../files/image-codec.js';
import type { SynthCalls, SynthSettings } from './synthetic-samples.js';
import { serveCalls } from './worker-calls.js';

/** Degrees of yaw from which next to no skin of a face is seen. */
const TURNED_AWAY = 95;

serveCalls<SynthSettings, SynthCalls>(async ({ size, seed, effects, covered: share, staging }) => {
  const model = await loadModel();
  const photographer = new Photographer(model, await loadPeople(), size, staging);
  const hand = await loadHand();

  /**
   * The file of a picture as a camera would have saved it. What a camera does to a picture does not move what
   * is in it.
   */
  async function photographed(image: Image, name: string, shot: string): Promise<Uint8Array> {
    if (!effects) return Uint8Array.from(await encodeJpeg(image, 95));
    // Both versions are taken by one camera, each with its own noise.
    const random = createRandom(name).fork('camera effects');
    const look = drawCameraLook(random.fork('look'), mildCamera);
    return Uint8Array.from(
      await encodeJpeg(applyCameraLook(image, look, random.fork(shot)), look.jpegQuality),
    );
  }

  return {
    async sample(index) {
      const name = `${seed}/${index}`;
      const photo = photographer.take(name);
      // Of a head that is turned away there is no face to cover.
      const covered =
        Math.abs(photo.truth.pose.angles.yaw) < TURNED_AWAY &&
        createRandom(name).fork('covered').uniform() < share
          ? coverPhoto(model, hand, photo, name)
          : undefined;
      const members: SampleMembers = {
        ...encodeSample(model, photo, name, covered),
        jpg: await photographed(photo.image, name, 'sensor'),
        'labels.png': Uint8Array.from(await encodePng(photo.labels)),
        ...(covered && {
          'covered.jpg': await photographed(covered.image, name, 'sensor of the covered'),
          'mask.png': Uint8Array.from(await encodePng(covered.mask)),
        }),
      };
      return { result: members, transfer: Object.values(members) };
    },
    end: async () => ({ result: undefined, last: true }),
  };
});
