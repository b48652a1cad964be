import { createImage, type Image } from '../math/image.js';

/** What one output position reads: `count` inputs from `first` on, with the weights from `at` on. */
interface Reads {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float32Array;
  /** Weights per output position. */
  readonly stride: number;
}

/** The share of each source pixel in the output pixels that it lies under. */
function areaReads(from: number, to: number): Reads {
  const scale = from / to;
  const stride = Math.ceil(scale) + 1;
  const reads: Reads = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Float32Array(to * stride),
    stride,
  };
  for (let i = 0; i < to; i++) {
    const start = i * scale;
    const end = Math.min(from, start + scale);
    const first = Math.floor(start);
    reads.first[i] = first;
    let count = 0;
    for (let pixel = first; pixel < end - 1e-6; pixel++) {
      reads.weights[i * stride + count++] =
        (Math.min(end, pixel + 1) - Math.max(start, pixel)) / (end - start);
    }
    reads.count[i] = count;
  }
  return reads;
}

/** The two nearest pixel centres; beyond the outermost centres only that pixel. */
function linearReads(from: number, to: number): Reads {
  const reads: Reads = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Float32Array(2 * to),
    stride: 2,
  };
  for (let i = 0; i < to; i++) {
    const position = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.min(Math.floor(position), Math.max(0, from - 2));
    reads.first[i] = first;
    reads.count[i] = Math.min(2, from);
    reads.weights[2 * i] = 1 - (position - first);
    reads.weights[2 * i + 1] = position - first;
  }
  return reads;
}

/**
 * Scales to another size: averages the area under each new pixel where the image shrinks, interpolates
 * bilinearly where it grows. On the encoded values, transparency like a colour.
 * @throws RangeError for a size that is not whole and positive
 */
export function resample(image: Image, width: number, height: number): Image {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`resample: expected a whole, positive size, received ${width}×${height}.`);
  }
  const { channels, data } = image;
  const rowLength = image.width * channels;
  const across = (width < image.width ? areaReads : linearReads)(image.width, width);
  const down = (height < image.height ? areaReads : linearReads)(image.height, height);
  const out = createImage(width, height, channels);
  const row = new Float32Array(rowLength);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let k = 0; k < down.count[y]!; k++) {
      const weight = down.weights[y * down.stride + k]!;
      const at = (down.first[y]! + k) * rowLength;
      for (let i = 0; i < rowLength; i++) row[i] = row[i]! + weight * data[at + i]!;
    }
    writeRow(row, across, channels, out.data, y * width * channels);
  }
  return out;
}

function writeRow(
  row: Float32Array,
  { first, count, weights, stride }: Reads,
  channels: number,
  out: Image['data'],
  at: number,
): void {
  for (let x = 0; x < first.length; x++) {
    for (let c = 0; c < channels; c++) {
      let sum = 0.5;
      for (let k = 0, i = first[x]! * channels + c; k < count[x]!; k++, i += channels)
        sum += weights[x * stride + k]! * row[i]!;
      out[at++] = sum;
    }
  }
}
