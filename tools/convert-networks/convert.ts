import { join } from 'node:path';
import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import { Converter } from './converter.js';
import type { NetworkRecipe } from './networks.js';
import { readTfjsGraph } from './tfjs-graph.js';

/** GridSample needs operator set 16; 17 is read by every ONNX Runtime since 1.12. */
const opset = 17;

/**
 * The ONNX bytes of one published network; the same source gives the same bytes.
 *
 * Convolutions read channels first and stay so between each other, constants added to convolutions become
 * biases, and bilinear sampling spelled out in primitives becomes one operator. Operators that no output
 * needs are left out.
 *
 * @param folder the unpacked source package
 */
export async function convertNetwork(recipe: NetworkRecipe, folder: string): Promise<Uint8Array> {
  const converter = new Converter(await readTfjsGraph(join(folder, recipe.model)), recipe.anySize);
  for (const [name, nodes] of Object.entries(recipe.outputs)) addOutput(name, nodes, converter);
  return encodeOnnx(converter.builder.finish(recipe.name, recipe.description, opset));
}

/** Outputs are flattened to (batch, rows, columns) or (batch, values), in TensorFlow's order. */
function addOutput(name: string, nodes: readonly string[], converter: Converter): void {
  const { builder } = converter;
  const values = nodes.map((node) => converter.value(node));
  const parts = values.map((value) => converter.plain(value));
  const joined = parts.length === 1 ? parts[0]! : builder.add('Concat', parts, { axis: { int: 1 } });
  const columns = values[0]!.shape.slice(2).reduce((product, size) => product * size, 1);
  const rowsAndColumns = values[0]!.shape[1] !== 1 && columns !== 1;
  builder.add('Reshape', [joined, builder.integers(rowsAndColumns ? [0, -1, columns] : [0, -1])], {}, name);
  const count = values.reduce((sum, value) => sum + value.shape[1]!, 0) * columns;
  const dims = rowsAndColumns ? ['anchors', columns] : [converter.anySize ? 'anchors' : count];
  builder.outputs.push({ name, type: 'float32', dims: ['batch', ...dims] });
}
