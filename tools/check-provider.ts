/**
 * Compares an execution provider with the CPU on every case that the tests of the graph engine know, value
 * and gradient:
 *
 *     npx tsx tools/check-provider.ts webgpu
 *
 * For machines with a GPU; the tests themselves run anywhere.
 */
import { compile } from '../src/graph/compile.js';
import { isSpec } from '../src/graph/trace.js';
import type { TensorSpec } from '../src/graph/trace.js';
import { flattenTree } from '../src/graph/tree.js';
import { nodeRuntime } from '../src/runtime/node.js';
import type { NodeProvider } from '../src/runtime/node.js';
import type { HostTensor } from '../src/runtime/session.js';
import { gpuTarget } from '../src/runtime/target.js';
import { cases, inputsOf, withGradients } from '../test/graph/cases.js';
import { relativeError } from '../test/graph/lowered.js';

/** GPUs approximate sines, exponentials and roots. */
const TOLERANCE = 1e-4;

async function main(provider: string | undefined): Promise<number> {
  if (provider === undefined) {
    console.error(
      'check-provider: which execution provider? Usage: npx tsx tools/check-provider.ts webgpu|cuda|dml|coreml.',
    );
    return 2;
  }
  const runtimes = [nodeRuntime(), nodeRuntime({ providers: [provider as NodeProvider] })];
  let worst = 0;
  let wrong = 0;
  for (const graphCase of cases) {
    const specs = graphCase.specs('float32');
    const values = inputsOf(graphCase);
    const graph = compile(withGradients(graphCase), specs, { target: gpuTarget });
    const feeds = Object.fromEntries(
      flattenTree<TensorSpec>(specs, isSpec).map(([name, { shape, type }]): [string, HostTensor] => [
        name,
        {
          dims: shape,
          data: type === 'int32' ? Int32Array.from(values[name]!) : Float32Array.from(values[name]!),
        },
      ]),
    );
    const [expected, computed] = await Promise.all(
      runtimes.map(async (runtime) => {
        const session = await runtime.createSession(graph.model);
        return session.run(feeds).finally(() => session.release());
      }),
    );
    for (const [name, { data }] of Object.entries(expected!)) {
      const error = relativeError(Array.from(computed![name]!.data, Number), Array.from(data, Number));
      if (error > TOLERANCE) {
        wrong++;
        console.log(`${graphCase.name}: ${name} differs by ${error.toPrecision(2)}`);
      } else worst = Math.max(worst, error);
    }
  }
  console.log(
    `${cases.length} cases, ${wrong} values differ by more than ${TOLERANCE}, the others by at most ${worst.toPrecision(2)}.`,
  );
  return wrong === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
