import { describe, expect, it } from 'vitest';
import { createEmbedder } from '../../src/evaluate/embedders.js';
import { perceptualMeasurer, type FaceMeasurer } from '../../src/evaluate/measure-face.js';
import { createImage } from '../../src/math/image.js';

type Embedder = Awaited<ReturnType<typeof createEmbedder>>;

/** Embeds pictures by their first pixel, each a little later than it is asked. */
const embedder = {
  recipe: { threshold: 1 },
  embed: async ({ image }: { image: { data: Uint8Array } }) => {
    const angle = image.data[0]! / 50;
    await new Promise((resolve) => setTimeout(resolve, 2));
    return Float32Array.of(Math.cos(angle), Math.sin(angle));
  },
} as unknown as Embedder;

/** A rendering, and the truth of a photo, of one colour each. */
function face(photo: number, drawn: number): Parameters<FaceMeasurer['measure']> {
  const picture = (value: number) => {
    const image = createImage(1, 1, 3);
    image.data.fill(value);
    return image;
  };
  const box = { x: 0, y: 0, width: 1, height: 1 };
  return [
    { rendering: () => ({ image: picture(drawn), alignment: [] }) },
    { truth: { clean: picture(photo), recognised: { box, alignment: [] } } },
  ] as unknown as Parameters<FaceMeasurer['measure']>;
}

describe('perceptualMeasurer', () => {
  it('compares each rendering with its own photo, also when faces are measured at the same time', async () => {
    const { measure } = perceptualMeasurer('x', embedder);
    const faces = [
      [10, 10],
      [120, 120],
      [60, 70],
      [200, 200],
    ] as const;
    const found = await Promise.all(faces.map(([photo, drawn]) => measure(...face(photo, drawn))));
    const errors = found.map((values) => values['perceptual error, x']!);
    [0, 0, 2 * Math.sin(0.1), 0].forEach((expected, k) => {
      expect(errors[k]).toBeCloseTo(expected, 5);
    });
    expect(found[0]!['verified, x']).toBe(100);
  });
});
