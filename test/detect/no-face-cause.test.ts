import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImagePyramid } from '../../src/detect/image-pyramid.js';
import { createDenseLandmarks, type DenseLandmarker } from '../../src/detect/dense-landmarks.js';
import { createFaceDetector, type FaceDetector } from '../../src/detect/face-detector.js';
import type { FindFacesOptions } from '../../src/detect/find-faces.js';
import { noFaceCause, type NoFaceCause } from '../../src/detect/no-face-cause.js';
import { createImage, type Image } from '../../src/math/image.js';
import { assetFiles, readAsset } from '../../src/node/files/assets.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { paste } from './warp.js';

let detector: FaceDetector;
let landmarker: DenseLandmarker;
let photo: Image;

beforeAll(async () => {
  const runtime = nodeRuntime();
  detector = await createFaceDetector(runtime, await readAsset(assetFiles.detector));
  landmarker = await createDenseLandmarks(runtime, await readAsset(assetFiles.landmarks));
  photo = (await decodeImage('examples/astronaut.jpg')).image;
});
afterAll(async () => {
  await detector.release();
  await landmarker.release();
});

const cause = (image: Image, options?: FindFacesOptions, transparent?: number): Promise<NoFaceCause> =>
  noFaceCause({ detector, landmarker }, new ImagePyramid(image), options, transparent);

describe('noFaceCause', () => {
  it('names pictures that are tiny, transparent, plain or dark', async () => {
    expect(await cause(createImage(500, 3, 3))).toEqual({ kind: 'tiny', width: 500, height: 3 });
    expect(await cause(photo, {}, 0.8)).toEqual({ kind: 'transparent', share: 0.8 });
    const plain = createImage(200, 100, 3);
    for (let k = 0; k < plain.data.length; k++) plain.data[k] = [90, 120, 200][k % 3]!;
    expect(await cause(plain)).toEqual({ kind: 'plain' });
    const noise = createImage(300, 200, 3);
    noise.data.forEach((_, k) => (noise.data[k] = ((k * 2654435761) >>> 24) / 8));
    expect(await cause(noise)).toEqual({ kind: 'dark', brightness: expect.closeTo(15.5, 0) });
  });

  it('says where a face is that is too small', async () => {
    const small = paste(3000, 1000, photo, [{ scale: 0.35, roll: 0, x: 2100, y: 700 }]);
    const found = await cause(small);
    if (found.kind !== 'small') throw new Error(`expected a small face, received ${found.kind}`);
    expect(found.minFace).toBe(80);
    expect(found.face.box.width).toBeLessThan(50);
    // The face lies above and left of the photo's centre.
    expect(Math.abs(found.face.box.x + found.face.box.width / 2 - (2100 - 0.35 * 31))).toBeLessThan(8);
  });

  it('finds no cause where there is nothing', async () => {
    const noise = createImage(300, 200, 3);
    noise.data.forEach((_, k) => (noise.data[k] = (k * 2654435761) >>> 24));
    expect(await cause(noise)).toEqual({ kind: 'none', minFace: 12 });
  });
});
