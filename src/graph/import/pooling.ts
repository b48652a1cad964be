import { avgPool2d, maxPool2d } from '../ops/pooling.js';
import type { Pair } from '../ops/window.js';
import type { Tensor } from '../tensor.js';
import type { Attributes, Call, OperatorTable } from './call.js';
import { needImage, refuseWindow, windowOf } from './window.js';

/** Poolings over windows and over whole images. */
export const poolingOperators: OperatorTable = {
  MaxPool: { run: maxPool, refuse: refusePooling },
  AveragePool: { run: averagePool, refuse: refusePooling },
  GlobalAveragePool: { run: (call) => call.tensor(0).mean(pixelAxes(call.tensor(0)), true) },
  GlobalMaxPool: { run: (call) => call.tensor(0).max(pixelAxes(call.tensor(0)), true) },
};

const pixelAxes = (x: Tensor): number[] => [...x.shape.keys()].slice(2);

function refusePooling(attributes: Attributes): string | undefined {
  const dilations = attributes.ints('dilations');
  if (dilations?.some((step) => step !== 1))
    return `windows with dilations [${dilations.join(', ')}] are not supported`;
  if (attributes.ints('kernel_shape') === undefined) return 'it has no kernel_shape';
  return refuseWindow(attributes);
}

/** A pooling whose windows fit its image exactly. */
interface Fitted {
  readonly x: Tensor;
  readonly window: Pair;
  readonly strides: Pair;
  /** Around `x`, never counted. */
  readonly padding: readonly [Pair, Pair];
  /** The padding at the end that is asked for, of which `padding` may have more (`ceil_mode`) or less. */
  readonly asked: Pair;
}

/** Works out how many windows there are, and cuts or pads the end of the image to what these cover. */
function fit(call: Call): Fitted {
  const { attributes } = call;
  const window = attributes.ints('kernel_shape') as unknown as Pair;
  let x = call.tensor(0);
  needImage(x.shape);
  const { strides, padding } = windowOf(attributes, x.shape.slice(2), window);
  const fitted = ([0, 1] as const).map((axis): Pair => {
    const size = x.shape[2 + axis]!;
    const [before, after] = padding[axis];
    const room = (size + before + after - window[axis]) / strides[axis];
    let last = (attributes.int('ceil_mode') === 1 ? Math.ceil(room) : Math.floor(room)) * strides[axis];
    // A window has to begin in the image or in the padding before it.
    if (last >= size + before) last -= strides[axis];
    const end = last + window[axis] - size - before;
    if (end < 0) x = x.slice(2 + axis, 0, size + end);
    return [before, Math.max(end, 0)];
  }) as [Pair, Pair];
  return { x, window, strides, padding: fitted, asked: [padding[0][1], padding[1][1]] };
}

function maxPool(call: Call): Tensor {
  const { x, window, strides, padding } = fit(call);
  return maxPool2d(x, { window, strides, padding });
}

function averagePool(call: Call): Tensor {
  const { x, window, strides, padding, asked } = fit(call);
  if (call.attributes.int('count_include_pad') !== 1) return avgPool2d(x, { window, strides, padding });
  // The padding that is asked for counts as zeros, what windows of ceil_mode reach beyond it does not count.
  const counted = padding.map(([before, after], axis): Pair => [before, Math.min(after, asked[axis]!)]);
  const beyond = padding.map(([, after], axis): Pair => [0, Math.max(after - asked[axis]!, 0)]) as [
    Pair,
    Pair,
  ];
  return avgPool2d(x.pad([[0, 0], [0, 0], ...counted]), { window, strides, padding: beyond });
}
