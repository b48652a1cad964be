import { exportOnnx, type ExportOptions } from '../../graph/export/export.js';
import { softmax } from '../../graph/ops/losses.js';
import { spec } from '../../graph/trace.js';
import { parse, parserParameters, type ParserConfig } from './parser.js';
import { trained } from '../trained.js';

/**
 * A trained parser as a plain ONNX file: input `image` `[N, 3, size, size]`, sRGB −1…1; output `classes`
 * `[N, 4, size / 2, size / 2]`, how likely each of `parsingClasses` is, 0…1, and `length`
 * `[N, 6]` and `curl` `[N, 5]`, the same of `hairLengths` and `hairCurls`.
 *
 * @param parameters values by path, as a trainer gives them
 * @throws Error when a parameter is missing
 */
export async function exportParser(
  config: ParserConfig,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const parser = trained(parserParameters(config), parameters);
  return exportOnnx<ReturnType<typeof imagesOf>>(
    ({ image }) => {
      const { classes, length, curl, tone } = parse(config, parser(), image);
      return {
        classes: softmax(classes, 1),
        length: softmax(length, 1),
        curl: softmax(curl, 1),
        tone: softmax(tone, 1),
      };
    },
    (batch) => imagesOf(config, batch),
    options,
  );
}

const imagesOf = ({ size }: ParserConfig, batch: number) => ({ image: spec([batch, 3, size, size]) });
