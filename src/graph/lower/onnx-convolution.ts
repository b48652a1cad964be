import { product } from '../tensor.js';
import { arrangeWhole, contiguous, contiguousCopy } from './arrange.js';
import type { FactorKey } from './arrange.js';
import { elementwise } from './elementwise.js';
import { nchwcDomain } from './emitter.js';
import type { Emitter, Stored } from './emitter.js';
import type { Epilogue } from './fuse.js';
import { pad } from './movement.js';
import { contiguousView, refineAxis, viewShape, viewType } from './view.js';
import type { View } from './view.js';

/** A convolution over two spatial axes; `pads` are [before, after] and may be negative. */
export interface Window {
  readonly strides: readonly [number, number];
  readonly pads: readonly [readonly [number, number], readonly [number, number]];
  /** Zeros are thought between the pixels of the image: spacing of its pixels. */
  readonly imageDilation: readonly [number, number];
  readonly kernelDilation: readonly [number, number];
  /** Size of the result. */
  readonly size: readonly [number, number];
  /** Only with ordinary convolutions: no zeros between pixels, no negative padding, one group. */
  readonly epilogue: Epilogue<View>;
}

const attributes = (
  window: Window,
  taps: readonly [number, number],
): Record<string, { ints: readonly number[] }> => ({
  kernel_shape: { ints: taps },
  pads: { ints: [window.pads[0][0], window.pads[1][0], window.pads[0][1], window.pads[1][1]] },
  dilations: { ints: window.kernelDilation },
  strides: { ints: window.strides },
});

/** The standard operator, for any number of channels. */
export function plain(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const [images, groups, inputs, height, width] = viewShape(image) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [, outputs, , kh, kw] = viewShape(kernel) as [number, number, number, number, number];
  if (
    !emitter.target.hugeKernels &&
    groups === 1 &&
    kh * kw > 1 &&
    inputs > 3 &&
    inputs % 3 === 0 &&
    inputs % 4 !== 0
  ) {
    // ONNX Runtime's WebGPU convolution (1.30) is wrong for 6, 9, 15, … input channels; empty ones make them
    // a multiple of 4.
    const widths = (view: View): [number, number][] =>
      viewShape(view).map((_, axis) => [0, axis === 2 ? 4 - (inputs % 4) : 0]);
    return plain(emitter, pad(emitter, image, widths(image)), pad(emitter, kernel, widths(kernel)), window);
  }
  const x = emitter.reshape(contiguous(emitter, image), [images, groups * inputs, height, width]);
  const w = emitter.reshape(contiguous(emitter, kernel), [groups * outputs, inputs, kh, kw]);
  const { bias, ...rest } = window.epilogue;
  const inside = bias === undefined ? [] : [biasVector(emitter, bias)];
  const stored = emitter.emit(
    'Conv',
    [x, w, ...inside],
    [images, groups * outputs, ...window.size],
    viewType(image),
    {
      ...attributes(window, [kh, kw]),
      ...(groups > 1 ? { group: { int: groups } } : {}),
    },
  );
  return finish(emitter, contiguousView(stored, [images, groups, outputs, ...window.size]), rest);
}

/**
 * ONNX Runtime's blocked convolution, twice as fast as its plain one: channels are stored in blocks, [N, C/b,
 * H, W, b], weights as [O/b, C/b, kh, kw, b inputs, b outputs], while the declared shapes stay [N, C, H, W]
 * and [O, C, kh, kw]. Images of fewer channels than a block stay plain.
 */
export function blocked(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const { block } = emitter.target;
  const [images, , inputs, height, width] = viewShape(image) as [number, number, number, number, number];
  const [, outputs, , kh, kw] = viewShape(kernel) as [number, number, number, number, number];
  const few = inputs < block;
  const cutImage = few ? image : blockAxis(emitter, image, 2, block);
  const x = emitter.reshape(
    few
      ? contiguous(emitter, image)
      : arrangeWhole(emitter, cutImage, blockLast(cutImage, [0, 1, 2, 3, 4], [2])),
    [images, inputs, height, width],
  );
  const cutKernel = few
    ? blockAxis(emitter, kernel, 1, block)
    : blockAxis(emitter, blockAxis(emitter, kernel, 1, block), 2, block);
  const w = emitter.reshape(
    arrangeWhole(emitter, cutKernel, blockLast(cutKernel, [0, 1, 2, 3, 4], few ? [1] : [2, 1])),
    [outputs, inputs, kh, kw],
  );
  const { bias, addend, relu } = window.epilogue;
  const vector = bias === undefined ? undefined : biasVector(emitter, bias);
  let sum: Stored | undefined;
  if (addend !== undefined) {
    const lifted = blockAxis(emitter, { ...addend, axes: addend.axes.toSpliced(1, 0, []) }, 2, block);
    sum = emitter.reshape(arrangeWhole(emitter, lifted, blockLast(lifted, [0, 1, 2, 3, 4], [2])), [
      images,
      outputs,
      ...window.size,
    ]);
  }
  const stored = emitter.emit(
    'Conv',
    [x, w, vector, sum],
    [images, outputs, ...window.size],
    'float32',
    {
      ...attributes(window, [kh, kw]),
      ...(relu === true ? { activation: { string: 'Relu' } } : {}),
    },
    nchwcDomain,
  );
  const view = contiguousView(stored, [images, outputs / block, ...window.size, block]);
  return {
    ...view,
    axes: [view.axes[0]!, [], [...view.axes[1]!, ...view.axes[4]!], view.axes[2]!, view.axes[3]!],
  };
}

/** A view whose logical axis has an innermost factor of exactly `block`. */
function blockAxis(emitter: Emitter, view: View, axis: number, block: number): View {
  const cut = (candidate: View): View | undefined => {
    const sizes: number[] = [];
    let room = block;
    for (const factor of candidate.axes[axis]!.toReversed()) {
      // Factors inside the block are kept apart only when they already are, which the caller cannot use: copy
      // instead.
      if (room === 1) sizes.unshift(factor.size);
      else if (factor.size % room === 0) {
        sizes.unshift(...(factor.size === room ? [room] : [factor.size / room, room]));
        room = 1;
      } else return undefined;
    }
    return refineAxis(candidate, axis, sizes);
  };
  return cut(view) ?? cut(contiguousCopy(emitter, view))!;
}

/** Keys of all factors in logical order, with the innermost factor of some axes moved to the end. */
function blockLast(view: View, axes: readonly number[], last: readonly number[]): FactorKey[] {
  const keys = axes.flatMap((axis) => view.axes[axis]!.map((_, index): FactorKey => [axis, index]));
  const inner = last.map((axis): FactorKey => [axis, view.axes[axis]!.length - 1]);
  return [
    ...keys.filter(([axis, index]) => !inner.some((key) => key[0] === axis && key[1] === index)),
    ...inner,
  ];
}

/** Applies what a form of convolution has not applied itself, to [N, 1, O, H, W]. */
export function finish(emitter: Emitter, result: View, { bias, addend, relu }: Epilogue<View>): View {
  let current = result;
  const shape = viewShape(result);
  const apply = (operator: string, others: readonly View[]): void => {
    current = elementwise(emitter, shape, [current, ...others], 'float32', (inputs, dims) =>
      emitter.emit(operator, inputs, dims, 'float32'),
    );
  };
  if (bias !== undefined) apply('Add', [bias]);
  if (addend !== undefined) apply('Add', [{ ...addend, axes: addend.axes.toSpliced(1, 0, []) }]);
  if (relu === true) apply('Relu', []);
  return current;
}

/** A bias as the vector that convolutions take. */
export const biasVector = (emitter: Emitter, bias: View): Stored => {
  const stored = contiguous(emitter, bias);
  return emitter.reshape(stored, [product(stored.dims)]);
};
