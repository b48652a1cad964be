import { beforeAll, describe, expect, it } from 'vitest';
import { FACE_POINTS, landmarkTrust, observe } from '../../../src/fit/geometry/observations.js';
import {
  fitProfile,
  type OutlineMaps,
  type ProfileStart,
} from '../../../src/fit/geometry/profile-outline.js';
import { evaluateVertices } from '../../../src/model/evaluate.js';
import { project, transformPoints } from '../../../src/math/camera.js';
import { rotationToEuler } from '../../../src/math/rotation.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { pointBasis } from '../../../src/model/point-basis.js';
import { likelihoodOf } from '../../../src/network/parsing/face-parser.js';
import type { ParsingClass } from '../../../src/network/parsing/parsing-classes.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { createRasterTarget, rasterize } from '../../../src/render/rasterize.js';
import { parsedFace } from '../parsed-face.js';
import { photoCamera, photoSize, syntheticFace, type SyntheticFace } from '../synthetic-face.js';

let model: MorphableModel;
beforeAll(async () => {
  model = await loadModel();
});

/** A head in profile, whose nose and chin are not the mean head's. */
const profile = (yaw: number): SyntheticFace =>
  syntheticFace(model, { shape: [1.2, -1, 0.8] }, { yaw, pitch: 0, roll: 0 });

/** What a parser says of it: `before` lies in front of the head. */
function mapsOf(face: SyntheticFace, before: ParsingClass): OutlineMaps {
  const target = createRasterTarget(photoSize, photoSize);
  const positions = transformPoints(
    face.rotation,
    face.translation,
    face.vertices,
    new Float32Array(face.vertices.length),
  );
  rasterize(target, positions, model.parts[0]!.triangles, face.camera);
  const parsing = parsedFace(face, (x, y) => {
    const at = Math.floor(y) * photoSize + Math.floor(x);
    return Number.isFinite(target.depth[at]!) ? 'skin' : before;
  });
  return { skin: likelihoodOf(parsing, 'skin'), background: likelihoodOf(parsing, 'background') };
}

/** The mean head, found turned too little, and landmarks where that has them. */
function foundAt(yaw: number): ProfileStart {
  const { points, rotation, translation } = syntheticFace(model, {}, { yaw, pitch: 0, roll: 0 });
  const { vertices, weights } = model.landmarks.mediapipe!;
  const basis = pointBasis(model, {
    count: FACE_POINTS,
    vertices: vertices.subarray(0, FACE_POINTS * 3),
    weights: weights.subarray(0, FACE_POINTS * 3),
  });
  const coefficients = new Float64Array(basis.coefficients);
  return {
    basis,
    observed: observe(points, landmarkTrust(model), { width: photoSize, height: photoSize }),
    camera: photoCamera,
    limits: {
      shapeCount: model.shape.count,
      lower: model.expression.lower,
      upper: model.expression.upper,
      shapeLimit: 3,
    },
    found: {
      rotation,
      translation,
      coefficients,
      confidence: new Float32Array(FACE_POINTS).fill(1),
      error: 0,
    },
    start: { rotation, translation, coefficients },
  };
}

/** How far the foremost vertices at some heights of the face are from where they should be, mean, pixels. */
function outlineError(face: SyntheticFace, fit: ProfileStart['found'], yaw: number): number {
  const own = evaluateVertices(model, {
    shape: Float32Array.from(fit.coefficients.subarray(0, model.shape.count)),
    expression: Float32Array.from(fit.coefficients.subarray(-model.expression.count)),
  });
  const [a, b] = [
    foremostAt(face.vertices, face.rotation, face.translation, yaw),
    foremostAt(own, fit.rotation, fit.translation, yaw),
  ];
  return a.reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / a.length;
}

function foremostAt(
  vertices: Float32Array,
  rotation: Float64Array,
  translation: Float64Array,
  yaw: number,
): number[] {
  const positions = transformPoints(rotation, translation, vertices, new Float32Array(vertices.length));
  const pixels = project(positions, photoCamera, new Float32Array(2 * model.vertexCount));
  const most = new Array<number>(20).fill(-Infinity);
  model.regions.get('face')!.forEach((share, v) => {
    const row = Math.floor((pixels[2 * v + 1]! - 250) / 10);
    if (share > 0.9 && row >= 0 && row < most.length)
      most[row] = Math.max(most[row]!, Math.sign(yaw) * pixels[2 * v]!);
  });
  return most.filter((value) => Number.isFinite(value));
}

describe('fitProfile', () => {
  it.each([75, -75])('turns and shapes a head to the profile that a photo shows: yaw %i°', (yaw) => {
    const face = profile(yaw);
    const from = foundAt(yaw - Math.sign(yaw) * 20);
    const fit = fitProfile(model, from, mapsOf(face, 'background'));
    expect(Math.abs(rotationToEuler(fit.rotation).yaw)).toBeGreaterThan(62);
    expect(fit.confidence).toHaveLength(FACE_POINTS);
    const before = outlineError(face, from.found, yaw);
    expect(outlineError(face, fit, yaw)).toBeLessThan(0.5 * before);
  });

  it('leaves heads that face the camera, and those before which there is hair', () => {
    const frontal = foundAt(30);
    expect(fitProfile(model, frontal, mapsOf(profile(30), 'background'))).toBe(frontal.found);
    const hidden = foundAt(60);
    expect(fitProfile(model, hidden, mapsOf(profile(75), 'hair'))).toBe(hidden.found);
  });

  it('leaves heads that already lie on the outline nearly where they are', () => {
    const face = syntheticFace(model, {}, { yaw: 70, pitch: 0, roll: 0 });
    const fit = fitProfile(model, foundAt(70), mapsOf(face, 'background'));
    expect(Math.abs(rotationToEuler(fit.rotation).yaw - 70)).toBeLessThan(4);
    expect(outlineError(face, fit, 70)).toBeLessThan(3);
  });
});
