import { alignedSize } from '../../detect/alignment.js';
import { exportOnnx, type ExportOptions } from '../../graph/export/export.js';
import { importOnnx } from '../../graph/import/import.js';
import { constant } from '../../graph/tensor.js';
import { spec } from '../../graph/trace.js';

/**
 * A recognition network with other weights, as a plain ONNX file: the same input and output.
 * @param network the file whose layers it has
 * @param parameters values by the names that `importOnnx` gives them
 * @throws Error when one is missing
 */
export async function exportRecogniser(
  network: Uint8Array,
  parameters: Readonly<Record<string, Float32Array>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const imported = importOnnx(network);
  const weights = (): Record<string, ReturnType<typeof constant>> =>
    Object.fromEntries(
      Object.entries(imported.parameters).map(([name, { shape }]) => {
        const values = parameters[name];
        if (!values) throw new Error(`parameter "${name}" is missing; is it a checkpoint of this network?`);
        return [name, constant(values, shape)];
      }),
    );
  return exportOnnx<{ image: ReturnType<typeof spec> }>(
    ({ image }) => ({ embedding: imported.apply({ image }, weights())['embedding']! }),
    (batch) => ({ image: spec([batch, 3, alignedSize, alignedSize]) }),
    options,
  );
}
