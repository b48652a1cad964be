import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, packPackage } from './packed.js';

/** An empty project into which the package is installed as a user does it, install scripts allowed. */
let project: string;
let files: string[];
const photo = resolve('examples/astronaut.jpg');

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'rogue-installed-'));
  const packed = await packPackage(project);
  files = packed.files;
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
  const versions = JSON.parse(await readFile('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const forTypes = ['typescript', '@types/node'].map((name) => `${name}@${versions.devDependencies[name]}`);
  const quiet = ['--ignore-scripts=false', '--no-audit', '--no-fund'];
  await command(project, 'npm', ['install', packed.tarball, ...quiet]);
  installed = await bytesOf(join(project, 'node_modules'));
  await command(project, 'npm', ['install', '--save-dev', ...forTypes, ...quiet]);
}, 300_000);

afterAll(() => rm(project, { recursive: true, force: true }));

let installed: number;

async function bytesOf(path: string): Promise<number> {
  const entry = await lstat(path);
  if (!entry.isDirectory()) return entry.size;
  const inside = await Promise.all((await readdir(path)).map((name) => bytesOf(join(path, name))));
  return inside.reduce((sum, bytes) => sum + bytes, 0);
}

/** Runs a program of the project. @returns what it printed */
async function program(source: string, name = 'program.mjs'): Promise<string> {
  await writeFile(join(project, name), source);
  return command(project, process.execPath, [name]);
}

describe('the package in an empty project', () => {
  it('brings no native runtime, and fits where serverless functions must', () => {
    expect(existsSync(join(project, 'node_modules/onnxruntime-node'))).toBe(false);
    expect(existsSync(join(project, 'node_modules/onnxruntime-web'))).toBe(false);
    expect(installed / 1e6).toBeLessThan(250);
  });

  it('reconstructs a head from its command line', async () => {
    const flags = ['--format', 'glb', '--texture', 'none'];
    await command(project, 'npx', ['rogue', 'reconstruct', photo, '-o', 'heads', ...flags]);
    const glb = await readFile(join(project, 'heads/astronaut/face-1/head.glb'));
    expect(glb.subarray(0, 4).toString()).toBe('glTF');
  });

  it('reconstructs a head from a program of three lines', async () => {
    const printed = await program(`
      import { loadRogue } from 'rogue-face';
      const rogue = await loadRogue();
      console.log('faces:', (await rogue.reconstruct(${JSON.stringify(photo)})).length);
      await rogue.release();
    `);
    expect(printed).toBe('faces: 1\n');
  });

  it('makes heads in worker threads, which can be ended at any time', async () => {
    const printed = await program(`
      import { RogueWorkers } from 'rogue-face';
      const workers = await RogueWorkers.start({ workers: 1 });
      const bare = { texture: 'none', hair: 'none' };
      console.log('faces:', (await workers.reconstruct(${JSON.stringify(photo)}, bare)).length);
      const last = workers.reconstruct(${JSON.stringify(photo)}).catch((error) => error.message);
      await workers.terminate();
      console.log(await last);
    `);
    expect(printed).toBe('faces: 1\nthe worker was terminated.\n');
  });

  it('says what training needs', async () => {
    const train = command(project, 'npx', ['rogue', 'train', 'pretrain', '--data', 'shards', '-o', 'run']);
    await expect(train).rejects.toThrow(
      'rogue: training needs the native ONNX Runtime: onnxruntime-node is not installed; run "npm install onnxruntime-node"',
    );
  });

  it.each([
    ['rogue-face', 'loadRogue'],
    ['rogue-face/node', 'decodeImage'],
    ['rogue-face/data', 'createRandom'],
    ['rogue-face/graph', 'trace'],
    ['rogue-face/training', 'createTrainer'],
  ])('has the entry %s', async (entry, name) => {
    const printed = await program(`import { ${name} } from '${entry}'; console.log(typeof ${name});`);
    expect(printed).toBe('function\n');
  });
});

describe('its types', () => {
  const forNode = `
    import { encodePng, headSceneOf, loadRogue, writeGlb, type Reconstruction } from 'rogue-face/node';
    import { createRandom, type Random } from 'rogue-face/data';
    import { trace, type Tensor } from 'rogue-face/graph';
    import { adamDefaults, createTrainer } from 'rogue-face/training';
    import { loadRogue as either } from 'rogue-face';

    const rogue = await loadRogue({ node: { threads: 1, engine: 'wasm' } });
    const faces: Reconstruction[] = await rogue.reconstruct('photo.jpg');
    const glb: Uint8Array = await writeGlb(await headSceneOf(rogue.model, faces[0]!, { encodePng }));
    const random: Random = createRandom('1');
    export const twice = (tensor: Tensor): Tensor => tensor.mul(2);
    console.log(glb, random, trace, adamDefaults, createTrainer, either);
  `;
  const forPages = `
    import { decodeInBrowser, imageDataOf, loadRogue, webRuntime } from 'rogue-face';
    const rogue = await loadRogue({ assets: '/rogue-assets/', runtime: webRuntime({ threads: 1 }) });
    const photo = await decodeInBrowser('/photo.jpg');
    const pixels: ImageData = imageDataOf(photo.image);
    console.log(rogue, pixels);
  `;

  // How each way of resolving finds the entries is for `npm run package-check` to say.
  it.each([
    ['NodeNext', 'NodeNext', forNode, ['ES2022'], ['node']],
    ['ESNext', 'Bundler', forPages, ['ES2022', 'DOM'], []],
  ])(
    'pass without skipLibCheck: module %s, resolution %s (%#)',
    async (module, resolution, source, lib, types) => {
      const folder = join(project, `types-${module}-${resolution}-${types.length}`);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'program.ts'), source);
      const compilerOptions = {
        module,
        moduleResolution: resolution,
        target: 'ES2022',
        lib,
        types,
        strict: true,
        skipLibCheck: false,
        noEmit: true,
      };
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['program.ts'] }),
      );
      await command(project, 'npx', ['tsc', '-p', folder]);
    },
  );
});

describe('its documents', () => {
  it('link to nothing that is not in the tarball', async () => {
    const there = new Set(files);
    const dead: string[] = [];
    for (const file of files.filter((name) => /^(README|docs\/.*|assets\/.*)\.md$/.test(name))) {
      const text = (await readFile(file, 'utf8')).replace(/```[\s\S]*?```/g, '');
      for (const [, link] of text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(link!)) continue;
        const target = join(dirname(file), link!);
        if (!there.has(target) && !files.some((name) => name.startsWith(`${target.replace(/\/$/, '')}/`)))
          dead.push(`${file}: ${link}`);
      }
    }
    expect(dead).toEqual([]);
  });
});
