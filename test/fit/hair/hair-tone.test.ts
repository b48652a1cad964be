import { describe, expect, it } from 'vitest';
import { hairTone } from '../../../src/fit/hair/hair-tone.js';
import { createImage } from '../../../src/math/image.js';
import { linearOfByte } from '../../../src/render/color.js';

describe('hairTone', () => {
  const image = createImage(20, 20, 3);
  // Brown hair with a strand in the light.
  for (let at = 0; at < 400; at++) image.data.set(at % 5 === 0 ? [250, 240, 230] : [70, 50, 40], 3 * at);
  const places = (count: number): Float32Array =>
    Float32Array.from(
      { length: 2 * count },
      (_, i) => (i % 2 === 0 ? (i / 2) % 20 : Math.floor(i / 40)) + 0.5,
    );

  it('is the median of each channel, linear', () => {
    const tone = hairTone(image, places(400))!;
    [70, 50, 40].forEach((value, k) => {
      expect(tone[k]).toBeCloseTo(linearOfByte[value]!, 6);
    });
  });

  it('is none where there is hardly any hair, or none within the photo', () => {
    expect(hairTone(image, places(20))).toBeUndefined();
    expect(
      hairTone(
        image,
        places(400).map((value) => value - 100),
      ),
    ).toBeUndefined();
  });
});
