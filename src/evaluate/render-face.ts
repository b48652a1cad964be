import { skinOf } from '../data/occlusion/face-region.js';
import { occludedFaceOf } from '../data/occlusion/occluded-face.js';
import { cropCamera, project, transformPoints } from '../math/camera.js';
import type { Image } from '../math/image.js';
import { constantLight } from '../math/spherical-harmonics.js';
import { evaluateAlbedo } from '../model/albedo-modes.js';
import { evaluatePoints } from '../model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../model/morphable-model.js';
import { unlitEyes } from '../fit/appearance/unlit-look.js';
import { posedHair } from '../fit/pictures/hair-part.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import { headParts, partTextures, skinTexture, type PartTextures } from '../render/head-parts.js';
import { createSceneTarget, renderScene, type Scene, type SceneTarget } from '../render/scene.js';
import { createTexture } from '../render/texture.js';
import { createRasterTarget, rasterize } from '../render/rasterize.js';
import type { DrawnSkin } from './drawn-skin.js';
import type { FaceRendering } from './prediction.js';

/** Side of a rendering, pixels; of the detector's box that it shows; and what is behind the head, 8 bits. */
const SIZE = 224;
const REACH = 1.6;
const BEHIND = 128;

/**
 * Draws reconstructed heads as the perceptual and photometric protocols compare them.
 * @param skin `photo` is the head of the files, with hair, and needs textures; others get the model's skin,
 *   and with it the photo's eyes, and no hair
 */
export function createFaceRenderer(
  model: MorphableModel,
  skin: DrawnSkin = 'model',
): (head: Reconstruction) => FaceRendering {
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
    const drawn = renderScene(target, { camera, ...lookOf(model, head, skin, textures, posed) });
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

/** Light and parts of a head in one of its skins. */
function lookOf(
  model: MorphableModel,
  head: Reconstruction,
  skin: DrawnSkin,
  textures: PartTextures,
  posed: Float32Array,
): Pick<Scene, 'light' | 'parts'> {
  const photo = skin === 'photo' ? head.textures?.photo : undefined;
  if (photo) {
    // It holds the photo's light already.
    const looks = [...head.textures!.parts].map(([name, image]) => [name, createTexture(image)] as const);
    return {
      light: constantLight(1),
      parts: [
        ...headParts(model, posed, new Map([...textures, ...looks, ['skin', createTexture(photo)]])).map(
          (part) => ({ ...part, specular: { strength: 0, shininess: 1 } }),
        ),
        ...posedHair(head),
      ],
    };
  }
  const albedo = model.albedo as TextureAlbedo;
  const own = skinTexture(evaluateAlbedo(albedo, head.coefficients.albedo), albedo.meanSize);
  const eyes = [...unlitEyes(model, head.textures?.parts ?? new Map())].map(
    ([name, image]) => [name, createTexture(image)] as const,
  );
  return {
    light: head.coefficients.light,
    parts: headParts(model, posed, new Map([...textures, ...eyes, ['skin', own]])),
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
