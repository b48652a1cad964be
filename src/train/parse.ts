import {
  NO_COVER_LABEL,
  NO_COVER_NOR_HAIR_LABEL,
  NO_HAIR_LABEL,
  parsingClasses,
  parsingLabels,
} from '../network/parsing/parsing-classes.js';
import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { excludedLoss, overlapLoss, parsingLoss } from '../loss/parsing-loss.js';
import { parse, parserParameters, type ParserConfig } from '../network/parsing/parser.js';
import { parserStride } from '../network/parsing/parser-view.js';
import type { LayerTree } from '../network/resnet.js';
import type { ParseView } from './parse-view.js';
import type { Batch } from './step-graph.js';

/** Weights of the parser's losses. */
export interface ParseWeights {
  /** Cross-entropy of all classes. */
  readonly classes: number;
  /** Overlap of covers. */
  readonly overlap: number;
  /** That there is no cover where a photo was not covered, before a teacher says what there is. */
  readonly uncovered: number;
  /** That there is no hair where somebody has seen that it does not reach. */
  readonly hairless: number;
}
export const parseDefaults: ParseWeights = {
  classes: 1,
  overlap: 0.3,
  uncovered: 0.3,
  hairless: 0.3,
};

type ParseInputs = { readonly parameters: LayerTree<Tensor> } & Record<
  'image' | 'target' | 'uncovered' | 'hairless',
  Tensor
>;

/**
 * The step of the parser's training.
 * @returns value, gradients and each loss as `extra.<name>`
 */
export function parseGraph(
  network: ParserConfig,
  batch: number,
  weights: ParseWeights,
  target?: LoweringTarget,
): CompiledGraph {
  const side = network.size / parserStride;
  const specs = {
    parameters: parserParameters(network),
    image: spec([batch, 3, network.size, network.size]),
    target: spec([batch, parsingClasses.length, side, side]),
    uncovered: spec([batch, side, side]),
    hairless: spec([batch, side, side]),
  };
  const step = (truth: ParseInputs) =>
    valueAndGrad((parameters: LayerTree<Tensor>) => {
      const { classes } = parse(network, parameters, truth.image);
      const losses = {
        classes: parsingLoss(classes, truth.target),
        overlap: overlapLoss(classes, truth.target, parsingLabels.cover),
        uncovered: excludedLoss(classes, truth.uncovered, parsingLabels.cover),
        hairless: excludedLoss(classes, truth.hairless, parsingLabels.hair),
      };
      return {
        value: losses.classes
          .mul(weights.classes)
          .add(losses.overlap.mul(weights.overlap))
          .add(losses.uncovered.mul(weights.uncovered))
          .add(losses.hairless.mul(weights.hairless)),
        extra: losses,
      };
    })(truth.parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

const NO_COVER = [NO_COVER_LABEL, NO_COVER_NOR_HAIR_LABEL] as const;
const NO_HAIR = [NO_HAIR_LABEL, NO_COVER_NOR_HAIR_LABEL] as const;

/** The batch of views, for {@link parseGraph}. */
export function parseBatch(views: readonly ParseView[], size: number): Batch {
  const side = size / parserStride;
  const classes = parsingClasses.length;
  const image = new Float32Array(views.length * 3 * size * size);
  const target = new Float32Array(views.length * classes * side * side);
  const uncovered = new Float32Array(views.length * side * side);
  const hairless = new Float32Array(views.length * side * side);
  views.forEach((view, k) => {
    image.set(view.image, k * view.image.length);
    target.set(weighted(sharesOf(view.labels, size)), k * classes * side * side);
    uncovered.set(shareOf(view.labels, size, ...NO_COVER), k * side * side);
    hairless.set(shareOf(view.labels, size, ...NO_HAIR), k * side * side);
  });
  return {
    image: { dims: [views.length, 3, size, size], data: image },
    target: { dims: [views.length, classes, side, side], data: target },
    uncovered: { dims: [views.length, side, side], data: uncovered },
    hairless: { dims: [views.length, side, side], data: hairless },
  };
}

/** The share of each class in each square of pixels, classes×side×side; nothing of what is unknown. */
export function sharesOf(labels: Uint8Array, size: number): Float32Array {
  const plane = (size / parserStride) ** 2;
  const shares = new Float32Array(parsingClasses.length * plane);
  parsingClasses.forEach((_, label) => {
    shares.set(shareOf(labels, size, label), label * plane);
  });
  return shares;
}

/** So much more than others do squares of which a cover takes a part count: rims and edges are few. */
const EDGE = 3;

/** Shares weighed by {@link EDGE}. */
function weighted(shares: Float32Array): Float32Array {
  const plane = shares.length / parsingClasses.length;
  const covers = shares.subarray(parsingLabels.cover * plane, (parsingLabels.cover + 1) * plane).slice();
  return shares.map((share, at) => {
    const cover = covers[at % plane]!;
    return cover > 0 && cover < 1 ? EDGE * share : share;
  });
}

/** The share of some labels in each square of pixels, side×side. */
function shareOf(labels: Uint8Array, size: number, ...wanted: readonly number[]): Float32Array {
  const side = size / parserStride;
  const shares = new Float32Array(side * side);
  const part = 1 / parserStride ** 2;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if (wanted.includes(labels[y * size + x]!))
        shares[Math.floor(y / parserStride) * side + Math.floor(x / parserStride)]! += part;
  return shares;
}
