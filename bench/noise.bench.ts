import { applyCameraLook, drawCameraLook, mildCamera, type CameraLook } from '../src/data/camera-effects.js';
import { noiseLevels } from '../src/data/noise/effect.js';
import { noiseEffects } from '../src/data/noise/protocol.js';
import { createRandom } from '../src/data/random.js';
import type { Image } from '../src/math/image.js';
import { jpegCodec } from '../src/node/files/jpeg-codec.js';
import { atMost, medianTime, type Benchmark } from './benchmark.js';

const side = 224;
const goal = 3;

/** Smooth shading with edges, as in a photo. */
function picture(): Image {
  const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    const x = ((i / 3) | 0) % side;
    const y = (i / 3 / side) | 0;
    return 128 + 90 * Math.sin(x / 9 + (i % 3)) * Math.cos(y / 13) + (((x >> 5) + (y >> 5)) % 2) * 30;
  });
  return { width: side, height: side, channels: 3, data };
}

/** The noise protocol and a camera's traces, on a photo of 224 px. */
const noise: Benchmark = {
  name: 'noise',
  async *run() {
    const image = picture();
    const random = createRandom(1);
    const context = { faceSize: side, codec: jpegCodec };
    for (const effect of Object.values(noiseEffects)) {
      const times: number[] = [];
      for (const level of noiseLevels)
        times.push(await medianTime(() => effect.apply(image, level, random, context)));
      const note = `levels 1, 2, 3: ${times.map((time) => time.toFixed(2)).join(', ')} ms`;
      yield atMost(
        `${effect.name} ${side}²`,
        Math.max(...times),
        'ms',
        goal,
        effect.name === 'jpeg' ? `${note}; sharp` : note,
      );
    }
    const looks = Array.from({ length: 16 }, (_, k) => drawCameraLook(random.fork(k)));
    let turn = 0;
    const drawn = await medianTime(() => applyCameraLook(image, looks[turn++ % looks.length]!, random));
    yield atMost(`camera effects ${side}², drawn looks, without JPEG`, drawn, 'ms', goal);
    const all = Object.fromEntries(
      Object.entries(mildCamera).map(([name, [, high]]) => [name, high]),
    ) as unknown as CameraLook;
    const full = await medianTime(() => applyCameraLook(image, all, random));
    yield atMost(
      `camera effects ${side}², all at once, without JPEG`,
      full,
      'ms',
      goal,
      'blurred, vignetted and sharpened',
    );
  },
};

export default noise;
