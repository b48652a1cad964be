import { lower } from '../lower/lower.js';
import { encodeOnnx } from '../onnx/encode.js';
import { trace } from '../trace.js';
import type { SpecTree, TensorTree, TensorsOf } from '../trace.js';
import { foldConstants } from './fold-constants.js';
import type { RunConstants } from './fold-constants.js';
import { freeBatch } from './free-batch.js';
import { storeInHalf, toHalfPrecision } from './half-precision.js';

export interface ExportOptions {
  /** Name of the graph. */
  readonly name: string;
  /** Free text in the file: licence, origin, units. */
  readonly description?: string;
  /**
   * Runs a model without inputs; used to compute once what depends on constants only. Left out, the file
   * computes it at each run.
   */
  readonly run?: RunConstants;
  /** Stores and computes in float16 between float32 inputs and outputs: half the file, for GPUs. */
  readonly halfPrecision?: boolean;
  /** Stores large constants in float16 and computes in float32: half the file, for CPUs as well. */
  readonly halfStorage?: boolean;
}

/**
 * Two batch sizes that stand for all: different primes, so that no other size is mistaken for a multiple of
 * both.
 */
const BATCHES = [5, 7] as const;

/**
 * Writes a function as a plain ONNX file of standard operators (operator set 17), self-contained and with a
 * free batch size. Trained parameters are captured as constants (`constant`).
 * @param specs the record of inputs for a batch size
 * @throws Error when the result is not the same function for every batch size, such as a mean over the batch
 */
export async function exportOnnx<Specs extends SpecTree>(
  fn: (inputs: TensorsOf<Specs>) => TensorTree,
  specs: (batch: number) => Specs,
  { name, description, run, halfPrecision = false, halfStorage = false }: ExportOptions,
): Promise<Uint8Array> {
  const [a, b] = BATCHES.map((batch) =>
    lower(trace(fn, specs(batch)), { name, ...(description === undefined ? {} : { description }) }),
  );
  let model = freeBatch(a!, b!, BATCHES);
  if (run !== undefined) model = await foldConstants(model, run);
  return encodeOnnx(halfPrecision ? toHalfPrecision(model) : halfStorage ? storeInHalf(model) : model);
}
