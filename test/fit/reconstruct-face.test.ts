import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDenseLandmarks } from '../../src/detect/dense-landmarks.js';
import { createFaceDetector } from '../../src/detect/face-detector.js';
import { findFaces, type FoundFace } from '../../src/detect/find-faces.js';
import { faceSize } from '../../src/fit/geometry/fit-landmarks.js';
import { reconstructFace } from '../../src/fit/reconstruct-face.js';
import type { Reconstruction } from '../../src/fit/reconstruction.js';
import type { Image } from '../../src/math/image.js';
import { rotationToEuler } from '../../src/math/rotation.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { loadModel } from '../../src/node/files/assets.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import { tinyModel } from '../model/tiny-model.js';
import { astronaut } from './example-reconstruction.js';

let model: MorphableModel;
let photo: Image;
let faces: FoundFace[];
let face: FoundFace;
let result: Reconstruction;
let find: (image: Image) => Promise<FoundFace[]>;

beforeAll(async () => {
  const runtime = nodeRuntime({ threads: 2 });
  const detector = await createFaceDetector(runtime, await readFile('assets/networks/face-detector.onnx'));
  const landmarker = await createDenseLandmarks(
    runtime,
    await readFile('assets/networks/dense-landmarks.onnx'),
  );
  find = (image) => findFaces({ detector, landmarker }, image);
  model = await loadModel();
  photo = (await decodeImage(astronaut)).image;
  faces = await find(photo);
  face = faces[0]!;
  result = reconstructFace(model, photo, face, { textureSize: 256 });
});

/** Mean distance of the fitted head's points to the detected ones, in face sizes. */
function distance({ landmarks478 }: Reconstruction, { landmarks: { points } }: FoundFace): number {
  let sum = 0;
  for (let i = 0; i < 468; i++)
    sum += Math.hypot(landmarks478[i * 2]! - points[i * 3]!, landmarks478[i * 2 + 1]! - points[i * 3 + 1]!);
  return sum / 468 / faceSize(points, 3);
}

const allFinite = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);

describe('reconstructFace on a photo', () => {
  it('gives one head, finite throughout', () => {
    expect(faces).toHaveLength(1);
    const { shape, expression, gaze, albedo, light } = result.coefficients;
    for (const values of [
      result.vertices,
      result.landmarks68,
      result.landmarks478,
      result.pose.rotation,
      result.pose.translation,
      shape,
      expression,
      albedo,
      light,
      result.visibility.landmarks,
      [gaze.yaw, gaze.pitch],
    ]) {
      expect(allFinite(values)).toBe(true);
    }
    expect([shape.length, expression.length, light.length]).toEqual([120, 52, 27]);
    expect([result.vertices.length, result.landmarks68.length, result.landmarks478.length]).toEqual([
      model.vertexCount * 3,
      136,
      956,
    ]);
    expect(result.image).toEqual({ width: photo.width, height: photo.height });
  });

  it('lies on the face', () => {
    expect(distance(result, face)).toBeLessThan(0.03);
    for (let i = 0; i < 68; i++) {
      expect(result.landmarks68[i * 2]! > 0 && result.landmarks68[i * 2]! < photo.width).toBe(true);
      expect(result.landmarks68[i * 2 + 1]! > 0 && result.landmarks68[i * 2 + 1]! < photo.height).toBe(true);
    }
    // The subject's right eye is on the left, the eyes above the mouth.
    expect(result.landmarks68[36 * 2]).toBeLessThan(result.landmarks68[45 * 2]!);
    expect(result.landmarks68[36 * 2 + 1]).toBeLessThan(result.landmarks68[48 * 2 + 1]!);
  });

  it('is an upright head in front of the camera, smiling', () => {
    const { yaw, pitch, roll } = rotationToEuler(result.pose.rotation);
    expect(Math.abs(yaw)).toBeLessThan(25);
    expect(Math.abs(pitch)).toBeLessThan(25);
    expect(Math.abs(roll)).toBeLessThan(10);
    expect(result.pose.translation[2]).toBeLessThan(-300);
    expect(result.coefficients.shape.every((value) => Math.abs(value) <= 3)).toBe(true);
    result.coefficients.expression.forEach((value, k) =>
      expect(value >= model.expression.lower[k]! && value <= model.expression.upper[k]!).toBe(true),
    );
    expect(Math.hypot(result.coefficients.gaze.yaw, result.coefficients.gaze.pitch)).toBeLessThan(0.5);
  });

  it('sees most of the face and warns of nothing', () => {
    expect(result.visibility.face).toBeGreaterThan(0.5);
    expect(result.visibility.landmarks).toHaveLength(478);
    expect(result.warnings).toEqual([]);
    expect(result.textures!.photo!.width).toBe(256);
    expect(
      [...result.textures!.coverage.data].filter((value) => value > 128).length / 256 ** 2,
    ).toBeGreaterThan(0.1);
  });

  it('gives the same head twice, and no textures when none are asked for', () => {
    const again = reconstructFace(model, photo, face, { texture: 'none' });
    expect(again.textures).toBeUndefined();
    // All albedo modes are fitted to the unwrapped skin, so without it only the first are.
    const others = { ...again.coefficients, albedo: undefined };
    const expected = { ...result.coefficients, albedo: undefined };
    expect(others).toEqual(expected);
    expect(again.pose).toEqual(result.pose);
  });

  it('believes a focal length: a longer lens puts the head further away', () => {
    const far = reconstructFace(model, photo, face, { texture: 'none', focal35mm: 200 });
    expect(far.camera.focal).toBeGreaterThan(3 * result.camera.focal);
    expect(far.pose.translation[2]! / result.pose.translation[2]!).toBeCloseTo(
      far.camera.focal / result.camera.focal,
      0,
    );
    expect(distance(far, face)).toBeLessThan(0.03);
  });

  it('stays on a face whose lower half is covered', async () => {
    const covered = { ...photo, data: Uint8Array.from(photo.data) };
    for (let y = 118; y < 190; y++)
      covered.data.fill(128, (y * photo.width + 175) * 3, (y * photo.width + 275) * 3);
    const [found] = await find(covered);
    const hidden = reconstructFace(model, covered, found!, { texture: 'none' });
    expect(allFinite(hidden.vertices)).toBe(true);
    // Eyes and nose are free: their landmarks stay where they were without the cover.
    for (let i = 27; i < 48; i++) {
      const apart = Math.hypot(
        ...[0, 1].map((axis) => hidden.landmarks68[i * 2 + axis]! - result.landmarks68[i * 2 + axis]!),
      );
      expect(apart / faceSize(face.landmarks.points, 3)).toBeLessThan(0.08);
    }
  });

  it('warns of faces that are small or cut off', () => {
    const { points } = face.landmarks;
    const box = { ...face.box, width: 40 };
    expect(reconstructFace(model, photo, { ...face, box }, { texture: 'none' }).warnings).toEqual([
      'The face is only 40 pixels wide; shape and texture are coarse.',
    ]);
    const moved = { ...face, box: { ...face.box, x: -10 }, landmarks: { ...face.landmarks, points } };
    expect(reconstructFace(model, photo, moved, { texture: 'none' }).warnings).toEqual([
      'The face reaches beyond the photo; what is cut off is guessed.',
    ]);
  });

  it('needs a model with landmarks', () => {
    expect(() => reconstructFace(tinyModel(), photo, face)).toThrow(
      'reconstructFace: model "tetrahedron" has no MediaPipe landmarks to fit to; use one that has.',
    );
  });
});
