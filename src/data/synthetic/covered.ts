import type { Image } from '../../math/image.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import type { HandModel } from '../occlusion/hand/hand-file.js';
import { occludedFaceOf, type OccludedFace } from '../occlusion/occluded-face.js';
import type { Occlusion } from '../occlusion/occlusion.js';
import { reachocc } from '../occlusion/reachocc.js';
import { synchocc } from '../occlusion/synchocc.js';
import { createRandom } from '../random.js';
import type { SyntheticPhoto } from './photographer.js';

/** A synthetic photo with something in front of the face. */
export interface CoveredPhoto extends Occlusion {
  readonly protocol: 'reachocc' | 'synchocc';
}

/** Share of plausible objects; the others are synthetic shapes. */
const PLAUSIBLE = 0.65;

/**
 * Covers a synthetic photo by one of the protocols, with its true head in place of a reconstruction. The same
 * seed gives the same bytes.
 */
export function coverPhoto(
  model: MorphableModel,
  hand: HandModel,
  { image, truth }: SyntheticPhoto,
  seed: number | string,
): CoveredPhoto {
  return coverFace(
    image,
    occludedFaceOf(model, {
      camera: truth.camera,
      pose: truth.pose,
      vertices: headVertices(truth),
      coefficients: truth.lighting,
    }),
    hand,
    seed,
  );
}

/**
 * Covers a face by one of the protocols: more often something plausible than not. The same seed gives the
 * same bytes.
 */
export function coverFace(
  image: Image,
  face: OccludedFace,
  hand: HandModel,
  seed: number | string,
): CoveredPhoto {
  const protocol = createRandom(seed).fork('protocol').uniform() < PLAUSIBLE ? 'reachocc' : 'synchocc';
  return {
    protocol,
    ...(protocol === 'reachocc' ? reachocc(image, face, hand, seed) : synchocc(image, face, seed)),
  };
}

/** The vertices of a photo's truth in head space, V×3, mm: Rᵀ (x − t). */
export function headVertices({
  vertices,
  pose: {
    rotation: r,
    translation: [tx, ty, tz],
  },
}: SyntheticPhoto['truth']): Float32Array {
  const head = new Float32Array(vertices.length);
  for (let i = 0; i < head.length; i += 3) {
    const x = vertices[i]! - tx;
    const y = vertices[i + 1]! - ty;
    const z = vertices[i + 2]! - tz;
    head[i] = r[0]! * x + r[3]! * y + r[6]! * z;
    head[i + 1] = r[1]! * x + r[4]! * y + r[7]! * z;
    head[i + 2] = r[2]! * x + r[5]! * y + r[8]! * z;
  }
  return head;
}
