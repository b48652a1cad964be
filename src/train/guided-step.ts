import { splitAt, type CompiledGraph } from '../graph/compile.js';
import { gradientReversal, valueAndGrad } from '../graph/gradient.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import { l2Loss } from '../graph/ops/losses.js';
import { concat, constant, type Tensor } from '../graph/tensor.js';
import { spec, type SpecTree, type TensorSpec } from '../graph/trace.js';
import { domainLoss } from '../loss/domain-loss.js';
import { landmarkLoss } from '../loss/landmark-loss.js';
import { lightLoss } from '../loss/light-loss.js';
import { perceptualLoss } from '../loss/perceptual-loss.js';
import { photometricLoss } from '../loss/photometric-loss.js';
import { regularizationLoss } from '../loss/regularization.js';
import { vertexLoss } from '../loss/vertex-loss.js';
import { visibilityLoss } from '../loss/visibility-loss.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { codeLayout, decodeCode, modelSizes, type Code } from '../network/code.js';
import {
  discriminate,
  discriminatedCode,
  discriminatorDefaults,
  discriminatorParameters,
} from '../network/discriminator.js';
import { headPoints, posePoints, projectToCrop } from '../network/head-points.js';
import { alignFaces, type Embed } from '../network/recognition.js';
import { embeddingSize } from '../network/recognition-view.js';
import { regress, regressorParameters, type RegressorConfig } from '../network/regressor.js';
import type { LayerTree } from '../network/resnet.js';
import {
  drawOver,
  photoAt,
  skinRenderer,
  skinScene,
  skinVertices,
  type SkinPixelTensors,
} from '../network/skin-renderer.js';
import type { SkinSurface } from '../render/skin-surface.js';
import type { GuidedExample } from './guided-example.js';
import { supervisedPoints } from './pretrain.js';
import { skinPixelSpecs, skinPictureDefaults } from './skin-host.js';
import { stackRows } from './stack-rows.js';
import type { Batch } from './step-graph.js';

/** Weights of the paper's guidance on clean photos: a_K, a_GP, a_P, a_R; and of our own additions. */
export interface GuidanceWeights {
  /** L_K. */
  readonly landmarks: number;
  /** L_GP. */
  readonly photometric: number;
  /** L_P. */
  readonly perceptual: number;
  /** L_R. */
  readonly regularization: number;
  /** Ours: light is nearly white. */
  readonly light: number;
  /** Ours: which landmarks are in plain view. */
  readonly visibility: number;
  /** Ours: surface points in head space and gaze, of those photos whose head is known. */
  readonly truth: number;
}

/**
 * Weights of the paper's robustification, b_O, b_N and b_C, beside those of the guidance; and of our own
 * additions.
 */
export interface RobustificationWeights extends GuidanceWeights {
  /** L_O. */
  readonly occluded: number;
  /** L_N. */
  readonly noisy: number;
  /** L_C: how strongly the regressor works against the discriminator. */
  readonly domain: number;
  /** Ours: codes of occluded and noisy views against the clean one's, which is taken for the truth. */
  readonly consistency: number;
  /** Ours: L_K of occluded and noisy views against the clean photo's landmarks. */
  readonly heldLandmarks: number;
}

export const guidanceDefaults: GuidanceWeights = {
  landmarks: 30,
  photometric: 3,
  perceptual: 1,
  regularization: 1e-3,
  light: 0.1,
  visibility: 0.3,
  truth: 0.3,
};
export const robustificationDefaults: RobustificationWeights = {
  ...guidanceDefaults,
  occluded: 1.5,
  noisy: 1.5,
  domain: 0.1,
  consistency: 10,
  heldLandmarks: 15,
};

/**
 * ε of L_K in the stages after the first, in halves of the crop: distances, softened below a third of a pixel
 * of 128.
 */
const SOFTNESS = 0.005;
/** Contour points are where the pose puts them, those of the model stay on the skin. */
const landmarkWeights = Float32Array.from({ length: 68 }, (_, k) => (k < 17 ? 0.1 : 1));
const inner = Float32Array.from({ length: 68 }, (_, k) => (k < 17 ? 0 : 1));
/** Weight of gaze beside that of surface points, per radian² and mm. */
const GAZE = 7;

export interface GuidedStepParts {
  readonly model: MorphableModel;
  readonly surface: SkinSurface;
  readonly network: RegressorConfig;
  /** For L_P. */
  readonly embed: Embed;
}

export interface GuidedStepOptions {
  /** Photos per step. */
  readonly batch: number;
  /** Of these, how many L_P looks at: the recognition network costs more than all else. */
  readonly recognised: number;
  readonly weights: GuidanceWeights | RobustificationWeights;
}

/** Whether the weights ask for occluded and noisy views. */
export function isRobust(
  weights: GuidanceWeights | RobustificationWeights,
): weights is RobustificationWeights {
  return 'occluded' in weights;
}

/** Whether a discriminator takes part. */
export const tellsDomains = (weights: GuidanceWeights | RobustificationWeights): boolean =>
  isRobust(weights) && weights.domain > 0;

/** Names of the discriminator's layers among the parameters begin so. */
export const discriminatorPrefix = 'domain-';

/**
 * Shapes of the parameters of a guided step: the regressor's and, where it takes part, the discriminator's.
 */
export function guidedParameters(
  model: MorphableModel,
  network: RegressorConfig,
  withDiscriminator: boolean,
): LayerTree<TensorSpec> {
  const sizes = modelSizes(model);
  const layers = withDiscriminator ? discriminatorParameters(discriminatorDefaults, sizes) : {};
  return {
    ...regressorParameters(network, sizes),
    ...Object.fromEntries(
      Object.entries(layers).map(([name, layer]) => [`${discriminatorPrefix}${name}`, layer]),
    ),
  };
}

type GuidedInputs = { readonly parameters: LayerTree<Tensor>; readonly pixels: SkinPixelTensors } & Record<
  'images' | 'picture' | 'embedding' | 'points' | 'positions' | 'gaze' | 'known' | 'visible',
  Tensor
>;

/**
 * The step of the stages `guide` (clean views; L_guide of the paper) and `robustify` (clean, occluded and
 * noisy views of each photo; L_guide + L_robust), split where the host rasterises: the host function is
 * `rasterizeSkin`. A loss of weight 0 is left out of the graph.
 *
 * @returns value, gradients and each loss as `extra.<name>`; `extra.nme` is the mean error of the 51 inner
 *   landmarks on clean views, −1…1 across the crop, `extra.nmeHeld` that on the other views
 */
export function guidedGraphs(
  { model, surface, network, embed }: GuidedStepParts,
  { batch, recognised, weights }: GuidedStepOptions,
  target?: LoweringTarget,
): { readonly forward: CompiledGraph; readonly backward: CompiledGraph } {
  const layout = codeLayout(modelSizes(model));
  const robust = isRobust(weights);
  const domains = robust ? 3 : 1;
  const rows = domains * batch;
  const picture = skinPictureDefaults;
  const supervised = supervisedPoints(model);
  const specs = {
    parameters: guidedParameters(model, network, tellsDomains(weights)),
    images: spec([rows, 3, network.size, network.size]),
    picture: spec([batch, 3, picture.size, picture.size]),
    embedding: spec([recognised, embeddingSize]),
    points: spec([batch, 68, 2]),
    positions: spec([batch, supervised.count, 3]),
    gaze: spec([batch, 2]),
    known: spec([batch]),
    visible: spec([rows, 68]),
    pixels: skinPixelSpecs(rows, picture),
  };
  const draw = skinRenderer(surface, picture.size);
  const skin = skinVertices(model);
  const points = headPoints(model, supervised);
  const alignment = headPoints(model, model.landmarks.alignment5!);
  const importance = constant(supervised.importance);
  const byLandmark = constant(landmarkWeights);
  const innerOnly = constant(inner);

  const step = ({ parameters, ...seen }: GuidedInputs) => {
    const {
      value,
      grad,
      extra: { vertices, ...extra },
    } = valueAndGrad((p: LayerTree<Tensor>) => {
      const code = decodeCode(layout, regress(network, p, seen.images));
      const posed = posePoints(code, skin.positions(code));
      const positions = points.positions(code);
      const landmarks = projectToCrop(posePoints(code, positions)).slice(1, 0, 68);
      const domain = (x: Tensor, k: number): Tensor => x.slice(0, k * batch, (k + 1) * batch);
      const clean = firstCodes(code, batch);
      const colours = draw(skinScene(posed, code), seen.pixels);
      const photo = photoAt(repeated(seen.picture, domains), seen.pixels);
      const photometric = (k: number): Tensor =>
        photometricLoss(domain(colours, k), domain(photo, k), domain(seen.pixels.weight, k));
      const held = (k: number): Tensor =>
        landmarkLoss(domain(landmarks, k), seen.points, byLandmark, SOFTNESS);
      const truth = (): Tensor =>
        vertexLoss(
          positions,
          repeated(seen.positions, domains),
          importance.mul(repeated(seen.known, domains).unsqueeze(1)),
        ).add(
          code.gaze
            .sub(repeated(seen.gaze, domains))
            .square()
            .mul(repeated(seen.known, domains).unsqueeze(1))
            .mean()
            .mul(GAZE),
        );
      const perceptual = (): Tensor => {
        const some = (x: Tensor): Tensor => x.slice(0, 0, recognised);
        const drawn = drawOver(some(seen.picture), some(colours), { slot: some(seen.pixels.slot) });
        const first = firstCodes(code, recognised);
        const faces = alignFaces(drawn, projectToCrop(posePoints(first, alignment.positions(first))));
        return perceptualLoss(embed(faces), seen.embedding);
      };
      const losses: Record<string, () => Tensor> = {
        landmarks: () => held(0),
        photometric: () => photometric(0),
        perceptual,
        regularization: () => regularizationLoss(clean),
        light: () => lightLoss(clean.light),
        visibility: () => visibilityLoss(code.visibility, seen.visible),
        truth,
      };
      if (robust) {
        const coefficients = discriminatedCode(code);
        const told = domain(coefficients, 0).stopGradient();
        Object.assign(losses, {
          occluded: () => photometric(1),
          noisy: () => photometric(2),
          heldLandmarks: () => held(1).add(held(2)).mul(0.5),
          consistency: () => l2Loss(domain(coefficients, 1), told).add(l2Loss(domain(coefficients, 2), told)),
        });
      }
      const computed = Object.entries(losses)
        .filter(([name]) => weights[name as keyof GuidanceWeights] > 0)
        .map(([name, loss]) => [name, loss()] as const);
      let total = computed
        .map(([name, loss]) => loss.mul(weights[name as keyof GuidanceWeights]))
        .reduce((sum, loss) => sum.add(loss));
      const extra: Record<string, Tensor> = Object.fromEntries(computed);
      if (robust && tellsDomains(weights)) {
        // The discriminator follows L_C itself, the regressor the reversed and weighted gradient.
        const logits = discriminate(
          discriminatorOf(p),
          gradientReversal(discriminatedCode(code), weights.domain),
        );
        extra['domain'] = domainLoss({
          clean: domain(logits, 0),
          occluded: domain(logits, 1),
          noisy: domain(logits, 2),
        });
        total = total.add(extra['domain']);
      }
      const distance = landmarks
        .sub(repeated(seen.points, domains))
        .square()
        .sum(2)
        .sqrt()
        .mul(innerOnly)
        .sum(1)
        .mul(1 / 51)
        .stopGradient();
      extra['nme'] = domain(distance, 0).mean();
      if (robust) extra['nmeHeld'] = distance.slice(0, batch, rows).mean();
      return { value: total, extra: { ...extra, vertices: posed } };
    })(parameters) as {
      value: Tensor;
      grad: LayerTree<Tensor>;
      extra: Record<string, Tensor> & { vertices: Tensor };
    };
    return { value, grad, vertices, extra };
  };
  const later = [
    'picture',
    'embedding',
    'points',
    'positions',
    'gaze',
    'known',
    'visible',
    ...Object.keys(specs.pixels).map((name) => `pixels.${name}`),
  ];
  return splitAt(step as never, specs as unknown as SpecTree, ['vertices'], later, target ? { target } : {});
}

/** The codes of the first rows. */
function firstCodes(code: Code, count: number): Code {
  return Object.fromEntries(
    Object.entries(code).map(([part, tensor]: [string, Tensor]) => [part, tensor.slice(0, 0, count)]),
  ) as unknown as Code;
}

/** Rows again for each domain. */
const repeated = (x: Tensor, domains: number): Tensor =>
  domains === 1
    ? x
    : concat(
        Array.from({ length: domains }, () => x),
        0,
      );

function discriminatorOf(parameters: LayerTree<Tensor>): LayerTree<Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => name.startsWith(discriminatorPrefix)),
  );
}

/**
 * The batch of a list of examples, as many as the graph was made for.
 * @param points of `supervisedPoints`
 * @param size of the network's input
 */
export function guidedBatch(
  examples: readonly GuidedExample[],
  embeddings: readonly Float32Array[],
  points: number,
  size: number,
): Batch {
  const count = examples.length;
  const domains = examples[0]!.views.length;
  const side = skinPictureDefaults.size;
  // Domain by domain, as the graph takes them apart.
  const byDomain = <T>(of: (example: GuidedExample) => readonly T[]): T[] =>
    Array.from({ length: domains }, (_, k) => examples.map((example) => of(example)[k]!)).flat();
  return {
    images: stackRows(
      [3, size, size],
      byDomain(({ views }) => views),
    ),
    visible: stackRows(
      [68],
      byDomain(({ visible }) => visible),
    ),
    picture: stackRows(
      [3, side, side],
      examples.map(({ picture }) => picture),
    ),
    points: stackRows(
      [68, 2],
      examples.map((example) => example.points),
    ),
    embedding: stackRows([embeddingSize], embeddings),
    positions: stackRows(
      [points, 3],
      examples.map(({ truth }) => truth?.positions),
    ),
    gaze: stackRows(
      [2],
      examples.map(({ truth }) => truth?.gaze),
    ),
    known: { dims: [count], data: Float32Array.from(examples, ({ truth }) => (truth ? 1 : 0)) },
  };
}
