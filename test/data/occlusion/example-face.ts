import { occludedFaceOf, type OccludedFace } from '../../../src/data/occlusion/occluded-face.js';
import type { Image } from '../../../src/math/image.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { daylight, photograph, syntheticFace } from '../../fit/synthetic-face.js';

interface ExampleFace {
  readonly photo: Image;
  readonly face: OccludedFace;
  readonly model: MorphableModel;
}

let loading: Promise<MorphableModel> | undefined;
const drawn = new Map<number, ExampleFace>();

/**
 * The model's mean face, drawn into 224×224 pixels, and what occluders need to know of it. The pixels are the
 * caller's own.
 */
export async function exampleFace(yaw = 10): Promise<ExampleFace> {
  loading ??= loadModel();
  const model = await loading;
  if (!drawn.has(yaw)) drawn.set(yaw, drawFace(model, yaw));
  const example = drawn.get(yaw)!;
  return { ...example, photo: { ...example.photo, data: example.photo.data.slice() } };
}

function drawFace(model: MorphableModel, yaw: number): ExampleFace {
  const head = syntheticFace(model, {}, { yaw, pitch: 4, roll: 3 }, [0, 20, -1100]);
  const large = photograph(model, head, daylight());
  const size = 224;
  const left = 208;
  const top = 215;
  const photo: Image = { width: size, height: size, channels: 3, data: new Uint8Array(size * size * 3) };
  for (let y = 0; y < size; y++)
    photo.data.set(
      large.data.subarray(3 * ((top + y) * large.width + left), 3 * ((top + y) * large.width + left + size)),
      3 * y * size,
    );
  const camera = { focal: head.camera.focal, cx: head.camera.cx - left, cy: head.camera.cy - top };
  const pose = { rotation: head.rotation, translation: head.translation };
  return {
    photo,
    model,
    face: occludedFaceOf(model, {
      camera,
      pose,
      vertices: head.vertices,
      coefficients: { light: daylight() },
    }),
  };
}
