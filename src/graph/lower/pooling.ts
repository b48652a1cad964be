import { contiguous } from './arrange.js';
import { spread } from './convolution.js';
import { elementwise } from './elementwise.js';
import { nchwcDomain } from './emitter.js';
import type { Emitter } from './emitter.js';
import { concatenate, pad, reshape, shrink, stride } from './movement.js';
import { contiguousView, transposeView, viewShape, viewType } from './view.js';
import type { View } from './view.js';

/** Windows over the last axes of a tensor. */
export interface Windows {
  readonly window: readonly number[];
  readonly strides: readonly number[];
}

/** [lead…, in…] → [lead…, out…, window…]: the elements of each window, as jax-js's `pool`. */
export function windows(emitter: Emitter, view: View, { window, strides }: Windows): View {
  const count = window.length;
  const lead = view.axes.length - count;
  const shape = viewShape(view);
  const out = window.map((size, i) => Math.floor((shape[lead + i]! - size) / strides[i]!) + 1);
  if (window.every((size, i) => size <= strides[i]!)) {
    // Windows that do not overlap are a reshape.
    const whole = pad(
      emitter,
      view,
      shape.map((size, axis) =>
        axis < lead ? ([0, 0] as const) : ([0, out[axis - lead]! * strides[axis - lead]! - size] as const),
      ),
    );
    const apart = reshape(emitter, whole, [
      ...shape.slice(0, lead),
      ...out.flatMap((size, i) => [size, strides[i]!]),
    ]);
    const order = [
      ...Array(lead).keys(),
      ...window.map((_, i) => lead + 2 * i),
      ...window.map((_, i) => lead + 2 * i + 1),
    ];
    const split = transposeView(apart, order);
    return shrink(
      emitter,
      split,
      viewShape(split).map((size, axis): [number, number] => [
        0,
        axis < lead + count ? size : window[axis - lead - count]!,
      ]),
    );
  }
  const taps = tapsOf(window).map((tap) => {
    let part = view;
    tap.forEach((start, i) => {
      const axis = lead + i;
      const extent = (out[i]! - 1) * strides[i]! + 1;
      part = shrink(
        emitter,
        part,
        viewShape(part).map((size, a): [number, number] =>
          a === axis ? [start, start + extent] : [0, size],
        ),
      );
      if (strides[i]! > 1 && out[i]! > 1) part = stride(emitter, part, axis, strides[i]!);
    });
    return { ...part, axes: [[], ...part.axes] };
  });
  const joined = reshape(emitter, concatenate(emitter, taps, 0), [
    ...window,
    ...shape.slice(0, lead),
    ...out,
  ]);
  const rank = lead + 2 * count;
  return transposeView(
    joined,
    [...Array(rank).keys()].map((axis) => (axis < lead + count ? axis + count : axis - lead - count)),
  );
}

/** The adjoint of `windows`: adds each window's elements back where they came from. */
export function unwindow(
  emitter: Emitter,
  view: View,
  { window, strides }: Windows,
  inShape: readonly number[],
): View {
  const count = window.length;
  const lead = inShape.length - count;
  const shape = viewShape(view);
  const type = viewType(view);
  const out = shape.slice(lead, lead + count);
  if (window.every((size, i) => size <= strides[i]!)) {
    const whole = pad(
      emitter,
      view,
      shape.map((_, axis) =>
        axis < lead + count
          ? ([0, 0] as const)
          : ([0, strides[axis - lead - count]! - window[axis - lead - count]!] as const),
      ),
    );
    const order = [...Array(lead).keys(), ...window.flatMap((_, i) => [lead + i, lead + count + i])];
    const joined = reshape(emitter, transposeView(whole, order), [
      ...inShape.slice(0, lead),
      ...out.map((size, i) => size * strides[i]!),
    ]);
    return pad(
      emitter,
      joined,
      inShape.map((size, axis) =>
        axis < lead ? ([0, 0] as const) : ([0, size - out[axis - lead]! * strides[axis - lead]!] as const),
      ),
    );
  }
  const parts = tapsOf(window).map((tap) => {
    let part = shrink(
      emitter,
      view,
      shape.map((size, axis): [number, number] => {
        const k = axis - lead - count;
        return k < 0 ? [0, size] : [tap[k]!, tap[k]! + 1];
      }),
    );
    part = { ...part, axes: part.axes.slice(0, lead + count) };
    tap.forEach((start, i) => {
      part = spread(emitter, part, lead + i, strides[i]!, start, inShape[lead + i]!);
    });
    return part;
  });
  return parts.reduce((a, b) =>
    elementwise(emitter, inShape, [a, b], type, (inputs, dims) => emitter.emit('Add', inputs, dims, type)),
  );
}

/** Sum or maximum over windows of the last two axes without writing the windows out. */
export function reduceWindows(
  emitter: Emitter,
  view: View,
  { window, strides }: Windows,
  reduction: 'Add' | 'Max',
  shape: readonly number[],
): View {
  const type = viewType(view);
  const operator = reduction === 'Add' ? 'AveragePool' : 'MaxPool';
  const full = viewShape(view);
  const size = full.slice(-2);
  const lead = full.slice(0, -2);
  const out = shape.slice(-2);
  const attributes = { kernel_shape: { ints: window }, strides: { ints: strides } };
  const { block } = emitter.target;
  const scale = emitter.scalar(
    window.reduce((a, b) => a * b, 1),
    type,
  );
  const finish = (pooled: View): View =>
    reduction === 'Max'
      ? pooled
      : elementwise(emitter, shape, [pooled, scale], type, (inputs, dims) =>
          emitter.emit('Mul', inputs, dims, type),
        );
  if (block > 0 && lead.length === 2 && isBlocked(view, block)) {
    const source = emitter.reshape(view.stored, full);
    const stored = emitter.emit(operator, [source], [...lead, ...out], type, attributes, nchwcDomain);
    const pooled = contiguousView(stored, [lead[0]!, lead[1]! / block, ...out, block]);
    return finish({
      ...pooled,
      axes: [pooled.axes[0]!, [...pooled.axes[1]!, ...pooled.axes[4]!], pooled.axes[2]!, pooled.axes[3]!],
    });
  }
  const images = lead.reduce((a, b) => a * b, 1);
  const source = emitter.reshape(contiguous(emitter, view), [1, images, ...size]);
  const stored = emitter.emit(operator, [source], [1, images, ...out], type, attributes);
  return finish(contiguousView(stored, [...lead, ...out]));
}

/** Whether a view [N, C, H, W] is stored as [N, C/b, H, W, b]. */
function isBlocked(view: View, block: number): boolean {
  const channels = view.axes[1]!;
  const order = [
    ...view.axes[0]!,
    ...channels.slice(0, -1),
    ...view.axes[2]!,
    ...view.axes[3]!,
    ...channels.slice(-1),
  ];
  return channels.at(-1)?.size === block && channels.length <= 2 && order.every((f, i) => f.axis === i);
}

/** All positions in a window, row-major. */
const tapsOf = (window: readonly number[]): number[][] =>
  window.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => [...Array(size).keys()].map((k) => [...tap, k])),
    [[]],
  );
