/** Colours that belong together: means and shares, CIELAB. */
export interface ColorClusters {
  readonly means: readonly Float64Array[];
  readonly shares: readonly number[];
  /** Standard deviation of each cluster, alike in all directions. */
  readonly spreads: readonly number[];
}

const ROUNDS = 6;
/** Of more colours than this every so-many-th is looked at. */
const MOST_COLORS = 500;
/** Clusters are no narrower than this: noise, and what compression leaves. */
const LEAST_SPREAD = 4;

/**
 * Groups colours by k-means (Lloyd 1982), begun from colours as far from each other as there are.
 * @param colors L, a and b of each of N ≥ 1
 */
export function clusterColors(colors: Float32Array, count: number): ColorClusters {
  const stride = 3 * Math.max(1, Math.ceil(colors.length / 3 / MOST_COLORS));
  const means = farApart(colors, stride, count);
  const sums = new Float64Array(5 * means.length);
  for (let round = 0; round <= ROUNDS; round++) {
    sums.fill(0);
    for (let i = 0; i < colors.length; i += stride) {
      const [k, squared] = nearestMean(means, colors[i]!, colors[i + 1]!, colors[i + 2]!);
      for (let axis = 0; axis < 3; axis++) sums[5 * k + axis]! += colors[i + axis]!;
      sums[5 * k + 3]!++;
      sums[5 * k + 4]! += squared;
    }
    if (round === ROUNDS) break;
    means.forEach((mean, k) => {
      const own = sums[5 * k + 3]!;
      if (own > 0) for (let axis = 0; axis < 3; axis++) mean[axis] = sums[5 * k + axis]! / own;
    });
  }
  const total = Math.ceil(colors.length / stride);
  return {
    means,
    shares: means.map((_, k) => sums[5 * k + 3]! / total),
    spreads: means.map((_, k) =>
      Math.max(LEAST_SPREAD, Math.sqrt(sums[5 * k + 4]! / Math.max(1, 3 * sums[5 * k + 3]!))),
    ),
  };
}

/** Colours each as far as can be from those before it; fewer where there are not so many. */
function farApart(colors: Float32Array, stride: number, count: number): Float64Array[] {
  const colorAt = (i: number): Float64Array => Float64Array.from(colors.subarray(i, i + 3));
  const means = [colorAt(stride * (Math.ceil(colors.length / stride) >> 1))];
  while (means.length < count) {
    let farthest = 0;
    let most = 0;
    for (let i = 0; i < colors.length; i += stride) {
      const [, squared] = nearestMean(means, colors[i]!, colors[i + 1]!, colors[i + 2]!);
      if (squared > most) [most, farthest] = [squared, i];
    }
    if (most === 0) break;
    means.push(colorAt(farthest));
  }
  return means;
}

function nearestMean(
  means: readonly Float64Array[],
  l: number,
  a: number,
  b: number,
): readonly [index: number, squared: number] {
  let nearest = 0;
  let least = Infinity;
  for (let k = 0; k < means.length; k++) {
    const mean = means[k]!;
    const squared = (l - mean[0]!) ** 2 + (a - mean[1]!) ** 2 + (b - mean[2]!) ** 2;
    if (squared < least) [least, nearest] = [squared, k];
  }
  return [nearest, least];
}

const UNIT_DENSITY = 1 / Math.sqrt(2 * Math.PI) ** 3;

/**
 * Natural logarithm of a colour's density under the clusters.
 * @param color L, a, b
 * @param floor density of all other colours
 */
export function logDensity(
  { means, shares, spreads }: ColorClusters,
  color: ArrayLike<number>,
  floor = 1e-7,
): number {
  let density = floor;
  for (let k = 0; k < means.length; k++) {
    const mean = means[k]!;
    const spread = spreads[k]!;
    const squared = (color[0]! - mean[0]!) ** 2 + (color[1]! - mean[1]!) ** 2 + (color[2]! - mean[2]!) ** 2;
    density += (UNIT_DENSITY * shares[k]! * Math.exp(-squared / (2 * spread * spread))) / spread ** 3;
  }
  return Math.log(density);
}
