import { Photographer } from '../../src/data/synthetic/photographer.js';
import { subset68 } from '../../src/detect/mediapipe-to-68.js';
import type { FoundFace } from '../../src/detect/find-faces.js';
import { nme } from '../../src/evaluate/landmark-error.js';
import { plainCover, type PlainCover } from '../../src/evaluate/plain-covers.js';
import type { Image } from '../../src/math/image.js';
import { projectLandmarks68 } from '../../src/model/project-landmarks.js';
import { loadModel, loadPeople } from '../../src/node/files/assets.js';

/** A synthetic face under a cover. */
export interface HardCase {
  readonly seed: number;
  readonly cover: PlainCover;
}

export const hardCovers: readonly PlainCover[] = ['half', 'lower', 'eyes', 'rand40', 'half+noise'];
const SIDE = 240;
/** A mesh that is off by more than this is on something else, %. */
const LOST = 15;

/** Makes the pictures of cases: people in a space around them, from every side that shows a face. */
export async function hardFaceMaker(): Promise<
  (hard: HardCase) => { readonly image: Image; readonly landmarks: Float32Array }
> {
  const model = await loadModel();
  const photographer = new Photographer(model, await loadPeople(), SIDE, 'facing');
  return ({ seed, cover }) => {
    const { image, truth } = photographer.take(`hard faces/${seed}`);
    const landmarks = projectLandmarks68(
      model,
      truth.vertices,
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0, 0, 0],
      truth.camera,
    );
    return { image: plainCover(image, landmarks, cover, `${seed}`), landmarks };
  };
}

/** Whether a found face lies on the one that is there. */
export function isOnFace({ landmarks: { points } }: FoundFace, landmarks: ArrayLike<number>): boolean {
  return nme(subset68(points), landmarks, 17, 68) < LOST;
}
