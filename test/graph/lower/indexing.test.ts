import { describe, expect, it } from 'vitest';
import { scatterAdd } from '../../../src/graph/ops/indexing.js';
import { lower } from '../../../src/graph/lower/lower.js';
import { encodeOnnx } from '../../../src/graph/onnx/encode.js';
import { spec, trace } from '../../../src/graph/trace.js';
import { nodeRuntime } from '../../../src/runtime/node.js';
import { floatOutput } from '../../../src/runtime/session.js';
import { cpuTarget } from '../targets.js';

describe('scatterAdd', () => {
  it('loses no row on several threads, and adds in the order of the rows', async () => {
    const rows = 150_000;
    const count = 400_000;
    const positions = Int32Array.from({ length: count }, (_, k) => (k * 7919 + ((k * k) % 13)) % rows);
    const updates = Float32Array.from({ length: 3 * count }, (_, k) => Math.sin(1.37 * k));
    const expected = new Float32Array(3 * rows);
    positions.forEach((row, k) => {
      for (let c = 0; c < 3; c++) expected[3 * row + c]! += updates[3 * k + c]!;
    });
    const program = trace(({ x, i }) => scatterAdd(x, i, rows), {
      x: spec([count, 3]),
      i: spec([count], 'int32'),
    });
    const model = encodeOnnx(lower(program, { target: await cpuTarget() }));
    const session = await nodeRuntime({ threads: 2, optimize: false }).createSession(model);
    try {
      for (let run = 0; run < 6; run++) {
        const result = await session.run({
          x: { dims: [count, 3], data: updates },
          i: { dims: [count], data: positions },
        });
        const sums = floatOutput(result, 'output');
        expect(sums.findIndex((value, k) => value !== expected[k])).toBe(-1);
      }
    } finally {
      await session.release();
    }
  });
});
