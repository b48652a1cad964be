import { vjp } from '../gradient.js';
import { Tensor, normalizeAxes, product, shapeError, zeros } from '../tensor.js';
import type { TensorType } from '../tensor.js';
import { range } from './constants.js';

// Every operation here is one selection along one axis: backends do that well, and its gradient is one
// scatter. Nothing checks indices when a graph runs: they must lie within the axis.

/**
 * Selects along an axis, such as rows of a table of embeddings.
 * @param x any shape
 * @param indices int32, any shape
 * @returns the shape of `x` with its axis replaced by the shape of `indices`
 */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor => x.take(indices, axis);

/**
 * Selects along an axis with separate indices for each position of the other axes:
 * `result[i, j, k] = x[i, indices[i, j, k], k]` for `axis` 1.
 * @param indices int32, the shape of `x` but for `axis`
 * @returns the shape of `indices`
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = normalizeAxes('takeAlongAxis', x, axis)[0]!;
  const size = x.shape[at]!;
  needInt32('takeAlongAxis', indices);
  if (indices.rank !== x.rank || indices.shape.some((length, i) => i !== at && length !== x.shape[i])) {
    throw shapeError('takeAlongAxis', [x.shape, indices.shape], `they differ outside axis ${axis}`);
  }
  // In the flattened tensor, stepping along the axis means stepping over all later axes.
  const inner = product(x.shape.slice(at + 1));
  const outer = x.size / (inner * size);
  const start = range(outer, size * inner)
    .unsqueeze(1)
    .add(range(inner))
    .reshape(x.shape.with(at, 1));
  return x.reshape([x.size]).take(indices.mul(inner).add(start), 0);
}

/**
 * Selects points of each batch element, such as landmarks among vertices.
 * @param x `[B, P, C]`
 * @param indices `[B, Q]` int32
 * @returns `[B, Q, C]`
 */
export function gatherPoints(x: Tensor, indices: Tensor): Tensor {
  needInt32('gatherPoints', indices);
  if (x.rank !== 3 || indices.rank !== 2 || x.shape[0] !== indices.shape[0]) {
    throw shapeError(
      'gatherPoints',
      [x.shape, indices.shape],
      'expected points [B, P, C] and indices [B, Q]',
    );
  }
  const [batch, points, channels] = x.shape as [number, number, number];
  return x.reshape([batch * points, channels]).take(indices.add(range(batch, points).unsqueeze(1)), 0);
}

/**
 * The adjoint of `gather`: adds each slice of `updates` to the slice of a zero tensor that its index names.
 * @param updates the shape that `gather` returns: axis `axis` stands for the axes of `indices`
 * @param indices int32, any shape
 * @param size length of the resulting axis
 * @returns the shape of `updates` with the axes of `indices` replaced by one of length `size`
 */
export function scatterAdd(updates: Tensor, indices: Tensor, size: number, axis = 0): Tensor {
  needInt32('scatterAdd', indices);
  const rank = updates.rank - indices.rank + 1;
  const at = axis < 0 ? axis + rank : axis;
  if (
    !Number.isInteger(at) ||
    at < 0 ||
    at >= rank ||
    updates.shape.slice(at, at + indices.rank).join() !== indices.shape.join()
  ) {
    throw shapeError(
      'scatterAdd',
      [updates.shape, indices.shape],
      `axis ${axis} of the updates does not begin the shape of the indices`,
    );
  }
  const shape = updates.shape.toSpliced(at, indices.rank, size);
  return vjp((x: Tensor) => x.take(indices, at), zeros(shape, updates.type)).pullback(updates);
}

/**
 * @param indices int32, any shape
 * @returns the shape of `indices` with a last axis of `classes`: 1 at the index, 0 elsewhere
 */
export function oneHot(indices: Tensor, classes: number, type: TensorType = 'float32'): Tensor {
  needInt32('oneHot', indices);
  return indices.unsqueeze(-1).equal(range(classes)).cast(type);
}

function needInt32(operation: string, indices: Tensor): void {
  if (indices.type !== 'int32') throw new Error(`${operation}: indices must be int32, got ${indices.type}.`);
}
