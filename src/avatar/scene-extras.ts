import type { Reconstruction } from '../fit/reconstruction.js';
import { namedExpression, rounded } from '../fit/result.js';
import { generator } from '../fit/version.js';
import type { MorphableModel } from '../model/morphable-model.js';

/** What a file tells of a head: where it comes from, its licence, pose and coefficients. */
export function extrasOf(
  model: MorphableModel,
  { coefficients, pose }: Reconstruction,
): Record<string, unknown> {
  const { shape, expression, gaze, albedo, light } = coefficients;
  return {
    generator,
    model: { name: model.name, version: model.metadata['formatVersion'] ?? '' },
    licence: `Head model: ${model.metadata['licence'] ?? 'see its source'}. A texture made from a photo stays subject to the rights in that photo.`,
    pose: { rotation: rounded(pose.rotation, 6), translation: rounded(pose.translation, 3) },
    coefficients: {
      shape: rounded(shape),
      expression: namedExpression(model, expression),
      gaze: { yaw: rounded([gaze.yaw])[0], pitch: rounded([gaze.pitch])[0] },
      albedo: rounded(albedo),
      light: rounded(light),
    },
  };
}
