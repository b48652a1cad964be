import type { Tensor } from '../graph/tensor.js';
import { constantLike } from '../graph/ops/constants.js';
import { rotationFrom6d } from '../graph/ops/geometry.js';
import { ordinaryTranslation } from './crop-camera.js';
import type { MorphableModel } from '../model/morphable-model.js';

/** How many coefficients a head model has. */
export interface ModelSizes {
  readonly shape: number;
  readonly expression: number;
  readonly albedo: number;
}

/** The sizes of a model. @throws Error for a model without albedo */
export function modelSizes({ name, shape, expression, albedo }: MorphableModel): ModelSizes {
  if (!albedo) throw new Error(`modelSizes: model "${name}" has no albedo; use the open head model.`);
  return { shape: shape.count, expression: expression.count, albedo: albedo.count };
}

/** Parts of a code and how many numbers each has, in their order. */
export type CodeLayout = Readonly<Record<CodePart, number>>;
export type CodePart =
  'shape' | 'expression' | 'albedo' | 'light' | 'rotation' | 'translation' | 'gaze' | 'visibility';

/** The parts of the code of one face: what a regressor predicts. */
export function codeLayout({ shape, expression, albedo }: ModelSizes): CodeLayout {
  return { shape, expression, albedo, light: 27, rotation: 6, translation: 3, gaze: 2, visibility: 68 };
}

/** How many numbers a code has. */
export function codeSize(layout: CodeLayout): number {
  return Object.values(layout).reduce((sum, size) => sum + size, 0);
}

/** What the raw numbers of a regressor stand for; each `[N, …]`. */
export interface Code {
  /** Standard deviations. */
  readonly shape: Tensor;
  /** Of the model's units. */
  readonly expression: Tensor;
  readonly albedo: Tensor;
  /** `[N, 27]` irradiance in the crop's camera. */
  readonly light: Tensor;
  /** `[N, 3, 3]`, head to the crop's camera. */
  readonly rotation: Tensor;
  /** `[N, 3]` mm, in the crop's camera: the head's origin. */
  readonly translation: Tensor;
  /** `[N, 2]` radians: yaw, pitch. */
  readonly gaze: Tensor;
  /** `[N, 68]`: logits of each iBUG landmark being in plain view. */
  readonly visibility: Tensor;
}

/**
 * Ordinary light: what an untrained regressor says. Constant 0.8, in the first coefficient of each channel.
 */
export const ordinaryLight = 0.8 / 0.28209479177387814;

const identity6d = Float64Array.of(1, 0, 0, 0, 1, 0);
const sidewaysMiddle = Float64Array.from(ordinaryTranslation.slice(0, 2));
const lightMiddle = Float64Array.from({ length: 27 }, (_, k) => (k % 9 === 0 ? ordinaryLight : 0));
/** Raw numbers of ordinary size become: */
const scale = { expression: 0.5, light: 0.5, rotation: 0.5, sideways: 40, depth: 0.25, gaze: 0.3 };

/** The meaning of a regressor's raw output. @param raw `[N, codeSize]` */
export function decodeCode(layout: CodeLayout, raw: Tensor): Code {
  const parts = splitCode(layout, raw);
  const batch = raw.shape[0]!;
  const sideways = parts.translation
    .slice(1, 0, 2)
    .mul(scale.sideways)
    .add(constantLike(raw, sidewaysMiddle, [2]));
  // The head is before the camera whatever the network says.
  const distance = parts.translation.slice(1, 2, 3).mul(scale.depth).exp().mul(ordinaryTranslation[2]);
  return {
    shape: parts.shape,
    albedo: parts.albedo,
    visibility: parts.visibility,
    expression: parts.expression.mul(scale.expression),
    light: parts.light.mul(scale.light).add(constantLike(raw, lightMiddle, [27])),
    rotation: rotationFrom6d(parts.rotation.mul(scale.rotation).add(constantLike(raw, identity6d, [6]))),
    translation: joined(sideways, distance, batch),
    gaze: parts.gaze.mul(scale.gaze),
  };
}

/** The raw numbers by part, each `[N, size]`. */
export function splitCode(layout: CodeLayout, raw: Tensor): Record<CodePart, Tensor> {
  let from = 0;
  return Object.fromEntries(
    Object.entries(layout).map(([part, size]) => [part, raw.slice(1, from, (from += size))]),
  ) as Record<CodePart, Tensor>;
}

function joined(sideways: Tensor, distance: Tensor, batch: number): Tensor {
  return sideways
    .pad([
      [0, 0],
      [0, 1],
    ])
    .add(
      distance.pad([
        [0, 0],
        [2, 0],
      ]),
    )
    .reshape([batch, 3]);
}
