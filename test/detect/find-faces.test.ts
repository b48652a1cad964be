import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDenseLandmarks } from '../../src/detect/dense-landmarks.js';
import type { DenseLandmarker } from '../../src/detect/dense-landmarks.js';
import { turnBetween } from '../../src/detect/detection.js';
import { createFaceDetector } from '../../src/detect/face-detector.js';
import type { FaceDetector } from '../../src/detect/face-detector.js';
import { findFaces, isUpsideDown, scoreThatTakes } from '../../src/detect/find-faces.js';
import type { FoundFace } from '../../src/detect/find-faces.js';
import { mediapipeTo68, subset68 } from '../../src/detect/mediapipe-to-68.js';
import { createImage } from '../../src/math/image.js';
import type { Image } from '../../src/math/image.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { paste, placed } from './warp.js';
import type { Placement } from './warp.js';

let detector: FaceDetector;
let landmarker: DenseLandmarker;
let photo: Image;
let reference: FoundFace;

/** The astronaut's face in the photo, measured by eye to about two pixels. */
const truth = {
  rightEye: [203, 102],
  leftEye: [247, 103],
  nose: [224, 130],
  mouth: [224, 146],
  faceWidth: 78,
} as const;

const find = (image: Image): Promise<FoundFace[]> => findFaces({ detector, landmarker }, image);

beforeAll(async () => {
  const runtime = nodeRuntime({ threads: 2 });
  detector = await createFaceDetector(runtime, await readFile('assets/networks/face-detector.onnx'));
  landmarker = await createDenseLandmarks(runtime, await readFile('assets/networks/dense-landmarks.onnx'));
  photo = (await decodeImage('examples/astronaut.jpg')).image;
  reference = (await find(photo))[0]!;
});

describe('findFaces on a known photo', () => {
  it('finds the one face, with key points where eyes, nose and mouth are', async () => {
    const faces = await find(photo);
    expect(faces).toHaveLength(1);
    const [{ keypoints, score, roll, confidence }] = faces as [FoundFace];
    [truth.rightEye, truth.leftEye, truth.nose, truth.mouth].forEach(([x, y], k) => {
      expect(Math.hypot(keypoints[2 * k]! - x, keypoints[2 * k + 1]! - y)).toBeLessThan(5);
    });
    expect(score).toBeGreaterThan(0.85);
    expect(confidence).toBeGreaterThan(0.7);
    expect(Math.abs(roll)).toBeLessThan(5);
  });

  it('places the mesh: irises, mouth corners, chin, and a nose that is nearest to the camera', () => {
    const { points, presence } = reference.landmarks;
    const at = (index: number): number[] => [points[3 * index]!, points[3 * index + 1]!];
    const near = (index: number, x: number, y: number): void =>
      expect(Math.hypot(at(index)[0]! - x, at(index)[1]! - y)).toBeLessThan(3);
    expect(points.length).toBe(478 * 3);
    near(468, ...truth.rightEye);
    near(473, ...truth.leftEye);
    near(61, 203, 139);
    near(291, 246, 140);
    near(152, 222, 177);
    const depths = Array.from({ length: 468 }, (_, k) => points[3 * k + 2]!);
    expect([1, 4]).toContain(depths.indexOf(Math.min(...depths)));
    expect(presence).toBeGreaterThan(0.99);
  });

  it('takes grey images and images with alpha', async () => {
    const grey = createImage(photo.width, photo.height, 1);
    grey.data.forEach((_, k) => (grey.data[k] = photo.data[3 * k + 1]!));
    const alpha = createImage(photo.width, photo.height, 4);
    for (let k = 0; k < grey.data.length; k++)
      alpha.data.set([...photo.data.subarray(3 * k, 3 * k + 3), 255], 4 * k);
    expect(await find(grey)).toHaveLength(1);
    const [face] = await find(alpha);
    expect(face!.keypoints).toEqual(reference.keypoints);
  });
});

describe('findFaces on turned, small, several and covered faces', () => {
  const head = (): Image => cut(photo, 114, 20, 220, 220);

  it.each([-90, -60, -30, 0, 15, 45, 75, 90])(
    'finds a face of roll %i with its mesh in place',
    async (roll) => {
      const source = head();
      const placement: Placement = { scale: 1.5, roll, x: 420, y: 300 };
      const faces = await find(paste(800, 600, source, [placement]));
      expect(faces).toHaveLength(1);
      const [face] = faces as [FoundFace];
      expect(turnBetween(face.roll, reference.roll + roll)).toBeLessThan(10);
      expect(meshError(face, source, placement)).toBeLessThan(0.03);
    },
  );

  it.each([0.04, 0.07, 0.1])('finds a face of %f of the width', async (size) => {
    const source = head();
    const placement: Placement = { scale: (size * 1600) / truth.faceWidth, roll: 0, x: 1233, y: 311 };
    const faces = await find(paste(1600, 1000, source, [placement]));
    expect(faces).toHaveLength(1);
    expect(meshError(faces[0]!, source, placement)).toBeLessThan(0.04);
  });

  it('finds a face of 240 pixels in a panorama of 20,000 × 1,200', async () => {
    const source = head();
    const placement: Placement = { scale: 240 / truth.faceWidth, roll: 0, x: 13_777, y: 500 };
    const faces = await find(paste(20_000, 1200, source, [placement]));
    expect(faces).toHaveLength(1);
    expect(meshError(faces[0]!, source, placement)).toBeLessThan(0.03);
  });

  it('finds faces of every size in one large photo, also where tiles meet', async () => {
    const placements = [0.9, 2, 4, 9].map((scale, k) => ({ scale, roll: 0, x: 500 + 1200 * k, y: 1500 }));
    const many = [0, 1, 2, 3, 4, 5, 6].map((k) => ({ scale: 0.8, roll: 0, x: 300 + 790 * k, y: 300 }));
    expect(await find(paste(5400, 2600, head(), [...placements, ...many]))).toHaveLength(11);
  });

  it('finds smaller faces when asked to', async () => {
    const image = paste(3000, 1000, head(), [{ scale: 35 / truth.faceWidth, roll: 0, x: 2100, y: 700 }]);
    expect(await find(image)).toEqual([]);
    const [face] = await findFaces({ detector, landmarker }, image, { minFace: 30 });
    expect(face!.box.x + face!.box.width / 2).toBeCloseTo(2100, -1.5);
  });

  it('turns photos that are upside down, and says where their face is', async () => {
    const source = head();
    const placement: Placement = { scale: 1.5, roll: 180, x: 420, y: 300 };
    const image = paste(800, 600, source, [placement]);
    const faces = await find(image);
    expect(faces).toHaveLength(1);
    expect(isUpsideDown(faces[0]!)).toBe(true);
    expect(meshError(faces[0]!, source, placement)).toBeLessThan(0.03);
    expect(await findFaces({ detector, landmarker }, image, { upsideDown: false })).not.toContainEqual(
      expect.objectContaining({ confidence: expect.closeTo(faces[0]!.confidence, 2) }),
    );
    expect(isUpsideDown(reference)).toBe(false);
  });

  it('takes the faces of a named score', async () => {
    const threshold = scoreThatTakes(reference);
    expect(await findFaces({ detector, landmarker }, photo, { threshold })).toHaveLength(1);
    expect(await findFaces({ detector, landmarker }, photo, { threshold: 0.9999 })).toEqual([]);
    // What the mesh doubts needs a score far below the detector's.
    expect(scoreThatTakes({ confidence: 0.109 })).toBe(0.1);
  });

  it('finds several faces, largest first, and as many as asked for', async () => {
    const placements = [
      { scale: 0.6, roll: 0, x: 130, y: 150 },
      { scale: 1.4, roll: -20, x: 400, y: 300 },
      { scale: 1, roll: 80, x: 680, y: 200 },
    ];
    const image = paste(820, 560, head(), placements);
    const faces = await find(image);
    expect(faces.map(({ box }) => Math.round((box.x + box.width / 2) / 100))).toEqual([4, 7, 1]);
    expect(await findFaces({ detector, landmarker }, image, { maxFaces: 1 })).toHaveLength(1);
  });

  it('finds a face that fills the picture', async () => {
    expect(await find(cut(photo, 180, 70, 88, 104))).toHaveLength(1);
  });

  it('finds a face whose lower half is covered', async () => {
    const covered = { ...photo, data: Uint8Array.from(photo.data) };
    for (let y = 118; y < 190; y++)
      covered.data.fill(128, (y * photo.width + 175) * 3, (y * photo.width + 275) * 3);
    const faces = await find(covered);
    expect(faces).toHaveLength(1);
    expect(
      Math.hypot(faces[0]!.keypoints[0]! - truth.rightEye[0], faces[0]!.keypoints[1]! - truth.rightEye[1]),
    ).toBeLessThan(6);
  });
});

describe('findFaces without a face', () => {
  it('finds none in a plain image, noise, one pixel, and a strip', async () => {
    const noise = createImage(300, 200, 3);
    noise.data.forEach((_, k) => (noise.data[k] = (k * 2654435761) >>> 24));
    for (const image of [
      createImage(64, 64, 3),
      noise,
      createImage(1, 1, 3),
      createImage(4000, 3, 3),
      createImage(1, 500, 1),
    ]) {
      expect(await find(image)).toEqual([]);
    }
  });

  it('refuses options out of range', async () => {
    await expect(findFaces({ detector, landmarker }, photo, { threshold: 0 })).rejects.toThrow(
      /threshold must lie between 0 and 1, received 0/,
    );
    await expect(findFaces({ detector, landmarker }, photo, { minFace: 1 })).rejects.toThrow(
      /minFace must be at least 4 pixels, received 1/,
    );
  });
});

describe('mediapipeTo68', () => {
  it('lists each mesh point once and keeps left and right apart', () => {
    expect(new Set(mediapipeTo68).size).toBe(68);
    const points = subset68(reference.landmarks.points);
    const middle = truth.nose[0];
    for (const right of [0, 17, 21, 31, 36, 41, 48, 60]) expect(points[2 * right]!).toBeLessThan(middle);
    for (const left of [16, 22, 26, 35, 42, 47, 54, 64]) expect(points[2 * left]!).toBeGreaterThan(middle);
  });
});

function cut(image: Image, left: number, top: number, width: number, height: number): Image {
  const result = createImage(width, height, 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    result.data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return result;
}

/** Mean distance of a found mesh to the reference mesh moved the same way, in face widths. */
function meshError(face: FoundFace, source: Image, placement: Placement): number {
  let sum = 0;
  for (let k = 0; k < 468; k++) {
    const p = reference.landmarks.points;
    const [x, y] = placed(source, placement, [p[3 * k]! - 114, p[3 * k + 1]! - 20]);
    sum += Math.hypot(face.landmarks.points[3 * k]! - x, face.landmarks.points[3 * k + 1]! - y);
  }
  return sum / 468 / (truth.faceWidth * placement.scale);
}
