import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { astronaut } from '../fit/example-reconstruction.js';
import { jsonOf } from '../io/glb-json.js';
import { rogue, temporaryFolder } from './run.js';

describe('rogue reconstruct', () => {
  it('writes heads as programs like them, and a VRM', async () => {
    const folder = await temporaryFolder();
    const write = async (name: string, ...flags: string[]) => {
      const out = join(folder, name);
      expect((await rogue('reconstruct', astronaut, '-o', out, ...flags)).code).toBe(0);
      return (file: string) => readFile(join(out, 'astronaut/face-1', file));
    };
    const plain = await (await write('plain', '--format', 'glb'))('head.glb');
    expect(plain.length).toBeLessThan(3e6);
    const meshes = (file: Uint8Array) => jsonOf(file).meshes.map(({ name }) => name);
    expect(meshes(plain)).toContain('hair');
    const web = await write('web', '--for', 'web', '--format', 'glb,vrm', '--author', 'A maker');
    expect((await web('head.glb')).length).toBeLessThan(1e6);
    const { VRMC_vrm } = jsonOf(await web('head.vrm')).extensions as {
      VRMC_vrm: { meta: { name: string; authors: string[] } };
    };
    expect(VRMC_vrm.meta).toMatchObject({ name: 'astronaut', authors: ['A maker'] });
    expect(jsonOf(await web('head.vrm')).images!.map(({ mimeType }) => mimeType)).not.toContain('image/webp');
    const small = await write('small', '--format', 'glb', '--lod', '2', '--texture-size', '512', '--visemes');
    expect((await small('head.glb')).length).toBeLessThan(0.4 * plain.length);
    expect(jsonOf(await small('head.glb')).meshes[0]!.extras!.targetNames).toContain('viseme_aa');
    const bare = await write('bare', '--format', 'glb,json', '--hair', 'none', '--texture', 'none');
    expect(meshes(await bare('head.glb'))).not.toContain('hair');
    expect(JSON.parse(String(await bare('result.json')))).toMatchObject({ hair: null });
    const dressed = await write('dressed', '--format', 'obj,json', '--hair', 'bob02', '--texture', 'none');
    expect(String(await dressed('head.obj'))).toContain('\nusemtl hair\n');
    expect(JSON.parse(String(await dressed('result.json')))).toMatchObject({
      hair: { style: 'bob02', length: 'medium', sure: 0 },
    });
  });

  it('says in one line which hair there is', async () => {
    const { code, err } = await rogue('reconstruct', astronaut, '--hair', 'mullet');
    expect(code).toBe(2);
    expect(err.join('')).toMatch(
      /^rogue: option '--hair <style>' argument 'mullet' is invalid\. Expected auto, none, [^\n]+\.\n/,
    );
  });
});
