import { plainValues, valuesPerAnchor } from '../detect/detection.js';
import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import { importOnnx } from '../graph/import/import.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { detectorParameters } from './detector-network.js';
import { anchorCount, detectionSide, PLACED, SURE } from './detection-targets.js';

/** Weights of the detector's losses. */
export interface DetectionWeights {
  readonly score: number;
  readonly box: number;
  readonly pose: number;
}
export const detectionDefaults: DetectionWeights = { score: 1, box: 1, pose: 1 };

/** Logits beyond this are as sure as it gets; their exponential stays finite. */
const LARGEST_LOGIT = 20;
/** Share of the loss of an anchor that is right already; the others count by how wrong they are. */
const RIGHT = 0.02;
/** Pixels in a unit of the box loss, and its quadratic part, in units. */
const PIXELS = 16;
const QUADRATIC = 0.1;

type DetectionInputs = { readonly parameters: Readonly<Record<string, Tensor>> } & Record<
  'image' | 'score' | 'weight' | 'boxes',
  Tensor
>;

/**
 * The step of the detector's training: cross-entropy of the scores, focused on anchors that are wrong (after Lin
 * et al. 2017, "Focal loss", here with the squared error as the focus, for targets between 0 and 1), a Huber-like
 * loss of boxes and key points, and a squared one of the directions.
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
      const losses = {
        score: scoreLoss(scores!, truth.score, truth.weight).div(batch),
        box: boxLoss(boxes!.slice(2, 0, plainValues), truth.boxes.slice(2, 0, plainValues), truth.score).div(batch),
        pose: poseLoss(
          boxes!.slice(2, plainValues, valuesPerAnchor),
          truth.boxes.slice(2, plainValues, valuesPerAnchor),
          truth.score,
        ).div(batch),
      };
      const value = losses.score
        .mul(weights.score)
        .add(losses.box.mul(weights.box))
        .add(losses.pose.mul(weights.pose));
      return { value, extra: losses };
    })(truth.parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

function scoreLoss(logits: Tensor, target: Tensor, weight: Tensor): Tensor {
  const bounded = logits.clamp(-LARGEST_LOGIT, LARGEST_LOGIT);
  const entropy = bounded.exp().add(1).log().sub(bounded.mul(target));
  const wrong = bounded.sigmoid().sub(target).square().add(RIGHT).stopGradient();
  return entropy.mul(wrong).mul(weight).sum();
}

function boxLoss(values: Tensor, target: Tensor, score: Tensor): Tensor {
  const distance = values.sub(target).div(PIXELS).square().add(QUADRATIC ** 2).sqrt().sub(QUADRATIC);
  return distance.sum(2).mul(placed(score)).sum().div(plainValues);
}

function poseLoss(values: Tensor, target: Tensor, score: Tensor): Tensor {
  return values.sub(target).square().sum(2).mul(placed(score)).sum();
}

/** How much the place counts at each anchor: nothing where none is known. */
function placed(score: Tensor): Tensor {
  return score.sub(PLACED).relu().div(SURE - PLACED);
}
