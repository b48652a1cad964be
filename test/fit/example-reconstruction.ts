import { fileURLToPath } from 'node:url';
import type { Reconstruction } from '../../src/fit/reconstruction.js';
import { project, transformPoints } from '../../src/math/camera.js';
import { createImage, type Image } from '../../src/math/image.js';
import { rotationFromEuler } from '../../src/math/rotation.js';
import { constantLight } from '../../src/math/spherical-harmonics.js';
import { evaluatePoints, evaluateVertices } from '../../src/model/evaluate.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';

/** The only photo that tests use. */
export const astronaut = fileURLToPath(new URL('../../examples/astronaut.jpg', import.meta.url));

export function plainImage(width: number, height: number, color: readonly number[]): Image {
  const image = createImage(width, height, color.length as 1 | 3 | 4);
  for (let i = 0; i < image.data.length; i++) image.data[i] = color[i % color.length]!;
  return image;
}

/** A head that nobody fitted: the mean with a little of everything, seen in a picture of 320×240. */
export function exampleReconstruction(
  model: MorphableModel,
  changes: Partial<Reconstruction> = {},
): Reconstruction {
  const shape = new Float32Array(model.shape.count);
  const expression = new Float32Array(model.expression.count);
  shape[0] = 1.5;
  expression[model.expression.names.indexOf('jawOpen')] = 0.4;
  expression[model.expression.names.indexOf('eyeBlinkLeft')] = 0.75;
  const gaze = { yaw: 0.2, pitch: -0.1 };
  const vertices = evaluateVertices(model, { shape, expression, gaze });
  const camera = { focal: 400, cx: 160, cy: 120 };
  const pose = {
    rotation: rotationFromEuler({ yaw: 10, pitch: -5, roll: 3 }),
    translation: Float64Array.of(10, -5, -900),
  };
  const seen = transformPoints(pose.rotation, pose.translation, vertices, new Float32Array(vertices.length));
  const points = (set: 'ibug68' | 'mediapipe') => {
    const surface = model.landmarks[set]!;
    return project(evaluatePoints(surface, seen), camera, new Float32Array(surface.count * 2));
  };
  return {
    method: 'landmarks',
    image: { width: 320, height: 240 },
    face: { box: { x: 100, y: 70, width: 100, height: 100 }, score: 0.9 },
    camera,
    pose,
    coefficients: { shape, expression, gaze, albedo: new Float32Array(10), light: constantLight(0.8) },
    vertices,
    landmarks68: points('ibug68'),
    landmarks478: points('mediapipe'),
    visibility: { face: 0.8, covers: [], vertices: undefined, landmarks: new Float32Array(478).fill(1) },
    textures: {
      photo: plainImage(64, 64, [200, 150, 120]),
      albedo: plainImage(64, 64, [210, 160, 130]),
      model: plainImage(64, 64, [190, 140, 110]),
      coverage: plainImage(64, 64, [255]),
      sources: plainImage(64, 64, [255, 0, 0]),
      parts: new Map(),
    },
    hair: undefined,
    warnings: [],
    ...changes,
  };
}
