import { product } from '../tensor.js';
import { contiguous } from './arrange.js';
import { contract } from './contraction.js';
import type { Emitter } from './emitter.js';
import type { Epilogue } from './fuse.js';
import { biasVector, blocked, finish, plain } from './onnx-convolution.js';
import type { Window } from './onnx-convolution.js';
import { pad, reshape, shrink, stride } from './movement.js';
import {
  contiguousView,
  expandView,
  flipView,
  storedSize,
  transposeView,
  viewShape,
  viewType,
} from './view.js';
import type { View } from './view.js';

/** Parameters of jax-js's `conv`, per spatial axis; the first `vmapDims` axes of both operands are groups. */
export interface ConvolutionParams {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

/**
 * Lowers jax-js's convolution [groups…, N, C, …] ∗ [groups…, O, C, …] → [groups…, N, O, …]. The gradients of
 * a convolution are convolutions too, but of unusual shapes: with respect to the weights, one whose kernel is
 * as large as the image; with respect to the image, one with zeros between the pixels when the stride was
 * above 1. They are told by their shapes.
 */
export function convolution(
  emitter: Emitter,
  x: View,
  w: View,
  params: ConvolutionParams,
  shape: readonly number[],
  epilogue: Epilogue<View> = {},
): View {
  const groupAxes = params.vmapDims;
  const spatial = x.axes.length - groupAxes - 2;
  if (groupAxes > 1 || spatial > 2) {
    throw new Error(
      `lower: convolution over ${spatial} spatial axes with ${groupAxes} group axes has no lowering; at most 2 and 1.`,
    );
  }
  // One form for all: image [N, G, C, H, W], kernel [G, O, C, kh, kw].
  const lift = (view: View): View => {
    const axes = [...(groupAxes === 0 ? [[]] : []), ...view.axes];
    while (axes.length < 5) axes.push([]);
    return { ...view, axes };
  };
  const two = <T>(values: readonly T[], missing: T): [T, T] => [values[0] ?? missing, values[1] ?? missing];
  const [image0, kernel0] = [lift(x), lift(w)];
  const groups = Math.max(viewShape(image0)[0]!, viewShape(kernel0)[0]!);
  const grown = (view: View): View => expandView(view, viewShape(view).with(0, groups));
  const image = transposeView(grown(image0), [1, 0, 2, 3, 4]);
  const kernel = grown(kernel0);
  const result = spaced(emitter, image, kernel, {
    strides: two(params.strides, 1),
    pads: two(params.padding, [0, 0] as const),
    imageDilation: two(params.lhsDilation, 1),
    kernelDilation: two(params.rhsDilation, 1),
    size: two(shape.slice(groupAxes + 2), 1),
    epilogue,
  });
  const ordered = transposeView(result, [1, 0, 2, 3, 4]);
  return {
    ...ordered,
    axes: [...ordered.axes.slice(groupAxes === 0 ? 1 : 0, 3), ...ordered.axes.slice(3, 3 + spatial)],
  };
}

/** Resolves zeros between the image's pixels, then convolves. */
function spaced(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const { imageDilation, kernelDilation, strides, size, pads } = window;
  const taps = viewShape(kernel).slice(3);
  const axis = [0, 1].find(
    (i) => imageDilation[i]! > 1 && (taps[i] === 1 || strides[i]! > 1 || kernelDilation[i]! > 1),
  );
  if (axis !== undefined) {
    if (taps[axis] === 1 && strides[axis] === 1) {
      // A kernel of one tap can be applied before the zeros are put in.
      const rows = viewShape(image)[3 + axis]!;
      const dense = spaced(emitter, image, kernel, {
        ...window,
        imageDilation: replaced(imageDilation, axis, 1),
        pads: replaced(pads, axis, [0, 0] as const),
        size: replaced(size, axis, rows),
      });
      return spread(emitter, dense, 3 + axis, imageDilation[axis]!, pads[axis]![0], size[axis]!);
    }
    // Rare combinations: write the zeros out.
    const rows = (viewShape(image)[3 + axis]! - 1) * imageDilation[axis]! + 1;
    return spaced(emitter, spread(emitter, image, 3 + axis, imageDilation[axis]!, 0, rows), kernel, {
      ...window,
      imageDilation: replaced(imageDilation, axis, 1),
    });
  }
  return imageDilation.some((d) => d > 1)
    ? byPhases(emitter, image, kernel, window)
    : cropped(emitter, image, kernel, window);
}

const replaced = <T>(pair: readonly [T, T], axis: number, value: T): readonly [T, T] =>
  axis === 0 ? [value, pair[1]] : [pair[0], value];

/**
 * Puts `step − 1` zeros between the elements of an axis, then pads or crops it to `size` with the first at
 * `before`.
 */
export function spread(
  emitter: Emitter,
  view: View,
  axis: number,
  step: number,
  before: number,
  size: number,
): View {
  const shape = viewShape(view);
  const rows = shape[axis]!;
  const zero = [0, 0] as const;
  const apart = pad(
    emitter,
    reshape(emitter, view, shape.toSpliced(axis, 1, rows, 1)),
    [...shape.map(() => zero), zero].with(axis + 1, [0, step - 1] as never),
  );
  const joined = reshape(emitter, apart, shape.with(axis, rows * step));
  return pad(
    emitter,
    joined,
    shape.map((_, i) => (i === axis ? ([before, size - rows * step - before] as const) : zero)),
  );
}

/**
 * Convolution of an image with zeros between its pixels (spacing s): the results of equal position modulo s
 * meet the same taps, so that each of the s² phases is a dense convolution with its share of the kernel. All
 * phases are computed by one convolution with s² times the channels, whose results are then interleaved.
 */
function byPhases(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const [groups, outputs, inputs] = viewShape(kernel) as [number, number, number];
  let phased = kernel;
  const pads: (readonly [number, number])[] = [];
  const sizes: number[] = [];
  for (const i of [0, 1]) {
    const step = window.imageDilation[i]!;
    const before = window.pads[i]![0];
    const axis = 3 + 2 * i;
    const taps = viewShape(phased)[axis]!;
    const first = Math.floor((step - 1 - before) / step);
    const left = step - 1 - before - step * first;
    const extent = Math.ceil((left + taps) / step);
    const shape = viewShape(phased);
    const widths = shape.map((_, a) =>
      a === axis ? ([left, step * extent - taps - left] as const) : ([0, 0] as const),
    );
    // Tap k of phase r reads pixel q + e where k + left = step · e + (step − 1 − r).
    phased = flipView(
      reshape(emitter, pad(emitter, phased, widths), shape.toSpliced(axis, 1, extent, step)),
      [axis + 1],
    );
    sizes.push(Math.ceil(window.size[i]! / step));
    pads.push(
      step === 1 ? window.pads[i]! : [-first, sizes[i]! + extent - 1 - viewShape(image)[3 + i]! + first],
    );
  }
  // [G, O, C, eh, sh, ew, sw] → [G, sh·sw·O, C, eh, ew]
  const [, , , eh, sh, ew, sw] = viewShape(phased) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const widened = reshape(emitter, transposeView(phased, [0, 4, 6, 1, 2, 3, 5]), [
    groups,
    sh * sw * outputs,
    inputs,
    eh,
    ew,
  ]);
  const result = cropped(emitter, image, widened, {
    strides: window.strides,
    imageDilation: [1, 1],
    kernelDilation: window.kernelDilation,
    pads: [pads[0]!, pads[1]!],
    size: [sizes[0]!, sizes[1]!],
    epilogue: {},
  });
  const images = viewShape(image)[0]!;
  const [qh, qw] = sizes as [number, number];
  const apart = reshape(emitter, result, [images, groups, sh, sw, outputs, qh, qw]);
  const joined = reshape(emitter, transposeView(apart, [0, 1, 4, 5, 2, 6, 3]), [
    images,
    groups,
    outputs,
    qh * sh,
    qw * sw,
  ]);
  return shrink(emitter, joined, [
    [0, images],
    [0, groups],
    [0, outputs],
    [0, window.size[0]],
    [0, window.size[1]],
  ]);
}

/** Resolves negative paddings: before by cropping the image, after by cropping the result. */
function cropped(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const shape = viewShape(image);
  const [top, left] = window.pads.map(([before]) => Math.max(0, -before)) as [number, number];
  const visible = shrink(
    emitter,
    image,
    shape.map((size, axis): [number, number] => [axis === 3 ? top : axis === 4 ? left : 0, size]),
  );
  const pads = window.pads.map(([before, after]): [number, number] => [
    Math.max(0, before),
    Math.max(0, after),
  ]) as [[number, number], [number, number]];
  const taps = viewShape(kernel).slice(3);
  const inside = viewShape(visible).slice(3);
  const natural = [0, 1].map(
    (i) =>
      Math.floor(
        (inside[i]! + pads[i]![0] + pads[i]![1] - window.kernelDilation[i]! * (taps[i]! - 1) - 1) /
          window.strides[i]!,
      ) + 1,
  );
  const result = dense(emitter, visible, kernel, { ...window, pads, size: [natural[0]!, natural[1]!] });
  const full = viewShape(result);
  return shrink(
    emitter,
    result,
    full.map((size, axis): [number, number] => [0, axis < 3 ? size : window.size[axis - 3]!]),
  );
}

/**
 * A mirrored kernel over an image is the mirror image of the kernel over the mirrored image. Whichever is
 * smaller, weights or images, is mirrored.
 */
function dense(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const mirrored = [3, 4].filter(
    (axis) => kernel.axes[axis]!.length > 0 && kernel.axes[axis]!.every((f) => f.flipped === true),
  );
  const natural = window.strides[0] === 1 && window.strides[1] === 1;
  if (
    mirrored.length === 0 ||
    !natural ||
    Object.keys(window.epilogue).length > 0 ||
    storedSize(kernel) <= 2 * storedSize(image)
  )
    return upright(emitter, image, kernel, window);
  const turn = ([before, after]: readonly [number, number], axis: number): readonly [number, number] =>
    mirrored.includes(axis) ? [after, before] : [before, after];
  const result = upright(emitter, flipView(image, mirrored), flipView(kernel, mirrored), {
    ...window,
    pads: [turn(window.pads[0], 3), turn(window.pads[1], 4)],
  });
  return flipView(result, mirrored);
}

/** Chooses the form of a convolution without zeros between pixels and with non-negative padding. */
function upright(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const [, groups, , height, width] = viewShape(image) as [number, number, number, number, number];
  const [, outputs, inputs, kh, kw] = viewShape(kernel) as [number, number, number, number, number];
  const [oh, ow] = window.size;
  const { block, hugeKernels } = emitter.target;
  const padded = window.pads.flat().some((p) => p > 0);
  if (groups === 1 && !padded && kh === height && kw === width && oh * ow === 1)
    return finish(emitter, asMatrixProduct(emitter, image, kernel), window.epilogue);
  if (kh * kw > oh * ow) {
    if (hugeKernels && window.strides[1] === 1) return folded(emitter, image, kernel, window);
    if (oh * ow <= 64) return finish(emitter, byPositions(emitter, image, kernel, window), window.epilogue);
  }
  if (
    block > 0 &&
    groups === 1 &&
    viewType(image) === 'float32' &&
    outputs % block === 0 &&
    (inputs % block === 0 || inputs < block)
  ) {
    return blocked(emitter, image, kernel, window);
  }
  return plain(emitter, image, kernel, window);
}

/** A kernel that covers the image exactly: one product [O, C·H·W] · [C·H·W, N]. */
function asMatrixProduct(emitter: Emitter, image: View, kernel: View): View {
  const [images, , ...rest] = viewShape(image) as [number, number, ...number[]];
  const outputs = viewShape(kernel)[1]!;
  const inner = product(rest);
  const left: View = { ...image, axes: [image.axes[0]!, [], image.axes.slice(2).flat()] };
  const right: View = { ...kernel, axes: [[], kernel.axes[1]!, kernel.axes.slice(2).flat()] };
  const result = contract(emitter, left, right, [images, outputs, inner]);
  return { ...result, axes: [result.axes[0]!, [], result.axes[1]!, [], []] };
}

/**
 * Many images with a small result each, above all the gradient of a convolution with respect to its weights
 * (there the "images" are input channels, the "channels" the photos and the kernel is the whole gradient
 * image). With the images interleaved along the width, [C, H, W, N], and the kernel's width dilated by N, it
 * is the convolution of one wide image: a single matrix product [O, C·kh·kw] · [C·kh·kw, oh·ow·N] inside the
 * operator, which gathers its columns on the fly.
 */
function folded(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const [images, groups, inputs, height, width] = viewShape(image) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [, outputs, , kh, kw] = viewShape(kernel) as [number, number, number, number, number];
  const [oh, ow] = window.size;
  const [[top, bottom], [left, right]] = window.pads;
  const type = viewType(image);
  const wide = emitter.reshape(contiguous(emitter, transposeView(image, [1, 2, 3, 4, 0])), [
    1,
    groups * inputs,
    height,
    width * images,
  ]);
  const weights = emitter.reshape(contiguous(emitter, kernel), [groups * outputs, inputs, kh, kw]);
  const { bias, ...rest } = window.epilogue;
  const inside = bias === undefined ? [] : [biasVector(emitter, bias)];
  const stored = emitter.emit(
    'Conv',
    [wide, weights, ...inside],
    [1, groups * outputs, oh, ow * images],
    type,
    {
      kernel_shape: { ints: [kh, kw] },
      pads: { ints: [top, left * images, bottom, right * images] },
      dilations: { ints: [window.kernelDilation[0], window.kernelDilation[1] * images] },
      strides: { ints: [window.strides[0], 1] },
      group: { int: groups },
    },
  );
  return finish(
    emitter,
    transposeView(contiguousView(stored, [groups, outputs, oh, ow, images]), [4, 0, 1, 2, 3]),
    rest,
  );
}

/** A small result as one matrix product per position: for devices on which huge kernels are slow. */
function byPositions(emitter: Emitter, image: View, kernel: View, window: Window): View {
  const taps = viewShape(kernel).slice(3);
  const [images, groups, inputs] = viewShape(image) as [number, number, number];
  const padded = pad(emitter, image, [[0, 0], [0, 0], [0, 0], ...window.pads]);
  const outputs = viewShape(kernel)[1]!;
  const inner = product([inputs, ...taps]);
  const right = expandView(
    { ...kernel, axes: [[], ...kernel.axes.slice(0, 2), kernel.axes.slice(2).flat()] },
    [images, groups, outputs, inner],
  );
  const positions: View[] = [];
  for (let i = 0; i < window.size[0]; i++) {
    for (let j = 0; j < window.size[1]; j++) {
      let part = padded;
      [i * window.strides[0], j * window.strides[1]].forEach((start, k) => {
        const extent = window.kernelDilation[k]! * (taps[k]! - 1) + 1;
        part = shrink(
          emitter,
          part,
          viewShape(part).map((size, axis): [number, number] =>
            axis === 3 + k ? [start, start + extent] : [0, size],
          ),
        );
        if (window.kernelDilation[k]! > 1 && taps[k]! > 1)
          part = stride(emitter, part, 3 + k, window.kernelDilation[k]!);
      });
      const left: View = { ...part, axes: [...part.axes.slice(0, 2), [], part.axes.slice(2).flat()] };
      positions.push(contract(emitter, left, right, [images, groups, outputs, inner]));
    }
  }
  const stored = positions.map((view) => contiguous(emitter, { ...view, axes: [[], ...view.axes] }));
  const joined =
    stored.length === 1
      ? stored[0]!
      : emitter.emit('Concat', stored, [stored.length, images, groups, outputs], viewType(image), {
          axis: { int: 0 },
        });
  return transposeView(contiguousView(joined, [...window.size, images, groups, outputs]), [2, 3, 4, 0, 1]);
}
