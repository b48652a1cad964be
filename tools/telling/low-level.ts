/** Rings of spatial frequency; the last ends at half the sampling rate. */
const RINGS = 14;

/** Pixels of a crop that surely show a face: the inscribed circle. */
export function insideCircle(size: number): Uint8Array {
  const radius = size / 2;
  return Uint8Array.from({ length: size * size }, (_, i) =>
    Math.hypot((i % size) + 0.5 - radius, Math.floor(i / size) + 0.5 - radius) < radius ? 1 : 0,
  );
}

const grey = (crop: Float32Array, plane: number, i: number): number =>
  0.2126 * crop[i]! + 0.7152 * crop[plane + i]! + 0.0722 * crop[2 * plane + i]!;

/**
 * Logarithm of the radially averaged power spectrum of a crop's brightness, in the square inside its circle,
 * brightness divided by its own spread: what skin is like at every scale, whatever the light.
 * @param crop planar RGB, 3×size×size
 */
export function spectrum(crop: Float32Array, size: number): number[] {
  const side = Math.floor(size / Math.SQRT2);
  const first = (size - side) >> 1;
  const window = (k: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / side);
  const values = new Float64Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      values[y * side + x] = grey(crop, size * size, (y + first) * size + x + first);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) + 1;
  for (let i = 0; i < values.length; i++)
    values[i] = ((values[i]! - mean) / spread) * window(i % side) * window(Math.floor(i / side));
  const power = new Float64Array(RINGS);
  const count = new Float64Array(RINGS);
  const half = side / 2;
  const { real, imaginary } = transform(values, side);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      const radius = Math.hypot(Math.min(u, side - u), Math.min(v, side - v));
      const ring = Math.floor((radius / half) * RINGS);
      if (radius === 0 || ring >= RINGS) continue;
      power[ring]! += real[v * side + u]! ** 2 + imaginary[v * side + u]! ** 2;
      count[ring]!++;
    }
  }
  return Array.from(power, (sum, ring) => Math.log(sum / Math.max(1, count[ring]!) + 1e-6));
}

/** The plain two-dimensional Fourier transform, rows and then columns: crops are small. */
function transform(values: Float64Array, n: number): { real: Float64Array; imaginary: Float64Array } {
  const cos = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: n }, (_, k) => -Math.sin((2 * Math.PI * k) / n));
  let real = values;
  let imaginary = new Float64Array(n * n);
  for (let pass = 0; pass < 2; pass++) {
    const re = new Float64Array(n * n);
    const im = new Float64Array(n * n);
    for (let row = 0; row < n; row++) {
      for (let k = 0; k < n; k++) {
        let sumRe = 0;
        let sumIm = 0;
        for (let x = 0, turn = 0; x < n; x++, turn = (turn + k) % n) {
          const a = real[row * n + x]!;
          const b = imaginary[row * n + x]!;
          sumRe += a * cos[turn]! - b * sin[turn]!;
          sumIm += a * sin[turn]! + b * cos[turn]!;
        }
        // Transposed, so that the second pass does the columns.
        re[k * n + row] = sumRe;
        im[k * n + row] = sumIm;
      }
    }
    [real, imaginary] = [re, im];
  }
  return { real, imaginary };
}

/** Mean, spread and skew of brightness and of the two differences of colour inside the circle: 9 values. */
export function colorStatistics(crop: Float32Array, size: number): number[] {
  const plane = size * size;
  const inside = insideCircle(size);
  const channels: number[][] = [[], [], []];
  for (let i = 0; i < plane; i++) {
    if (inside[i] === 0) continue;
    const [r, g, b] = [crop[i]!, crop[plane + i]!, crop[2 * plane + i]!];
    const y = grey(crop, plane, i);
    channels[0]!.push(y);
    channels[1]!.push(r - g);
    channels[2]!.push((r + g) / 2 - b);
  }
  return channels.flatMap((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const moment = (power: number): number =>
      values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
    const spread = Math.sqrt(moment(2)) + 1e-3;
    return [mean, spread, moment(3) / spread ** 3];
  });
}
