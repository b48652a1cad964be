import { conv2d } from '../ops/convolution.js';
import { encodeOnnx } from '../onnx/encode.js';
import { spec, trace } from '../trace.js';
import { lower } from './lower.js';

/**
 * Runs a model once and gives its only output.
 * @throws what the runtime throws when it does not know an operator
 */
export type RunOnce = (
  model: Uint8Array,
  inputs: Readonly<Record<string, { dims: readonly number[]; data: Float32Array }>>,
) => Promise<Float32Array>;

/** Block sizes that builds of ONNX Runtime use: 16 with AVX-512, 8 otherwise. */
const CANDIDATES = [16, 8];
const CHANNELS = 32;
const SIZE = 6;

/**
 * The channels per block of the blocked convolutions of a runtime's CPU, or 0 when it has none. The domain is
 * internal to ONNX Runtime and nothing tells the size, so small convolutions are computed both ways and
 * compared.
 */
export async function probeBlockSize(run: RunOnce): Promise<number> {
  const image = [1, CHANNELS, SIZE, SIZE];
  const weight = [CHANNELS, CHANNELS, 3, 3];
  const values = (shape: readonly number[], phase: number): Float32Array =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      Math.sin(phase + 1.7 * i + 0.3 * (i % 7)),
    );
  const inputs = {
    image: { dims: image, data: values(image, 0.1) },
    weight: { dims: weight, data: values(weight, 0.9) },
  };
  const program = trace(({ image: x, weight: w }) => conv2d(x, w, { padding: 1 }), {
    image: spec(image),
    weight: spec(weight),
  });
  const expected = await run(encodeOnnx(lower(program)), inputs);
  for (const block of CANDIDATES) {
    try {
      const result = await run(encodeOnnx(lower(program, { target: { block, hugeKernels: false } })), inputs);
      if (result.every((value, i) => Math.abs(value - expected[i]!) < 1e-3)) return block;
    } catch {
      // This runtime does not have the operator, or not with this block size.
    }
  }
  return 0;
}
