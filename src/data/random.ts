import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Layers of the ziggurat, where its base ends, and the area of each layer (Marsaglia & Tsang 2000, table 1).
 */
const LAYERS = 256;
const BASE_END = 3.6541528853610088;
const LAYER_AREA = 0.00492867323399;
/** Right edge of each layer, the base first; the last is the peak. */
const edges = new Float64Array(LAYERS + 1);
/** Share of each layer that lies below the curve as a whole. */
const insides = new Float64Array(LAYERS);
{
  const density = (x: number): number => Math.exp(-0.5 * x * x);
  edges[0] = LAYER_AREA / density(BASE_END);
  edges[1] = BASE_END;
  for (let i = 2; i < LAYERS; i++)
    edges[i] = Math.sqrt(-2 * Math.log(LAYER_AREA / edges[i - 1]! + density(edges[i - 1]!)));
  for (let i = 0; i < LAYERS; i++) insides[i] = edges[i + 1]! / edges[i]!;
}

/** Means up to here are drawn exactly. */
const EXACT_POISSON = 50;

/** 128 bits that stand for a seed and the names of the forks that led here. */
type Key = readonly [number, number, number, number];
const ROOT: Key = [1779033703, 3144134277, 1013904242, 2773480762];

/** Mixes a text into a key (cyrb128 by bryc, public domain); similar texts give unrelated keys. */
function mix([a, b, c, d]: Key, text: string): Key {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    [a, b, c, d] = [
      b ^ Math.imul(a ^ code, 597399067),
      c ^ Math.imul(b ^ code, 2869860233),
      d ^ Math.imul(c ^ code, 951274213),
      a ^ Math.imul(d ^ code, 2716044179),
    ];
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

type Generator = ReturnType<typeof xoroshiro128plusFromState>;

/** 53 random bits as a number in [0, 1). */
function unit(generator: Generator): number {
  const upper = generator.next() >>> 5;
  const lower = generator.next() >>> 6;
  return (upper * 0x4000000 + lower) * 2 ** -53;
}

function standardNormal(generator: Generator): number {
  // The weak lowest bit of xoroshiro128+ ends as the lowest of the value.
  const bits = generator.next();
  const layer = bits >>> 24;
  const share = ((bits << 8) >> 8) * 2 ** -23;
  return Math.abs(share) < insides[layer]! ? share * edges[layer]! : rareNormal(generator, layer, share);
}

/** One draw in 80: beside the part of a layer that is all below the curve. */
function rareNormal(generator: Generator, layer: number, share: number): number {
  if (layer === 0) return share < 0 ? -tail(generator) : tail(generator);
  const x = share * edges[layer]!;
  const upper = edges[layer]!;
  const lower = edges[layer + 1]!;
  const below = Math.exp(-0.5 * (upper * upper - x * x));
  const above = Math.exp(-0.5 * (lower * lower - x * x));
  return above + unit(generator) * (below - above) < 1 ? x : standardNormal(generator);
}

/** Beyond the base (Marsaglia 1964). */
function tail(generator: Generator): number {
  for (;;) {
    const x = -Math.log(1 - unit(generator)) / BASE_END;
    const y = -Math.log(1 - unit(generator));
    if (2 * y > x * x) return BASE_END + x;
  }
}

/**
 * Seeded random numbers: xoroshiro128+ of pure-rand, the same on every platform.
 *
 * What it draws depends on the seed, the names of the forks that led to it and its own earlier draws, on
 * nothing else. So a part of a program that has its own {@link fork} keeps its numbers when other parts draw
 * more or fewer.
 */
export class Random {
  readonly #key: Key;
  readonly #generator: Generator;

  /** Use {@link createRandom} and {@link fork}. */
  constructor(key: Key) {
    this.#key = key;
    this.#generator = xoroshiro128plusFromState(key);
  }

  /**
   * An independent stream for one purpose; the same name always gives the same stream, however much was drawn
   * before.
   */
  fork(name: string | number): Random {
    return new Random(mix(this.#key, `/${name}`));
  }

  /** 32 random bits, 0…2³²−1. */
  uint32(): number {
    return this.#generator.next() >>> 0;
  }

  /** Uniform in [low, high), 53 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * unit(this.#generator);
  }

  /** Normally distributed, with a ziggurat (Marsaglia & Tsang 2000, with the rejection of Doornik 2005). */
  normal(mean = 0, deviation = 1): number {
    return mean + deviation * standardNormal(this.#generator);
  }

  /**
   * A Poisson-distributed count: exact for means up to 50, above the normal distribution with its skewness
   * corrected (Cornish & Fisher 1938).
   * @throws RangeError for a negative or infinite mean
   */
  poisson(mean: number): number {
    if (!(mean >= 0 && mean < Infinity))
      throw new RangeError(`Random.poisson: expected a mean of at least 0, received ${mean}.`);
    if (mean > EXACT_POISSON) {
      const z = standardNormal(this.#generator);
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6));
    }
    const u = unit(this.#generator);
    let count = 0;
    let probability = Math.exp(-mean);
    // Where rounding keeps the sum below `u`, the probabilities run out.
    for (let sum = probability; u >= sum && probability > 1e-300; sum += probability)
      probability *= mean / ++count;
    return count;
  }

  /**
   * A whole number, low…high, both included.
   * @throws RangeError unless low ≤ high are whole and span less than 2³²
   */
  integer(low: number, high: number): number {
    const span = high - low + 1;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || !(span >= 1 && span <= 2 ** 32)) {
      throw new RangeError(
        `Random.integer: expected whole numbers low ≤ high less than 2^32 apart, received ${low} and ${high}.`,
      );
    }
    const fair = 2 ** 32 - (2 ** 32 % span);
    let bits = this.uint32();
    while (bits >= fair) bits = this.uint32();
    return low + (bits % span);
  }

  /** One of the items, each equally likely. @throws RangeError for an empty list */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Random.choice: expected at least one item, received none.');
    return items[this.integer(0, items.length - 1)]!;
  }

  /** The items in random order, each order equally likely (Fisher & Yates 1938); a new list. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  /** Fills an array with standard normal numbers, the same that {@link normal} would give one by one. */
  fillNormal(out: Float32Array): void {
    const generator = this.#generator;
    for (let i = 0; i < out.length; i++) out[i] = standardNormal(generator);
  }

  /** Fills an array with uniform numbers in [0, 1), multiples of 2⁻²⁴. */
  fillUniform(out: Float32Array): void {
    const generator = this.#generator;
    for (let i = 0; i < out.length; i++) out[i] = (generator.next() >>> 8) * 2 ** -24;
  }
}

/**
 * The random numbers of a seed, which may be any finite number or any text.
 * @throws RangeError for NaN and infinities
 */
export function createRandom(seed: number | string): Random {
  if (typeof seed === 'number' && !Number.isFinite(seed))
    throw new RangeError(`createRandom: expected a finite seed, received ${seed}.`);
  return new Random(mix(ROOT, String(seed)));
}
