import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import { l1Loss, l2Loss, weightedMean } from '../graph/ops/losses.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { landmarkLoss } from '../loss/landmark-loss.js';
import { vertexLoss } from '../loss/vertex-loss.js';
import { visibilityLoss } from '../loss/visibility-loss.js';
import type { MorphableModel, SurfacePoints } from '../model/morphable-model.js';
import { codeLayout, decodeCode, modelSizes } from '../network/code.js';
import { headPoints, posePoints, projectToCrop } from '../network/head-points.js';
import { regress, regressorParameters, type RegressorConfig } from '../network/regressor.js';
import type { LayerTree } from '../network/resnet.js';
import { stackRows } from './stack-rows.js';
import type { Batch } from './step-graph.js';
import type { SyntheticExample } from './synthetic-example.js';

/** Weights of the losses of the supervised stage. */
export interface PretrainWeights {
  /** Of points across the crop, whose half is 1. */
  readonly landmarks: number;
  /** Per mm. */
  readonly vertices: number;
  readonly shape: number;
  readonly expression: number;
  readonly albedo: number;
  readonly light: number;
  readonly rotation: number;
  readonly gaze: number;
  readonly visibility: number;
}

export const pretrainDefaults: PretrainWeights = {
  landmarks: 30,
  vertices: 0.3,
  shape: 0.3,
  expression: 40,
  albedo: 0.4,
  light: 0.6,
  rotation: 20,
  gaze: 2,
  visibility: 0.3,
};

/**
 * The points that the supervised stage compares: 68 landmarks, MediaPipe's 468, and the candidates of the
 * jaw's contour.
 */
export interface SupervisedPoints extends SurfacePoints {
  /** How much each counts. */
  readonly importance: Float32Array;
}

/** @throws Error for a model without one of these sets */
export function supervisedPoints({
  name,
  landmarks: { ibug68, mediapipe, jaw },
}: MorphableModel): SupervisedPoints {
  if (!ibug68 || !mediapipe || !jaw)
    throw new Error(`supervisedPoints: model "${name}" lacks landmarks; use the open head model.`);
  const dense = {
    count: 468,
    vertices: mediapipe.vertices.subarray(0, 3 * 468),
    weights: mediapipe.weights.subarray(0, 3 * 468),
  };
  const sets = [ibug68, dense, jaw.candidates];
  const importance = [
    ...Array.from({ length: 68 }, (_, k) => (k < 17 ? 0.5 : 4)),
    ...Array.from({ length: 468 }, () => 1),
    ...Array.from({ length: jaw.candidates.count }, () => 0.3),
  ];
  return {
    count: sets.reduce((sum, { count }) => sum + count, 0),
    importance: Float32Array.from(importance),
    vertices: Uint32Array.from(sets.flatMap(({ vertices }) => Array.from(vertices))),
    weights: Float32Array.from(sets.flatMap(({ weights }) => Array.from(weights))),
  };
}

type PretrainInputs = { readonly parameters: LayerTree<Tensor> } & Record<
  | 'image'
  | 'points'
  | 'positions'
  | 'shape'
  | 'expression'
  | 'albedo'
  | 'light'
  | 'rotation'
  | 'gaze'
  | 'visible'
  | 'softness',
  Tensor
>;

/**
 * The step of the supervised stage: a regressor learns the codes of synthetic faces.
 * @returns value, gradients and each loss as `extra.<name>`; `extra.nme` is the mean error of the 51 inner
 *   landmarks, −1…1 across the crop
 */
export function pretrainGraph(
  model: MorphableModel,
  network: RegressorConfig,
  batch: number,
  weights: PretrainWeights,
  target?: LoweringTarget,
): CompiledGraph {
  const sizes = modelSizes(model);
  const layout = codeLayout(sizes);
  const supervised = supervisedPoints(model);
  const head = headPoints(model, supervised);
  const { size } = network;
  const specs = {
    parameters: regressorParameters(network, sizes),
    image: spec([batch, 3, size, size]),
    points: spec([batch, supervised.count, 2]),
    positions: spec([batch, supervised.count, 3]),
    shape: spec([batch, sizes.shape]),
    expression: spec([batch, sizes.expression]),
    albedo: spec([batch, sizes.albedo]),
    light: spec([batch, 27]),
    rotation: spec([batch, 9]),
    gaze: spec([batch, 2]),
    visible: spec([batch, 68]),
    softness: spec([]),
  };
  const importance = constant(supervised.importance);
  const inner = constant(Float32Array.from(supervised.importance, (_, k) => (k >= 17 && k < 68 ? 1 : 0)));
  const step = (truth: PretrainInputs) =>
    valueAndGrad((parameters: LayerTree<Tensor>) => {
      const code = decodeCode(layout, regress(network, parameters, truth.image));
      const positions = head.positions(code);
      const points = projectToCrop(posePoints(code, positions));
      const losses = {
        landmarks: landmarkLoss(points, truth.points, importance, truth.softness),
        vertices: vertexLoss(positions, truth.positions, importance),
        shape: l2Loss(code.shape, truth.shape),
        expression: l2Loss(code.expression, truth.expression),
        albedo: l2Loss(code.albedo, truth.albedo),
        light: l1Loss(code.light, truth.light),
        rotation: l2Loss(code.rotation.reshape([batch, 9]), truth.rotation),
        gaze: l2Loss(code.gaze, truth.gaze),
        visibility: visibilityLoss(code.visibility, truth.visible),
      };
      const nme = weightedMean(points.sub(truth.points).square().sum(2).sqrt(), inner).stopGradient();
      const value = Object.entries(losses)
        .map(([name, loss]) => loss.mul(weights[name as keyof PretrainWeights]))
        .reduce((sum, loss) => sum.add(loss));
      return { value, extra: { ...losses, nme } };
    })(truth.parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

/**
 * The batch of a list of examples, as many as the graph was made for.
 * @param softness of the landmark loss
 */
export function pretrainBatch(examples: readonly SyntheticExample[], size: number, softness: number): Batch {
  const [first] = examples;
  const points = first!.points.length / 2;
  const stacked = (dims: readonly number[], of: (example: SyntheticExample) => ArrayLike<number>) =>
    stackRows(dims, examples.map(of));
  return {
    image: stacked([3, size, size], ({ image }) => image),
    points: stacked([points, 2], (e) => e.points),
    positions: stacked([points, 3], ({ positions }) => positions),
    shape: stacked([first!.shape.length], ({ shape }) => shape),
    expression: stacked([first!.expression.length], ({ expression }) => expression),
    albedo: stacked([first!.albedo.length], ({ albedo }) => albedo),
    light: stacked([27], ({ light }) => light),
    rotation: stacked([9], ({ rotation }) => rotation),
    gaze: stacked([2], ({ gaze }) => gaze),
    visible: stacked([68], ({ visible }) => visible),
    softness: { dims: [], data: Float32Array.of(softness) },
  };
}
