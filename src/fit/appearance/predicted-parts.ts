import { transformPoints } from '../../math/camera.js';
import { evaluateAlbedo } from '../../model/albedo-modes.js';
import { clampExpression, evaluateVertices, turnEyes } from '../../model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../../model/morphable-model.js';
import type { PredictedHead } from '../../network/head-predictor.js';
import { headParts, partTextures, skinTexture } from '../../render/head-parts.js';

/** Vertices of a predicted head in head space, V×3, mm, with expression and gaze. */
export function predictedVertices(
  model: MorphableModel,
  { shape, expression, gaze }: Pick<PredictedHead, 'shape' | 'expression' | 'gaze'>,
): Float32Array {
  const vertices = evaluateVertices(model, { shape, expression: clampExpression(model, expression) });
  turnEyes(model, vertices, gaze);
  return vertices;
}

/**
 * What `renderScene` draws of a predicted head in its crop's camera.
 * @param textures `partTextures` of the model
 */
export function predictedParts(
  model: MorphableModel,
  head: PredictedHead,
  textures: ReturnType<typeof partTextures>,
): ReturnType<typeof headParts> {
  const vertices = predictedVertices(model, head);
  const skin = model.albedo as TextureAlbedo;
  const { rotation, translation } = head.pose;
  return headParts(
    model,
    transformPoints(rotation, translation, vertices, vertices),
    new Map([...textures, ['skin', skinTexture(evaluateAlbedo(skin, head.albedo), skin.meanSize)]]),
  );
}
