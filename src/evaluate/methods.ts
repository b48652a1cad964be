import type { FoundFace } from '../detect/find-faces.js';
import { subset68 } from '../detect/mediapipe-to-68.js';
import type { Reconstruction, ReconstructMethod, TextureSource } from '../fit/reconstruction.js';
import type { Rogue } from '../fit/rogue.js';
import { transformPoints } from '../math/camera.js';
import type { EvaluationMethod, FacePlace, FacePrediction, FaceRendering } from './prediction.js';

const nobody = { failed: 'no face found' } as const;

/** Where the face is: in the given place, else where detection finds the largest and surest. */
function boxesOf(
  place: FacePlace | undefined,
): { readonly boxes: readonly (FacePlace['box'] & { readonly roll: number })[] } | { readonly maxFaces: 1 } {
  return place ? { boxes: [{ ...place.box, roll: place.roll }] } : { maxFaces: 1 };
}

/**
 * One of our own ways to find a head.
 * @param draw of `createFaceRenderer`
 * @param name default the way's own
 * @param texture of the heads, where `draw` wants one
 */
export function reconstructionMethod(
  rogue: Rogue,
  method: ReconstructMethod,
  draw: (head: Reconstruction) => FaceRendering,
  name: string = method,
  texture: TextureSource = 'none',
): EvaluationMethod {
  return {
    name,
    async predict({ photo, place }) {
      const [head] = await rogue.reconstruct(photo, {
        ...boxesOf(place),
        ...{ method, texture },
        // It colours textures; nothing else that is measured has any.
        ...(texture !== 'photo' && { hair: 'none' }),
      });
      return head ? predictionOf(head, draw) : nobody;
    },
  };
}

function predictionOf(head: Reconstruction, draw: (head: Reconstruction) => FaceRendering): FacePrediction {
  const { rotation, translation } = head.pose;
  const { vertices } = head;
  return {
    landmarks68: head.landmarks68,
    shape: {
      vertices,
      posed: transformPoints(rotation, translation, vertices, new Float32Array(vertices.length)),
    },
    rendering: () => draw(head),
  };
}

/** The dense landmark network alone: landmarks, no head. */
export function denseLandmarkMethod(rogue: Rogue): EvaluationMethod {
  return {
    name: 'dense',
    async predict({ photo, place }) {
      const [face] = await rogue.findFaces(photo, boxesOf(place));
      return face ? { landmarks68: landmarks68Of(face) } : nobody;
    },
  };
}

/** The 68 landmarks that a found face's mesh has, pairs. */
export const landmarks68Of = ({ landmarks }: FoundFace): Float32Array => subset68(landmarks.points);
