import { describe, expect, it } from 'vitest';
import { portableTarget } from '../../../src/graph/lower/emitter.js';
import { evaluateReference } from '../../../src/graph/reference.js';
import { cases, inputsOf, withGradients } from '../cases.js';
import { computeLowered, relativeError } from '../lowered.js';
import { cpuTarget } from '../targets.js';

describe('lowered graphs', () => {
  for (const graphCase of cases) {
    it(`agree with jax-js in value and gradient: ${graphCase.name}`, async () => {
      const fn = withGradients(graphCase);
      const specs = graphCase.specs('float32');
      const inputs = inputsOf(graphCase);
      const expected = evaluateReference(fn as never, specs, inputs);
      for (const target of [portableTarget, { block: 0, hugeKernels: true }, await cpuTarget()]) {
        const computed = await computeLowered(fn as never, specs, inputs, target);
        for (const [name, values] of Object.entries(expected)) {
          expect(
            relativeError(computed[name]!, values),
            `${name} with ${JSON.stringify(target)}`,
          ).toBeLessThanOrEqual(1e-5);
        }
      }
    });
  }
});
