import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Image } from '../src/math/image.js';
import { loadRogue } from '../src/node.js';
import { atMost, median, medianTime, type Benchmark, type Measure } from './benchmark.js';

const example = fileURLToPath(new URL('../examples/astronaut.jpg', import.meta.url));
const launcher = fileURLToPath(new URL('../bin/rogue.js', import.meta.url));

/** The example photo enlarged to one megapixel. */
async function megapixelPhoto(): Promise<Image> {
  const { data, info } = await sharp(example)
    .resize(1000, 1000)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 3, data };
}

/**
 * Wall time in ms of a whole process from start to files on disk, and its peak memory in MB where
 * `/usr/bin/time` tells it.
 */
async function processRun(format: string): Promise<{ ms: number; megabytes: number | undefined }> {
  const out = await mkdtemp(join(tmpdir(), 'rogue-bench-'));
  const script = `process.argv.splice(1, 1); process.on('exit', () => console.error('peak ' + process.resourceUsage().maxRSS)); await import(${JSON.stringify(launcher)});`;
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      script,
      'rogue',
      'rogue',
      'reconstruct',
      example,
      '-o',
      out,
      '--format',
      format,
    ],
    { encoding: 'utf8' },
  );
  const ms = performance.now() - start;
  await rm(out, { recursive: true, force: true });
  if (status !== 0) throw new Error(`bench reconstruct: the command failed: ${stderr}`);
  const peak = /peak (\d+)/.exec(stderr)?.[1];
  return { ms, megabytes: peak ? Number(peak) / 1024 : undefined };
}

async function* run(): AsyncGenerator<Measure> {
  const rogue = await loadRogue();
  const photo = await megapixelPhoto();
  yield atMost(
    'photo of 1 megapixel to all results in memory',
    await medianTime(() => rogue.reconstruct(photo), { warmUp: 2500 }),
    'ms',
    250,
  );
  yield atMost(
    '… of which finding the face and its landmarks',
    await medianTime(() => rogue.findFaces(photo), { warmUp: 500 }),
    'ms',
    90,
  );
  await rogue.release();
  const runs = [];
  for (let i = 0; i < 5; i++) runs.push(await processRun('glb,obj,png,json'));
  yield atMost('process start to all files on disk', median(runs.map((item) => item.ms)), 'ms', 2500);
  const peaks = runs.flatMap((item) => item.megabytes ?? []);
  if (peaks.length > 0) yield atMost('peak memory of the process', Math.max(...peaks), 'MB', 500);
}

export default { name: 'reconstruct', run } satisfies Benchmark;
