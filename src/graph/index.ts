/**
 * The graph engine (docs/graph.md): write functions over tensors, differentiate them, compile them to ONNX.
 * Safe in a browser.
 */
export { compile, splitAt } from './compile.js';
export type { CompiledGraph, GraphValue, SplitGraph } from './compile.js';
export { exportOnnx } from './export/export.js';
export type { ExportOptions } from './export/export.js';
export { gradientReversal, valueAndGrad, vjp } from './gradient.js';
export type { Scored } from './gradient.js';
export { importOnnx } from './import/import.js';
export type { ImportOptions, ImportedNetwork } from './import/import.js';
export { portableTarget } from './lower/emitter.js';
export type { LoweringTarget } from './lower/emitter.js';
export { lower } from './lower/lower.js';
export { encodeOnnx } from './onnx/encode.js';
export { printModel } from './onnx/print.js';
export * from './ops/contraction.js';
export * from './ops/convolution.js';
export * from './ops/geometry.js';
export * from './ops/indexing.js';
export * from './ops/losses.js';
export * from './ops/normalization.js';
export * from './ops/pooling.js';
export * from './ops/resizing.js';
export * from './ops/sampling.js';
export { printProgram } from './program.js';
export { compileReference, evaluateReference } from './reference.js';
export { Tensor, concat, constant, full, ones, stack, where, zeros } from './tensor.js';
export type { Axes, TensorLike, TensorType } from './tensor.js';
export { TensorSpec, spec, trace } from './trace.js';
export type { SpecTree, TensorTree, TensorsOf } from './trace.js';
