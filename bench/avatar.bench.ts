import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { avatarSceneOf } from '../src/avatar/avatar-scene-of.js';
import { avatarSettings, avatarTargets, vrmAvatar, type AvatarSettings } from '../src/avatar/presets.js';
import { vrmMetaDefaults } from '../src/avatar/vrm/vrm-meta.js';
import { writeVrm } from '../src/avatar/vrm/write-vrm.js';
import { writeGlb } from '../src/io/gltf/write-glb.js';
import { encodeImage, loadRogue } from '../src/node.js';
import { atMost, medianTime, type Benchmark, type Measure } from './benchmark.js';

const example = fileURLToPath(new URL('../examples/astronaut.jpg', import.meta.url));

/** Imports a file into Blender, which counts what arrived; Debian's Blender wants an older numpy. */
const importScript = `
import bpy, sys, numpy
numpy.bool = bool
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath=sys.argv[-1])
meshes = [o for o in bpy.data.objects if o.type == 'MESH']
keys = max(len(o.data.shape_keys.key_blocks) for o in meshes if o.data.shape_keys)
print('IMPORTED', len(meshes), keys)
`;

async function* run(): AsyncGenerator<Measure> {
  const rogue = await loadRogue();
  const [face] = await rogue.reconstruct(example);
  const sceneOf = (settings: AvatarSettings) => avatarSceneOf(rogue.model, face!, encodeImage, settings);
  const glbOf = async (settings: AvatarSettings) => writeGlb(await sceneOf(settings), settings);
  const plain = avatarSettings(undefined);
  yield atMost('a reconstruction to head.glb', await medianTime(() => glbOf(plain)), 'ms', 500);
  const whole = await glbOf(plain);
  yield atMost('head.glb', megabytes(whole), 'MB', 3);
  for (const target of avatarTargets)
    yield atMost(
      `--for ${target}`,
      megabytes(await glbOf(avatarSettings(target))),
      'MB',
      target === 'web' ? 1 : 6,
    );
  for (const detail of [1, 2] as const)
    yield atMost(`--lod ${detail}`, megabytes(await glbOf({ ...plain, detail })), 'MB', 2);
  const vrm = await writeVrm(await sceneOf({ ...plain, ...vrmAvatar }), vrmMetaDefaults);
  yield atMost('head.vrm', megabytes(vrm), 'MB', 3.5);
  yield* inOtherPrograms(whole);
  await rogue.release();
}

/** Whether Debian's assimp and Blender open the file, where they are installed. */
async function* inOtherPrograms(glb: Uint8Array): AsyncGenerator<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'rogue-bench-'));
  const file = join(folder, 'head.glb');
  await writeFile(file, glb);
  await writeFile(join(folder, 'import.py'), importScript);
  const complaints = (program: string, args: string[], good: RegExp): Measure | undefined => {
    const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (error) return undefined;
    return atMost(`complaints of ${program}`, good.test(stdout + stderr) ? 0 : 1, '', 0);
  };
  const found = [
    complaints('assimp', ['info', file], /Node hierarchy/),
    complaints('blender', ['-b', '--python', join(folder, 'import.py'), '--', file], /IMPORTED \d+ 53/),
  ];
  for (const measure of found) if (measure) yield measure;
  await rm(folder, { recursive: true, force: true });
}

const megabytes = (file: Uint8Array): number => file.length / 1e6;

export default { name: 'avatar', run } satisfies Benchmark;
