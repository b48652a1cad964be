import { linear } from '../../graph/ops/convolution.js';
import { softmax } from '../../graph/ops/losses.js';
import { avgPool2d } from '../../graph/ops/pooling.js';
import { concat, type Tensor } from '../../graph/tensor.js';
import { spec, type TensorSpec } from '../../graph/trace.js';
import { hairCurls, hairLengths, hairTones } from '../../model/hair-file.js';
import type { LayerTree } from '../resnet.js';
import type { ParserConfig, ParserLogits } from './parser.js';
import { parsingLabels } from './parsing-classes.js';

/**
 * What somebody would say of a person's hair who saw the whole picture: how long it is, how it lies, and its
 * colour. Told by the mean and the deviation of a parser's features over what it takes for hair and for skin
 * (second-order pooling of regions, Carreira et al. 2012).
 */
export const hairWords = { length: hairLengths, curl: hairCurls, tone: hairTones } as const;

export type HairWord = keyof typeof hairWords;

/** What is looked at, and the stages of the features: the coarsest of four show hair and face alike. */
const REGIONS = [parsingLabels.hair, parsingLabels.skin] as const;
const STAGES = 3;
const SOME = 1e-3;

/** How many numbers tell the words. */
export function hairLookSize({ backbone }: ParserConfig): number {
  const channels = backbone.widths.slice(0, STAGES).reduce((sum, width) => sum + width, 0);
  return 2 * REGIONS.length * channels;
}

/** Shapes of the words' parameters. */
export function hairWordParameters(config: ParserConfig): LayerTree<TensorSpec> {
  const inputs = hairLookSize(config);
  return Object.fromEntries(
    Object.entries(hairWords).map(([word, { length }]) => [
      word,
      { weight: spec([length, inputs]), bias: spec([length]) },
    ]),
  );
}

/** Whether a network's parameters tell words. */
export const tellsHair = (parameters: Readonly<Record<string, unknown>>): boolean =>
  'length.weight' in parameters;

/** What the words are told by, `[N, hairLookSize]`. */
export function hairLook({ classes, pyramid }: ParserLogits): Tensor {
  const said = softmax(classes, 1);
  const parts = REGIONS.flatMap((region) =>
    pyramid.slice(1, 1 + STAGES).flatMap((features) => {
      const [n, channels, side] = features.shape as [number, number, number];
      const window = said.shape[2]! / side;
      const share = avgPool2d(said.slice(1, region, region + 1), { window });
      const total = share.sum([2, 3]).add(SOME);
      const mean = (x: Tensor): Tensor => x.mul(share).sum([2, 3]).reshape([n, channels]).div(total);
      const first = mean(features);
      const second = mean(features.mul(features));
      return [
        first,
        second
          .sub(first.mul(first))
          .relu()
          .add(SOME ** 2)
          .sqrt(),
      ];
    }),
  );
  return concat(parts, 1);
}

/** Logits of each word's choices, `[N, choices]`. @param look of `hairLook` */
export function sayHair(parameters: LayerTree<Tensor>, look: Tensor): Record<HairWord, Tensor> {
  const words = Object.keys(hairWords) as HairWord[];
  return Object.fromEntries(
    words.map((word) => [word, linear(look, parameters[word]!['weight']!, parameters[word]!['bias']!)]),
  ) as Record<HairWord, Tensor>;
}
