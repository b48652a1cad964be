import { lower } from '../../src/graph/lower/lower.js';
import type { LoweringTarget } from '../../src/graph/lower/emitter.js';
import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import { isSpec, trace } from '../../src/graph/trace.js';
import type { SpecTree, TensorSpec, TensorTree, TensorsOf } from '../../src/graph/trace.js';
import { flattenTree } from '../../src/graph/tree.js';
import { nodeRuntime } from '../../src/runtime/node.js';
import type { HostTensor } from '../../src/runtime/session.js';

const runtime = nodeRuntime({ threads: 1 });

/** The outputs of a traceable function, computed by ONNX Runtime. */
export async function computeLowered<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: Specs,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  target: LoweringTarget,
): Promise<Record<string, ArrayLike<number>>> {
  const session = await runtime.createSession(encodeOnnx(lower(trace(fn, specs), { target })));
  try {
    const feeds = Object.fromEntries(
      flattenTree<TensorSpec>(specs, isSpec)
        .filter(([name]) => session.inputNames.includes(name))
        .map(([name, { shape, type }]): [string, HostTensor] => [
          name,
          {
            dims: shape,
            data: type === 'int32' ? Int32Array.from(inputs[name]!) : Float32Array.from(inputs[name]!),
          },
        ]),
    );
    const outputs = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as Float32Array, Number)]),
    );
  } finally {
    await session.release();
  }
}

/**
 * The largest difference, relative to the largest expected magnitude; Infinity for other lengths or values
 * that are not finite.
 */
export function relativeError(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (values.length !== expected.length) return Infinity;
  let error = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(values[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  if (Number.isNaN(error)) return Infinity;
  return error / Math.max(scale, 1e-3);
}
