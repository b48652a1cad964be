/** Wider blurs are made on a plane of half the size. */
const WIDEST = 4;

/**
 * Three box blurs, close to a Gaussian; beyond the border the outermost values continue.
 * @param sigma pixels
 */
export function softened(plane: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma > WIDEST && width > 8 && height > 8) return softenedSmall(plane, width, height, sigma);
  const radius = Math.round(Math.sqrt(sigma * sigma + 0.25) - 0.5);
  if (radius < 1) return plane.slice();
  const from = plane.slice();
  const to = new Float32Array(plane.length);
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) boxLine(from, to, y * width, 1, width, radius);
    for (let x = 0; x < width; x++) boxLine(to, from, x, width, height, radius);
  }
  return from;
}

function softenedSmall(plane: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const w = Math.ceil(width / 2);
  const h = Math.ceil(height / 2);
  const small = new Float32Array(w * h);
  const out = new Float32Array(plane.length);
  for (let y = 0; y < h; y++) {
    const row = 2 * y * width;
    const next = Math.min(height - 1, 2 * y + 1) * width;
    for (let x = 0; x < w; x++) {
      const left = 2 * x;
      const right = Math.min(width - 1, left + 1);
      small[y * w + x] =
        0.25 * (plane[row + left]! + plane[row + right]! + plane[next + left]! + plane[next + right]!);
    }
  }
  const soft = softened(small, w, h, sigma / 2);
  // Each pixel lies a quarter of a small one from the centre of its own and three quarters from the next.
  for (let y = 0; y < height; y++) {
    const j = y >> 1;
    const beside = Math.min(h - 1, Math.max(0, j + (y & 1 ? 1 : -1)));
    for (let x = 0; x < width; x++) {
      const i = x >> 1;
      const side = Math.min(w - 1, Math.max(0, i + (x & 1 ? 1 : -1)));
      out[y * width + x] =
        0.5625 * soft[j * w + i]! +
        0.1875 * (soft[j * w + side]! + soft[beside * w + i]!) +
        0.0625 * soft[beside * w + side]!;
    }
  }
  return out;
}

function boxLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  count: number,
  radius: number,
): void {
  const share = 1 / (2 * radius + 1);
  const last = start + (count - 1) * stride;
  let sum = from[start]! * (radius + 1);
  for (let k = 1; k <= radius; k++) sum += from[Math.min(last, start + k * stride)]!;
  for (let k = 0; k < count; k++) {
    const at = start + k * stride;
    to[at] = sum * share;
    sum += from[Math.min(last, at + (radius + 1) * stride)]! - from[Math.max(start, at - radius * stride)]!;
  }
}

/**
 * A small Gaussian blur of interleaved channels, in place; where the last channel (alpha) is 0 the others
 *   must be too.
 * @param sigma pixels, below about 2
 */
export function blurChannels(
  data: Float32Array,
  width: number,
  height: number,
  channels: number,
  sigma: number,
): void {
  const side = Math.exp(-0.5 / (sigma * sigma));
  const further = Math.exp(-2 / (sigma * sigma));
  const total = 1 + 2 * side + 2 * further;
  const w0 = 1 / total;
  const w1 = side / total;
  const w2 = further / total;
  const length = Math.max(width, height) * channels;
  const line = new Float32Array(length + 4 * channels);
  const pass = (start: number, stride: number, count: number): void => {
    // Most lines of a picture with one object in it hold nothing.
    let empty = true;
    for (let k = 0; k < count && empty; k++) empty = data[start + k * stride + channels - 1] === 0;
    if (empty) return;
    for (let k = -2; k < count + 2; k++) {
      const at = start + Math.min(count - 1, Math.max(0, k)) * stride;
      for (let c = 0; c < channels; c++) line[(k + 2) * channels + c] = data[at + c]!;
    }
    for (let k = 0; k < count; k++) {
      for (let c = 0; c < channels; c++) {
        const m = (k + 2) * channels + c;
        data[start + k * stride + c] =
          w0 * line[m]! +
          w1 * (line[m - channels]! + line[m + channels]!) +
          w2 * (line[m - 2 * channels]! + line[m + 2 * channels]!);
      }
    }
  };
  for (let y = 0; y < height; y++) pass(y * width * channels, channels, width);
  for (let x = 0; x < width; x++) pass(x * channels, width * channels, height);
}
