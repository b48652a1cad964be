import { plainValues, valuesPerAnchor } from '../detect/detection.js';
import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import { importOnnx } from '../graph/import/import.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { anchorPlaceLoss, anchorPoseLoss, anchorScoreLoss } from '../loss/detection-loss.js';
import { detectorParameters } from './detector-network.js';
import { anchorCount, detectionSide, PLACED, SURE } from './detection-targets.js';

/** Weights of the detector's losses. */
export interface DetectionWeights {
  readonly score: number;
  readonly box: number;
  readonly pose: number;
}
export const detectionDefaults: DetectionWeights = { score: 1.5, box: 1, pose: 0.3 };

type DetectionInputs = { readonly parameters: Readonly<Record<string, Tensor>> } & Record<
  'image' | 'score' | 'weight' | 'boxes',
  Tensor
>;

/**
 * The step of the detector's training; its losses are means over the views.
 * @param network bytes of a detector with poses
 * @returns value, gradients and each loss as `extra.<name>`
 */
export function detectionGraph(
  network: Uint8Array,
  batch: number,
  weights: DetectionWeights,
  target?: LoweringTarget,
): CompiledGraph {
  const image = [batch, 3, detectionSide, detectionSide];
  const detector = importOnnx(network, { inputShapes: { image } });
  const specs = {
    parameters: Object.fromEntries(
      Object.keys(detectorParameters(network)).map((name) => [name, spec(detector.parameters[name]!.shape)]),
    ),
    image: spec(image),
    score: spec([batch, anchorCount]),
    weight: spec([batch, anchorCount]),
    boxes: spec([batch, anchorCount, valuesPerAnchor]),
  };
  const step = (truth: DetectionInputs) =>
    valueAndGrad((parameters: Readonly<Record<string, Tensor>>) => {
      const { scores, boxes } = detector.apply({ image: truth.image }, parameters);
      const weight = placed(truth.score);
      const placeOf = (values: Tensor): Tensor => values.slice(2, 0, plainValues);
      const poseOf = (values: Tensor): Tensor => values.slice(2, plainValues, valuesPerAnchor);
      const losses = {
        score: anchorScoreLoss(scores!, truth.score, truth.weight).div(batch),
        box: anchorPlaceLoss(placeOf(boxes!), placeOf(truth.boxes), weight).div(batch),
        pose: anchorPoseLoss(poseOf(boxes!), poseOf(truth.boxes), weight).div(batch),
      };
      const value = losses.score
        .mul(weights.score)
        .add(losses.box.mul(weights.box))
        .add(losses.pose.mul(weights.pose));
      return { value, extra: losses };
    })(truth.parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

/** How much the place counts at each anchor: nothing where none is known. */
function placed(score: Tensor): Tensor {
  return score
    .sub(PLACED)
    .relu()
    .div(SURE - PLACED);
}
