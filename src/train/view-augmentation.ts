import type { Random } from '../data/random.js';

/** How views of faces are changed so that a regressor relies on no single look; chances 0…1. */
export interface ViewAugmentation {
  /** Flat, coloured or noisy boxes over a part of the view. */
  readonly boxes: number;
  /** Normal noise up to this deviation, of 0…255. */
  readonly noise: number;
  readonly noisy: number;
  /** Fewer pixels and back. */
  readonly coarse: number;
  readonly grey: number;
}

export const viewAugmentationDefaults: ViewAugmentation = {
  boxes: 0.25,
  noise: 40,
  noisy: 0.3,
  coarse: 0.12,
  grey: 0.06,
};

/** Nothing in front of the face, and little noise: what ordinary photos look like. */
export const cleanViews: ViewAugmentation = { boxes: 0, noise: 8, noisy: 0.3, coarse: 0.1, grey: 0.06 };

/**
 * Changes a view in place: colour and contrast always, the others by chance.
 *
 * @param image 3×size×size, −1…1
 * @param visible landmarks in plain view, 68; those under a box no longer are
 * @param landmarks pairs, −1…1 across the view, of which the first 68 count
 */
export function augmentView(
  image: Float32Array,
  size: number,
  visible: Float32Array,
  landmarks: ArrayLike<number>,
  random: Random,
  options: ViewAugmentation = viewAugmentationDefaults,
): void {
  if (random.uniform() < options.coarse) coarsen(image, size, random.uniform(1.5, 4));
  recolour(image, size, random);
  if (random.uniform() < options.grey) greyed(image, size);
  if (random.uniform() < options.boxes) coverView(image, size, visible, landmarks, random);
  if (random.uniform() < options.noisy)
    addNoise(image, (options.noise / 127.5) * random.uniform() ** 2, random);
  for (let i = 0; i < image.length; i++) {
    const value = image[i]!;
    if (value > 1) image[i] = 1;
    else if (value < -1) image[i] = -1;
  }
}

function recolour(image: Float32Array, size: number, random: Random): void {
  const plane = size * size;
  const gain = Math.exp(random.normal(0, 0.18));
  const gamma = Math.exp(random.normal(0, 0.15));
  const bias = random.normal(0, 0.04);
  for (let c = 0; c < 3; c++) {
    const g = gain * Math.exp(random.normal(0, 0.06));
    // The curve as a table of the 8 bits that the view came from, and a little between.
    const table = Float32Array.from({ length: 512 }, (_, k) => 2 * (g * (k / 511) ** gamma + bias) - 1);
    for (let i = c * plane; i < (c + 1) * plane; i++) {
      const k = (image[i]! * 255.5 + 256) | 0;
      image[i] = table[k < 0 ? 0 : k > 511 ? 511 : k]!;
    }
  }
}

function greyed(image: Float32Array, size: number): void {
  const plane = size * size;
  for (let i = 0; i < plane; i++) {
    const luma = 0.299 * image[i]! + 0.587 * image[i + plane]! + 0.114 * image[i + 2 * plane]!;
    image[i] = image[i + plane] = image[i + 2 * plane] = luma;
  }
}

/** Nearest pixels of a coarser grid: what is left of a small face that was enlarged. */
function coarsen(image: Float32Array, size: number, factor: number): void {
  const plane = size * size;
  const source = image.slice();
  const cells = Math.max(8, Math.round(size / factor));
  const step = size / cells;
  for (let y = 0; y < size; y++) {
    const v = Math.min(cells - 1.001, Math.max(0, (y + 0.5) / step - 0.5));
    const j = Math.floor(v);
    const fy = v - j;
    const top = Math.floor((j + 0.5) * step) * size;
    const below = Math.floor((j + 1.5) * step) * size;
    for (let x = 0; x < size; x++) {
      const u = Math.min(cells - 1.001, Math.max(0, (x + 0.5) / step - 0.5));
      const i = Math.floor(u);
      const fx = u - i;
      const left = Math.floor((i + 0.5) * step);
      const right = Math.floor((i + 1.5) * step);
      for (let c = 0; c < 3; c++) {
        const at = c * plane;
        const above = source[at + top + left]! + fx * (source[at + top + right]! - source[at + top + left]!);
        const under =
          source[at + below + left]! + fx * (source[at + below + right]! - source[at + below + left]!);
        image[at + y * size + x] = above + fy * (under - above);
      }
    }
  }
}

/**
 * Covers one box, or one half of the view, with grey, a colour or noise; parameters as of {@link
 * augmentView}.
 */
export function coverView(
  image: Float32Array,
  size: number,
  visible: Float32Array,
  landmarks: ArrayLike<number>,
  random: Random,
): void {
  const plane = size * size;
  const half = random.uniform() < 0.3;
  const w = half ? 1.1 : random.uniform(0.35, 1.2);
  const h = half ? 2 : random.uniform(0.35, 1.2);
  const x = half
    ? (random.uniform() < 0.5 ? -w / 2 : w / 2) + random.normal(0, 0.1)
    : random.uniform(-0.7, 0.7);
  const y = half ? 0 : random.uniform(-0.6, 0.7);
  const kind = random.uniform();
  const level = kind < 0.5 ? random.normal(0, 0.1) : NaN;
  const color = [0, 1, 2].map(() => (Number.isNaN(level) ? random.uniform(-1, 1) : level));
  const noisy = kind > 0.85;
  const pixel = (value: number): number => Math.min(size, Math.max(0, Math.round(((value + 1) / 2) * size)));
  const [left, right, top, bottom] = [pixel(x - w / 2), pixel(x + w / 2), pixel(y - h / 2), pixel(y + h / 2)];
  for (let c = 0; c < 3; c++)
    for (let row = top; row < bottom; row++)
      for (let i = c * plane + row * size + left, end = c * plane + row * size + right; i < end; i++)
        image[i] = noisy ? random.uniform(-1, 1) : color[c]!;
  for (let k = 0; k < visible.length; k++)
    if (Math.abs(landmarks[2 * k]! - x) < w / 2 && Math.abs(landmarks[2 * k + 1]! - y) < h / 2)
      visible[k] = 0;
}

function addNoise(image: Float32Array, deviation: number, random: Random): void {
  const numbers = new Float32Array(image.length);
  random.fillNormal(numbers);
  for (let i = 0; i < image.length; i++) image[i]! += deviation * numbers[i]!;
}
