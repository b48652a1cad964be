import { alignedSize } from '../detect/alignment.js';
import { compile, type CompiledGraph } from '../graph/compile.js';
import { valueAndGrad } from '../graph/gradient.js';
import { importOnnx } from '../graph/import/import.js';
import type { LoweringTarget } from '../graph/lower/emitter.js';
import type { Tensor } from '../graph/tensor.js';
import { spec } from '../graph/trace.js';
import { perceptualLoss } from '../loss/perceptual-loss.js';
import { embeddingSize } from '../network/recognition-view.js';
import { stackRows } from './stack-rows.js';
import type { Batch } from './step-graph.js';

/** Weights of the losses of the stage `recognise`: how far each view is from the clean photo's embedding. */
export interface RecogniseWeights {
  readonly clean: number;
  readonly covered: number;
  readonly noisy: number;
}
export const recogniseDefaults: RecogniseWeights = { clean: 0.5, covered: 1, noisy: 0.5 };

const views = ['clean', 'covered', 'noisy'] as const;

/** A photo as the stage `recognise` sees it. */
export interface RecogniseExample {
  /** Clean, covered and noisy, aligned by what the regressor sees in each: 3×112×112, one after the other. */
  readonly faces: Float32Array;
  /** What the teacher says of the clean photo, aligned by its landmarks. */
  readonly embedding: ArrayLike<number>;
}

type RecogniseInputs = { readonly parameters: Readonly<Record<string, Tensor>> } & Record<
  'faces' | 'embedding',
  Tensor
>;

/**
 * The step of the stage `recognise`: a recognition network learns to say of covered and noisy views what its
 * teacher says of the clean photo, as the paper's regressor does.
 * @param network bytes of the recognition network whose layers the student has
 * @returns value, gradients and each loss as `extra.<name>`
 */
export function recogniseGraph(
  network: Uint8Array,
  batch: number,
  weights: RecogniseWeights,
  target?: LoweringTarget,
): CompiledGraph {
  const image = [views.length * batch, 3, alignedSize, alignedSize];
  const student = importOnnx(network, { inputShapes: { image } });
  const specs = {
    parameters: Object.fromEntries(
      Object.entries(student.parameters).map(([name, { shape }]) => [name, spec(shape)]),
    ),
    faces: spec(image),
    embedding: spec([batch, embeddingSize]),
  };
  const step = (seen: RecogniseInputs) =>
    valueAndGrad((parameters: Readonly<Record<string, Tensor>>) => {
      const said = student.apply({ image: seen.faces }, parameters)['embedding']!;
      const losses = Object.fromEntries(
        views.map((view, k) => [
          view,
          perceptualLoss(said.slice(0, k * batch, (k + 1) * batch), seen.embedding),
        ]),
      ) as Record<(typeof views)[number], Tensor>;
      const value = views.map((view) => losses[view].mul(weights[view])).reduce((sum, loss) => sum.add(loss));
      return { value, extra: losses };
    })(seen.parameters);
  return compile(step as never, specs as never, target ? { target } : {});
}

/** The batch of examples, for {@link recogniseGraph}. */
export function recogniseBatch(examples: readonly RecogniseExample[]): Batch {
  const face = 3 * alignedSize * alignedSize;
  return {
    // View by view, as the graph takes them apart.
    faces: stackRows(
      [3, alignedSize, alignedSize],
      views.flatMap((_, k) => examples.map(({ faces }) => faces.subarray(k * face, (k + 1) * face))),
    ),
    embedding: stackRows(
      [embeddingSize],
      examples.map(({ embedding }) => embedding),
    ),
  };
}
