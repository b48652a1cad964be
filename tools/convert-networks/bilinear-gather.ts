import type { Converter, Tensor } from './converter.js';
import type { TfNode } from './tfjs-graph.js';

/**
 * Recognises bilinear sampling spelled out in primitive operators (a sum of four gathers, each times a
 * product of fractions) and emits one GridSample instead; nothing when the node is any other sum.
 *
 * The spelled-out form clamps indices to 0…48 on a map of 48 pixels, one too many: out-of-bounds gathers are
 * errors in ONNX Runtime. GridSample with border padding clamps to the map and is the same everywhere else.
 */
export function bilinearGather(node: TfNode, converter: Converter): Tensor | undefined {
  if (node.op !== 'AddN' || node.inputs.length !== 4) return undefined;
  const gathers = node.inputs.map((input) => gatherOf(converter.node(input), converter));
  if (gathers.some((gather) => gather === undefined)) return undefined;
  const map = converter.tensor(gathers[0]!, 0);
  const positions = converter.tensor(floorBefore(gathers[0]!, converter), 0);
  const [, height, width] = map.shape as [number, number, number, number];

  // Positions are pixel indices (x, y); GridSample wants −1…1 between the centres of the first and the last
  // pixel.
  const { builder } = converter;
  const scale = builder.floats(Float32Array.of(2 / (width - 1), 2 / (height - 1)), [2], false);
  const scaled = builder.add('Mul', [positions.name, scale]);
  const grid = builder.add('Sub', [scaled, builder.floats(Float32Array.of(1), [], false)]);
  const name = builder.add('GridSample', [converter.channelsFirst(map), grid], {
    mode: { string: 'bilinear' },
    padding_mode: { string: 'border' },
    align_corners: { int: 1 },
  });
  return {
    kind: 'tensor',
    name,
    shape: [1, positions.shape[1]!, positions.shape[2]!, map.shape[3]!],
    channelsFirst: true,
  };
}

function gatherOf(product: TfNode, converter: Converter): TfNode | undefined {
  if (product.op !== 'Mul') return undefined;
  return product.inputs.map((input) => converter.node(input)).find((factor) => factor.op === 'GatherNd');
}

/** The rounding that the gather's indices came from, whose input is the exact position. */
function floorBefore(gather: TfNode, converter: Converter): TfNode {
  const queue = [gather.inputs[1]!];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const node = converter.node(name);
    if (node.op === 'Floor') return node;
    queue.push(...node.inputs);
  }
  throw new Error(`convert ${gather.name}: its indices come from no Floor.`);
}
