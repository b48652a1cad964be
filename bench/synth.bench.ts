import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cameraEffects } from '../src/data/camera-effects.js';
import { createRandom } from '../src/data/random.js';
import { Photographer } from '../src/data/synthetic/photographer.js';
import { encodeSample } from '../src/data/synthetic/sample.js';
import { loadModel, loadPeople } from '../src/node/files/assets.js';
import { encodeJpeg } from '../src/node/files/image-codec.js';
import { writeShards } from '../src/node/files/shard-writer.js';
import { createSampleMaker } from '../src/node/workers/synthetic-samples.js';
import { atLeast, atMost, median, type Benchmark, type Measure } from './benchmark.js';

const side = 224;
const workers = 2;
/**
 * Photos made through the workers; the memory's growth shows over many: `ROGUE_BENCH_PHOTOS=10000 npm run
 * bench -- synth`.
 */
const photos = Number(process.env['ROGUE_BENCH_PHOTOS'] ?? 1000);
/** Growth of memory between the first quarter, when all is compiled and loaded, and the end. */
const growthGoal = 60;

/** Synthetic photos with effects, JPEG and truth: one photographer, and all of `rogue synth`. */
const synth: Benchmark = {
  name: 'synth',
  async *run() {
    yield* await onePhotographer();
    yield* throughWorkers(photos, 0);
    yield* throughWorkers(Math.ceil(photos / 4), 1);
  },
};

/** Medians of the parts of a photo. */
async function onePhotographer(): Promise<Measure[]> {
  const model = await loadModel();
  const photographer = new Photographer(model, await loadPeople(), side);
  const parts = {
    'the photographer': [] as number[],
    'camera effects': [] as number[],
    'the truth': [] as number[],
    JPEG: [] as number[],
  };
  const warmUp = 20;
  for (let k = -warmUp; k < 100; k++) {
    const times = [performance.now()];
    const name = `bench/${k}`;
    const photo = photographer.take(name);
    times.push(performance.now());
    const { image, look } = await cameraEffects(photo.image, createRandom(name));
    times.push(performance.now());
    encodeSample(model, photo, name);
    times.push(performance.now());
    await encodeJpeg(image, look.jpegQuality);
    times.push(performance.now());
    if (k >= 0)
      Object.values(parts).forEach((list, part) => {
        list.push(times[part + 1]! - times[part]!);
      });
  }
  const medians = Object.entries(parts).map(([name, times]) => [name, median(times)] as const);
  const whole = medians.reduce((sum, [, time]) => sum + time, 0);
  return [
    {
      name: `one photographer, ${side}², effects, JPEG and truth`,
      value: 1000 / whole,
      unit: 'photos/s',
      ok: true,
    },
    ...medians.map(([name, value]) => ({ name: `… ${name}`, value, unit: 'ms', ok: true })),
  ];
}

/**
 * As `rogue synth`: worker threads, shards on the disk.
 * @param covered share of the photos with a covered version
 */
async function* throughWorkers(count: number, covered: number): AsyncGenerator<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'rogue-bench-'));
  const settings = { size: side, seed: 'bench', effects: true, covered };
  const maker = await createSampleMaker(settings, workers);
  const resident: number[] = [];
  const every = Math.ceil(count / 8);
  const name = `through ${workers} workers into shards`;
  try {
    await maker.make(0);
    const start = performance.now();
    await writeShards((index) => maker.make(index), {
      folder,
      count,
      samplesPerShard: 1000,
      settings,
      ahead: maker.ahead,
      onSample: (samples) => {
        if (samples % every === 0) resident.push(process.memoryUsage().rss / 2 ** 20);
      },
    });
    const seconds = (performance.now() - start) / 1000;
    if (covered === 0) yield atLeast(name, count / seconds, 'photos/s', 40, `${count} photos`);
    else
      yield {
        name: `${name}, each also covered`,
        value: count / seconds,
        unit: 'pairs/s',
        ok: true,
        note: `${count} pairs`,
      };
  } finally {
    await maker.release();
    await rm(folder, { recursive: true, force: true });
  }
  yield {
    name: 'memory of the process, at most',
    value: Math.max(...resident),
    unit: 'MiB',
    ok: true,
    note: `at eighths of the way: ${resident.map((value) => value.toFixed(0)).join(', ')}`,
  };
  yield atMost(
    '… growth from the second eighth to the last',
    resident.at(-1)! - resident[1]!,
    'MiB',
    growthGoal,
  );
}

export default synth;
