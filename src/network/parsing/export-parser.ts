import { exportOnnx, type ExportOptions } from '../../graph/export/export.js';
import { softmax } from '../../graph/ops/losses.js';
import type { Tensor } from '../../graph/tensor.js';
import { spec } from '../../graph/trace.js';
import { hairLook, hairWordParameters, sayHair, tellsHair } from './hair-words.js';
import { parse, parserParameters, type ParserConfig } from './parser.js';
import { trained } from '../trained.js';

/**
 * A trained parser as a plain ONNX file: input `image` `[N, 3, size, size]`, sRGB −1…1; output `classes`
 * `[N, 4, size / 2, size / 2]`, how likely each of `parsingClasses` is, 0…1. One that tells of hair has
 * `length` `[N, 6]`, `curl` `[N, 5]` and `tone` `[N, 9]` as well, how likely each choice of `hairWords` is.
 *
 * @param parameters values by path, as a trainer gives them, with or without those of the words
 * @throws Error when a parameter is missing
 */
export async function exportParser(
  config: ParserConfig,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const parser = trained(parserParameters(config), parameters);
  const words = tellsHair(parameters) ? trained(hairWordParameters(config), parameters) : undefined;
  return exportOnnx<ReturnType<typeof imagesOf>>(
    ({ image }): Record<string, Tensor> => {
      const seen = parse(config, parser(), image);
      const classes = softmax(seen.classes, 1);
      if (!words) return { classes };
      const { length, curl, tone } = sayHair(words(), hairLook(seen));
      return { classes, length: softmax(length, 1), curl: softmax(curl, 1), tone: softmax(tone, 1) };
    },
    (batch) => imagesOf(config, batch),
    options,
  );
}

/** The same network as one that tells `look` `[N, F]` alone, by which words are fitted. */
export async function exportHairLook(
  config: ParserConfig,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const parser = trained(parserParameters(config), parameters);
  return exportOnnx<ReturnType<typeof imagesOf>>(
    ({ image }) => ({ look: hairLook(parse(config, parser(), image)) }),
    (batch) => imagesOf(config, batch),
    options,
  );
}

const imagesOf = ({ size }: ParserConfig, batch: number) => ({ image: spec([batch, 3, size, size]) });
