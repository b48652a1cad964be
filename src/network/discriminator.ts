import { linear } from '../graph/ops/convolution.js';
import { concat, type Tensor } from '../graph/tensor.js';
import { spec, type TensorSpec } from '../graph/trace.js';
import type { Code, ModelSizes } from './code.js';
import type { LayerTree } from './resnet.js';

/** A small network that tells from a code what kind of image it came from (`loss/domain-loss.ts`). */
export interface DiscriminatorConfig {
  /** Neurons of each hidden layer. */
  readonly widths: readonly number[];
}

export const discriminatorDefaults: DiscriminatorConfig = { widths: [128, 64] };

const classes = 3;
const leak = 0.2;

/**
 * The coefficients it sees: C of the paper, without what a cover truly changes, the visibility of landmarks.
 * @returns `[N, K]`
 */
export function discriminatedCode({
  shape,
  expression,
  albedo,
  light,
  rotation,
  translation,
}: Pick<Code, 'shape' | 'expression' | 'albedo' | 'light' | 'rotation' | 'translation'>): Tensor {
  // Of about unit size each; translation is in mm.
  return concat(
    [
      shape,
      expression.mul(2),
      albedo,
      light,
      rotation.reshape([rotation.shape[0]!, 9]),
      translation.mul(0.01),
    ],
    1,
  );
}

/** Shapes of all parameters. */
export function discriminatorParameters(
  { widths }: DiscriminatorConfig,
  { shape, expression, albedo }: ModelSizes,
): LayerTree<TensorSpec> {
  const sizes = [shape + expression + albedo + 27 + 9 + 3, ...widths, classes];
  return Object.fromEntries(
    sizes.slice(1).map((out, i) => [`layer${i}`, { weight: spec([out, sizes[i]!]), bias: spec([out]) }]),
  );
}

/**
 * Logits of the kinds in the order of `domains`.
 * @param code `[N, K]` of `discriminatedCode`
 * @returns `[N, 3]`
 */
export function discriminate(parameters: LayerTree<Tensor>, code: Tensor): Tensor {
  const layers = Object.values(parameters);
  return layers.reduce((x, { weight, bias }, i) => {
    const y = linear(x, weight!, bias!);
    return i === layers.length - 1 ? y : y.maximum(y.mul(leak));
  }, code);
}

/** What drawing initial parameters needs of a generator. */
interface InitialRandom {
  normal(): number;
}

/** Parameters to start from, by path: rows of variance 2 / inputs (He et al. 2015), no bias. */
export function initialDiscriminator(
  specs: LayerTree<TensorSpec>,
  random: InitialRandom,
): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([name, { weight, bias }]) => {
      const [out, ins] = weight!.shape as [number, number];
      const scale = Math.sqrt(2 / ins);
      return [
        [`${name}.weight`, Float32Array.from({ length: out * ins }, () => scale * random.normal())],
        [`${name}.bias`, new Float32Array(bias!.shape[0]!)],
      ];
    }),
  );
}
