import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { loadRogue } from '../src/node.js';
import type { NodeRuntimeOptions } from '../src/runtime/node.js';
import { atMost, median, medianTime, type Benchmark, type Measure } from './benchmark.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const example = join(root, 'examples/astronaut.jpg');

/** Seconds that a shell command takes where nothing of earlier runs helps: own home, own npm cache. */
function secondsOf(folder: string, command: string, home: string): number {
  const env = { PATH: process.env['PATH'], HOME: home, TMPDIR: home, CI: 'true' };
  const start = performance.now();
  const { status, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`bench install: "${command}" failed: ${stderr}`);
  return (performance.now() - start) / 1000;
}

async function megabytesOf(path: string): Promise<number> {
  const entry = await lstat(path);
  if (!entry.isDirectory()) return entry.size / 1e6;
  const inside = await Promise.all((await readdir(path)).map((name) => megabytesOf(join(path, name))));
  return inside.reduce((sum, size) => sum + size, 0);
}

/** From a fresh clone to the first head, three times. */
async function* firstResult(room: string): AsyncGenerator<Measure> {
  const times: number[] = [];
  for (let k = 0; k < 3; k++) {
    const [home, clone] = [join(room, `home-${k}`), join(room, `clone-${k}`)];
    await mkdir(home);
    secondsOf(room, `git clone --quiet ${root} ${clone}`, home);
    times.push(secondsOf(clone, 'npm ci && npx rogue reconstruct examples/astronaut.jpg', home));
  }
  yield atMost('npm ci && npx rogue reconstruct, in a fresh clone', median(times), 's', 40, 'with downloads');
}

/** What the package weighs in a user's project, and what weighs most. */
async function* installedSize(room: string): AsyncGenerator<Measure> {
  const [home, project] = [join(room, 'home'), join(room, 'project')];
  await mkdir(home);
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  secondsOf(root, `npm pack --ignore-scripts --pack-destination ${project}`, home);
  secondsOf(project, 'npm install rogue-face-*.tgz', home);
  const modules = join(project, 'node_modules');
  yield atMost('installed by npm install', await megabytesOf(modules), 'MB', 250);
  const inside: [string, number][] = [];
  for (const name of await readdir(modules)) inside.push([name, await megabytesOf(join(modules, name))]);
  inside.sort((a, b) => b[1] - a[1]);
  for (const [name, value] of inside.slice(0, 5))
    yield { name: `… of which ${name}`, value, unit: 'MB', ok: true };
}

/** The engines of Node against each other, in turn. */
async function* engines(): AsyncGenerator<Measure> {
  const photo = await sharp(example)
    .resize(1000, 1000)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = {
    width: photo.info.width,
    height: photo.info.height,
    channels: 3 as const,
    data: photo.data,
  };
  const timeWith = async (node: NodeRuntimeOptions): Promise<[load: number, photo: number]> => {
    const start = performance.now();
    const rogue = await loadRogue({ node });
    const load = performance.now() - start;
    const time = await medianTime(() => rogue.reconstruct(image), { warmUp: 2500 });
    await rogue.release();
    return [load, time];
  };
  const native = await timeWith({ engine: 'native' });
  const wasm = await timeWith({ engine: 'wasm' });
  yield { name: 'photo of 1 megapixel, native', value: native[1], unit: 'ms', ok: true };
  yield atMost('… WebAssembly, times as long', wasm[1] / native[1], '×', 2.5);
  yield { name: 'loading the networks, native', value: native[0], unit: 'ms', ok: true };
  yield { name: '… WebAssembly', value: wasm[0], unit: 'ms', ok: true };
}

async function* run(): AsyncGenerator<Measure> {
  yield* engines();
  const room = await mkdtemp(join(tmpdir(), 'rogue-install-'));
  try {
    yield* installedSize(room);
    yield* firstResult(room);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

export default { name: 'install', run } satisfies Benchmark;
