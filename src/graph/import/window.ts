import type { Pair } from '../ops/window.js';
import type { Attributes } from './call.js';

/** A window that moves over an image, as the attributes of convolutions and poolings give it. */
export interface Window {
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: readonly [Pair, Pair];
}

const autoPads = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'];

/** What no window over images of two dimensions may have. */
export function refuseWindow(attributes: Attributes): string | undefined {
  const mode = attributes.string('auto_pad') ?? 'NOTSET';
  if (!autoPads.includes(mode))
    return `auto_pad "${mode}" does not exist; it is one of ${autoPads.join(', ')}`;
  for (const name of ['kernel_shape', 'strides', 'dilations']) {
    const values = attributes.ints(name);
    if (values !== undefined && values.length !== 2)
      return `${name} is [${values.join(', ')}]: only images of two dimensions are supported`;
  }
  const pads = attributes.ints('pads');
  if (pads?.some((width) => width < 0)) return `pads [${pads.join(', ')}] are negative`;
  return undefined;
}

/** @throws Error when a tensor is no image */
export function needImage(shape: readonly number[]): void {
  if (shape.length !== 4)
    throw new Error(`[${shape.join(', ')}] is no image [batch, channels, height, width]`);
}

export const pairAttribute = (attributes: Attributes, name: string): Pair =>
  (attributes.ints(name) as Pair | undefined) ?? [1, 1];

/** The window with its padding worked out for an image of a size, `auto_pad` included. */
export function windowOf(attributes: Attributes, size: readonly number[], kernel: Pair): Window {
  const strides = pairAttribute(attributes, 'strides');
  const dilation = pairAttribute(attributes, 'dilations');
  const mode = attributes.string('auto_pad') ?? 'NOTSET';
  const side = (axis: 0 | 1): Pair => {
    if (mode === 'VALID') return [0, 0];
    if (mode === 'NOTSET') {
      const pads = attributes.ints('pads') ?? [0, 0, 0, 0];
      return [pads[axis]!, pads[axis + 2]!];
    }
    const extent = dilation[axis] * (kernel[axis] - 1) + 1;
    const out = Math.ceil(size[axis]! / strides[axis]);
    return halves(Math.max((out - 1) * strides[axis] + extent - size[axis]!, 0), mode === 'SAME_UPPER');
  };
  return { strides, dilation, padding: [side(0), side(1)] };
}

/** Splits a padding; the odd pixel goes to the end (`upper`) or to the start. */
export function halves(total: number, upper: boolean): Pair {
  const small = Math.floor(total / 2);
  return upper ? [small, total - small] : [total - small, small];
}
