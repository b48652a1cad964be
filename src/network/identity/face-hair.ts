import { linear } from '../../graph/ops/convolution.js';
import type { Tensor } from '../../graph/tensor.js';
import { spec, type TensorSpec } from '../../graph/trace.js';
import { hairWords, type HairWord } from '../parsing/hair-words.js';
import { embeddingSize } from '../recognition-view.js';
import type { LayerTree } from '../resnet.js';
import { ofOrdinarySize } from './identity.js';

/** What a face tells of hair, see {@link sayFaceHair}. */
export interface FaceHair {
  /** By how much each of `hairLengths`, `hairCurls` and `hairTones` is likelier, logits. */
  readonly lengths: Float32Array;
  readonly curls: Float32Array;
  readonly tones: Float32Array;
}

/**
 * What a face tells of hair, which may be hidden: who knows people guesses from somebody's face how long
 * their hair is, how it lies and of what colour it is. Linear layers on a recognition embedding say how much
 * likelier each word is than a parser says that sees the picture (`hair-words.ts`); both are put together in
 * `fit/hair/told-hair.ts`.
 */
export const faceHairParameters: LayerTree<TensorSpec> = Object.fromEntries(
  Object.entries(hairWords).map(([word, { length }]) => [
    `hair-${word}`,
    { weight: spec([length, embeddingSize]), bias: spec([length]) },
  ]),
);

/** Whether a network's parameters tell of hair. */
export const tellsFaceHair = (parameters: Readonly<Record<string, unknown>>): boolean =>
  'hair-length.weight' in parameters;

/**
 * @param embedding `[N, D]` of the recognition network, of any length
 * @returns logits `[N, choices]` of each word
 */
export function sayFaceHair(
  parameters: LayerTree<Tensor>,
  embedding: Tensor,
): Record<`hair-${HairWord}`, Tensor> {
  const seen = ofOrdinarySize(embedding);
  return Object.fromEntries(
    Object.entries(parameters).map(([word, { weight, bias }]) => [word, linear(seen, weight!, bias!)]),
  ) as Record<`hair-${HairWord}`, Tensor>;
}
