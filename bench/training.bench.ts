import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atLeast, atMost, median, type Benchmark, type Measure } from './benchmark.js';

interface Result {
  readonly images_per_s: number;
  readonly ms: number;
  readonly build_ms: number;
  readonly peak_mb: number;
  readonly parameters: number;
}

const script = (name: string): string => fileURLToPath(new URL(`training/${name}`, import.meta.url));

function ours(...args: (string | number)[]): Result {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script('measure.ts'), ...args.map(String)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`bench training: the measurement failed: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

/** A Python that has PyTorch, if there is one. */
function findTorch(): string | undefined {
  const candidates = ['python3', '/usr/bin/python3', 'python'];
  return candidates.find(
    (python) =>
      (!python.startsWith('/') || existsSync(python)) &&
      spawnSync(python, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
  );
}

function torch(python: string, ...args: (string | number)[]): Pick<Result, 'images_per_s' | 'ms'> {
  const { status, stdout, stderr } = spawnSync(python, [script('resnet.py'), ...args.map(String)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`bench training: PyTorch failed: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

/** Forward, backward and Adam; random numbers for photos, which cost the same. */
async function* run(): AsyncGenerator<Measure> {
  const python = findTorch();
  const goals = new Map([
    [1, 0.9],
    [2, 0.75],
  ]);
  for (const threads of [1, 2]) {
    const own: number[] = [];
    const peer: number[] = [];
    let parameters = 0;
    for (let i = 0; i < 3; i++) {
      const result = ours('resnet18', 112, 16, threads, 16);
      own.push(result.images_per_s);
      parameters = result.parameters;
      if (python !== undefined) peer.push(torch(python, 'resnet18', 112, 16, threads).images_per_s);
    }
    const name = `ResNet-18-like of ${(parameters / 1e6).toFixed(1)} M parameters, 112², batch 16, ${threads} thread${threads > 1 ? 's' : ''}`;
    yield threads === 2
      ? atLeast(name, median(own), 'images/s', 100)
      : { name, value: median(own), unit: 'images/s', ok: true };
    if (peer.length > 0)
      yield atLeast(
        `… against PyTorch on the CPU`,
        median(own) / median(peer),
        '×',
        goals.get(threads)!,
        `PyTorch ${median(peer).toFixed(0)} images/s`,
      );
  }
  const large = [0, 1, 2].map(() => ours('resnet50', 224, 8, 2, 5));
  yield atLeast(
    'ResNet-50, 224², batch 8, 2 threads',
    median(large.map((r) => r.images_per_s)),
    'images/s',
    3.3,
  );
  yield atMost('… peak memory', Math.max(...large.map((r) => r.peak_mb)), 'MB', 2500);
  yield atMost('… trace, lower, load', median(large.map((r) => r.build_ms)), 'ms', 3000);
}

export default { name: 'training', run } satisfies Benchmark;
