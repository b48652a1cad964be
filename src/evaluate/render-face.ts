import { skinOf } from '../data/occlusion/face-region.js';
import { occludedFaceOf } from '../data/occlusion/occluded-face.js';
import { cropCamera, project, transformPoints } from '../math/camera.js';
import type { Image } from '../math/image.js';
import { evaluateAlbedo, evaluatePoints } from '../model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../model/morphable-model.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import { headParts, partTextures, skinTexture } from '../render/head-parts.js';
import { createSceneTarget, renderScene, type SceneTarget } from '../render/scene.js';
import { createRasterTarget, rasterize } from '../render/rasterize.js';
import type { FaceRendering } from './prediction.js';

/** Side of a rendering, pixels; of the detector's box that it shows; and what is behind the head, 8 bits. */
const SIZE = 224;
const REACH = 1.6;
const BEHIND = 128;

/**
 * Draws reconstructed heads with the model's own skin, as the perceptual and photometric protocols compare
 * them.
 */
export function createFaceRenderer(model: MorphableModel): (head: Reconstruction) => FaceRendering {
  const textures = partTextures(model);
  const target: SceneTarget = createSceneTarget(SIZE, SIZE, { supersample: 2 });
  const raster = createRasterTarget(SIZE, SIZE);
  return (head) => {
    const { box } = head.face;
    const side = REACH * Math.max(box.width, box.height);
    const left = box.x + (box.width - side) / 2;
    const top = box.y + (box.height - side) / 2;
    const scale = SIZE / side;
    const camera = cropCamera(head.camera, left, top, scale);
    const { rotation, translation } = head.pose;
    const posed = transformPoints(
      rotation,
      translation,
      head.vertices,
      new Float32Array(head.vertices.length),
    );
    const albedo = model.albedo as TextureAlbedo;
    const skin = skinTexture(evaluateAlbedo(albedo, head.coefficients.albedo), albedo.meanSize);
    const drawn = renderScene(target, {
      camera,
      light: head.coefficients.light,
      parts: headParts(model, posed, new Map([...textures, ['skin', skin]])),
    });
    const face = occludedFaceOf(model, head);
    rasterize(raster, face.positions, face.triangles, camera, { cull: 'back' });
    return {
      image: over(drawn),
      alignment: project(evaluatePoints(model.landmarks.alignment5!, posed), camera, new Float32Array(10)),
      place: { left, top, scale },
      skin: skinOf(face, raster).map((seen) => 255 * seen),
    };
  };
}

/** The picture on plain grey. */
function over({ width, height, data }: Image): Image {
  const out = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++)
      out[3 * i + c] = Math.round(
        (data[4 * i + c]! * data[4 * i + 3]! + BEHIND * (255 - data[4 * i + 3]!)) / 255,
      );
  return { width, height, channels: 3, data: out };
}
