import { seeHead, type SeenHead } from '../../src/fit/appearance/skin-geometry.js';
import { vertexAlbedo } from '../../src/fit/appearance/vertex-albedo.js';
import type { Camera } from '../../src/math/camera.js';
import { project, transformPoints } from '../../src/math/camera.js';
import type { Image } from '../../src/math/image.js';
import { rotationFromEuler, type EulerAngles } from '../../src/math/rotation.js';
import { addDirectionalLight, constantLight } from '../../src/math/spherical-harmonics.js';
import { evaluateAlbedo } from '../../src/model/albedo-modes.js';
import { evaluatePoints, evaluateVertices, type HeadCoefficients } from '../../src/model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';
import { headParts, partTextures, skinTexture } from '../../src/render/head-parts.js';
import { createSceneTarget, renderScene } from '../../src/render/scene.js';

/** A head of which everything is known. */
export interface SyntheticFace {
  readonly vertices: Float32Array;
  readonly rotation: Float64Array;
  readonly translation: Float64Array;
  readonly camera: Camera;
  /**
   * 478×3 as the dense landmark network gives them: pixels, and depth in pixels about the head's middle,
   * nearer is smaller.
   */
  readonly points: Float32Array;
}

export const straight: EulerAngles = { yaw: 0, pitch: 0, roll: 0 };
/** A photo of 640×640 in which the head is about 300 pixels wide. */
export const photoCamera: Camera = { focal: 1200, cx: 320, cy: 320 };
export const photoSize = 640;

export function syntheticFace(
  model: MorphableModel,
  coefficients: HeadCoefficients = {},
  angles: EulerAngles = straight,
  translation: readonly [number, number, number] = [0, 20, -700],
  camera = photoCamera,
): SyntheticFace {
  const vertices = evaluateVertices(model, coefficients);
  const rotation = rotationFromEuler(angles);
  const seen = transformPoints(
    rotation,
    translation,
    evaluatePoints(model.landmarks.mediapipe!, vertices),
    new Float32Array(478 * 3),
  );
  const pixels = project(seen, camera, new Float32Array(478 * 2));
  const scale = camera.focal / -translation[2];
  const points = Float32Array.from(seen, (_, i) =>
    i % 3 < 2 ? pixels[Math.floor(i / 3) * 2 + (i % 3)]! : -scale * (seen[i]! - translation[2]),
  );
  return { vertices, rotation, translation: Float64Array.from(translation), camera, points };
}

export const seen = (model: MorphableModel, face: SyntheticFace): SeenHead =>
  seeHead(model, face.vertices, face.rotation, face.translation, face.camera);

/** Daylight from the upper left, somewhat warm. */
export function daylight(): Float32Array {
  const light = constantLight(0.6, 0.57, 0.55);
  addDirectionalLight(light, [-0.4, 0.5, 0.8], [0.35, 0.33, 0.3]);
  return light;
}

/** The head drawn under a light on grey, 640×640. */
export function photograph(
  model: MorphableModel,
  face: SyntheticFace,
  light: ArrayLike<number>,
  albedo: ArrayLike<number> = [],
): Image {
  const { positions } = seen(model, face);
  const texture = model.albedo as TextureAlbedo;
  const textures = new Map([
    ...partTextures(model),
    ['skin', skinTexture(evaluateAlbedo(texture, albedo), texture.meanSize)] as const,
  ]);
  // Skin shines a little; what is fitted here does not know that.
  const parts = headParts(model, positions, textures).map((part) => ({
    ...part,
    specular: { strength: 0, shininess: 1 },
  }));
  const drawn = renderScene(createSceneTarget(photoSize, photoSize, { supersample: 2 }), {
    camera: face.camera,
    light,
    parts,
  });
  const image = {
    width: photoSize,
    height: photoSize,
    channels: 3 as const,
    data: new Uint8Array(photoSize * photoSize * 3),
  };
  for (let i = 0; i < photoSize * photoSize; i++) {
    const alpha = drawn.data[i * 4 + 3]! / 255;
    for (let k = 0; k < 3; k++) image.data[i * 3 + k] = drawn.data[i * 4 + k]! * alpha + 120 * (1 - alpha);
  }
  return image;
}

/** Albedo at the vertices for given coefficients, V×3. */
export function albedoAtVertices(model: MorphableModel, coefficients: ArrayLike<number>): Float32Array {
  const basis = vertexAlbedo(model);
  return basis.mean.map(
    (mean, i) =>
      mean +
      Array.from(
        { length: basis.count },
        (_, k) => (coefficients[k] ?? 0) * basis.modes[k * basis.mean.length + i]!,
      ).reduce((a, b) => a + b, 0),
  );
}
