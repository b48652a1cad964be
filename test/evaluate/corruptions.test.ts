import { beforeAll, describe, expect, it } from 'vitest';
import { occludedFaceOf } from '../../src/data/occlusion/occluded-face.js';
import { headVertices } from '../../src/data/synthetic/covered.js';
import { Photographer, type SyntheticPhoto } from '../../src/data/synthetic/photographer.js';
import { corrupt, type CorruptionContext } from '../../src/evaluate/corruptions.js';
import { corruptions } from '../../src/evaluate/corruption-names.js';
import { loadModel } from '../../src/node.js';
import { loadHand, loadPeople } from '../../src/node/files/assets.js';
import { jpegCodec } from '../../src/node/files/jpeg-codec.js';

let photo: SyntheticPhoto;
let context: CorruptionContext;
beforeAll(async () => {
  const model = await loadModel();
  photo = new Photographer(model, await loadPeople(), 128).take('corruptions');
  const { truth } = photo;
  context = {
    face: occludedFaceOf(model, {
      camera: truth.camera,
      pose: truth.pose,
      vertices: headVertices(truth),
      coefficients: truth.lighting,
    }),
    hand: await loadHand(),
    faceSize: 90,
    codec: jpegCodec,
  };
});

/** Share of values that are another than in the clean photo. */
const changed = async (name: (typeof corruptions)[number], seed = 'a'): Promise<number> => {
  const {
    image: { data },
  } = await corrupt(photo.image, name, seed, context);
  return Array.from(data, Number).filter((value, i) => value !== photo.image.data[i]).length / data.length;
};

describe('corrupt', () => {
  it.each(corruptions.filter((name) => name !== 'clean'))(
    '%s changes the photo, in a copy, the same way each time',
    async (name) => {
      const before = photo.image.data.slice();
      expect(await changed(name)).toBeGreaterThan(0.005);
      expect(await corrupt(photo.image, name, 'a', context)).toEqual(
        await corrupt(photo.image, name, 'a', context),
      );
      expect(photo.image.data).toEqual(before);
    },
  );

  it('covers as much as its name says', async () => {
    const region = { x: 20, y: 20, width: 80, height: 100 };
    const area = (80 * 100) / (128 * 128);
    const share = async (name: (typeof corruptions)[number]): Promise<number> => {
      const {
        image: { data },
      } = await corrupt(photo.image, name, 'b', { ...context, region });
      let grey = 0;
      for (let i = 0; i < data.length; i += 3)
        if (data[i] === 128 && data[i + 1] === 128 && data[i + 2] === 128) grey++;
      return (3 * grey) / data.length / area;
    };
    expect(await changed('clean')).toBe(0);
    expect(await share('half')).toBeCloseTo(0.5, 1);
    expect(await share('lower face')).toBeCloseTo(0.5, 1);
    expect(await share('random box')).toBeCloseTo(0.4, 1);
    expect(await changed('noise')).toBeGreaterThan(0.9);
  });
});
