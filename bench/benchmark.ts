/** One measured value. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it should reach, as `≤ 1.5` or `≥ 2`; absent where the value is only information. */
  readonly goal?: string;
  /** Whether the goal is reached; true without a goal. */
  readonly ok: boolean;
  readonly note?: string;
}

/** What a file `bench/<name>.bench.ts` exports as its default. */
export interface Benchmark {
  readonly name: string;
  /** Yields measures as they are done, or returns them all. */
  run(): AsyncIterable<Measure> | Promise<readonly Measure[]>;
}

/** A measure that must not exceed a limit. */
export function atMost(name: string, value: number, unit: string, limit: number, note?: string): Measure {
  return {
    name,
    value,
    unit,
    goal: `≤ ${limit}`,
    ok: value <= limit,
    ...(note === undefined ? {} : { note }),
  };
}

/** A measure that must reach a limit. */
export function atLeast(name: string, value: number, unit: string, limit: number, note?: string): Measure {
  return {
    name,
    value,
    unit,
    goal: `≥ ${limit}`,
    ok: value >= limit,
    ...(note === undefined ? {} : { note }),
  };
}

export interface TimingOptions {
  /** Milliseconds to run before measuring, so that the code is compiled and caches are warm. Default 300. */
  readonly warmUp?: number;
  /** Measured repetitions; the median of their times is reported. Default 15. */
  readonly repetitions?: number;
  /** Least milliseconds per repetition; short tasks are called several times in each. Default 10. */
  readonly atLeast?: number;
}

/** The median milliseconds of one call of `task`. */
export async function medianTime(task: () => unknown, options: TimingOptions = {}): Promise<number> {
  const { warmUp = 300, repetitions = 15, atLeast: shortest = 10 } = options;
  const warmStart = performance.now();
  let calls = 0;
  do {
    await task();
    calls++;
  } while (performance.now() - warmStart < warmUp);
  const perCall = (performance.now() - warmStart) / calls;
  const batch = Math.max(1, Math.ceil(shortest / perCall));
  const times: number[] = [];
  for (let k = 0; k < repetitions; k++) {
    const start = performance.now();
    for (let i = 0; i < batch; i++) {
      const result = task();
      if (result instanceof Promise) await result;
    }
    times.push((performance.now() - start) / batch);
  }
  return median(times);
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
