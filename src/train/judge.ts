import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { facePlaceLoss, faceScoreLoss } from '../loss/judge-loss.js';
import { judge, judgeParameters } from '../network/judge.js';
import { featureCount, type RegressorConfig } from '../network/regressor.js';
import type { LayerTree } from '../network/resnet.js';
import type { JudgeView } from './judge-view.js';
import type { Batch } from './step-graph.js';

/** Weights of the judge's losses. */
export interface JudgeWeights {
  readonly face: number;
  readonly place: number;
}
export const judgeDefaults: JudgeWeights = { face: 1, place: 4 };

/** A view as the judge gets it: the regressor's features of the crop. */
export type JudgeExample = Pick<JudgeView, 'face' | 'place'> & { readonly features: ArrayLike<number> };

type JudgeInputs = { readonly parameters: LayerTree<Tensor> } & Record<
  'features' | 'face' | 'sure' | 'place' | 'placed',
  Tensor
>;

/**
 * The step of the judge's training; its losses are means over the views.
 * @returns value, gradients and each loss as `extra.<name>`
 */
export function judgeGraph(
  network: RegressorConfig,
  batch: number,
  weights: JudgeWeights,
  target?: LoweringTarget,
): CompiledGraph {
  const specs = {
    parameters: judgeParameters(network),
    features: spec([batch, featureCount(network)]),
    face: spec([batch]),
    sure: spec([batch]),
    place: spec([batch, 4]),
    placed: spec([batch]),
  };
  const step = (truth: JudgeInputs) =>
    valueAndGrad((parameters: LayerTree<Tensor>) => {
      const said = judge(parameters, truth.features);
      const losses = {
        face: faceScoreLoss(said.face, truth.face, truth.sure),
        place: facePlaceLoss(said.place, truth.place, truth.placed),
      };
      return {
        value: losses.face.mul(weights.face).add(losses.place.mul(weights.place)),
        extra: losses,
      };
    })(truth.parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

/** The batch of examples, for {@link judgeGraph}. */
export function judgeBatch(examples: readonly JudgeExample[]): Batch {
  const count = examples.length;
  const width = examples[0]!.features.length;
  const features = new Float32Array(count * width);
  const place = new Float32Array(4 * count);
  examples.forEach((example, k) => {
    features.set(example.features, k * width);
    if (!example.place) return;
    const { dx, dy, growth, turn } = example.place;
    place.set([dx, dy, growth, turn], 4 * k);
  });
  const column = (value: (example: JudgeExample) => number) => ({
    dims: [count],
    data: Float32Array.from(examples, value),
  });
  return {
    features: { dims: [count, width], data: features },
    face: column(({ face }) => face ?? 0),
    sure: column(({ face }) => (face === undefined ? 0 : 1)),
    place: { dims: [count, 4], data: place },
    placed: column((example) => (example.place ? 1 : 0)),
  };
}
