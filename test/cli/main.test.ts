import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { filesBelow, rogue, temporaryFolder } from './run.js';

describe('rogue', () => {
  it.each([
    [[], /Usage: rogue/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['reconstruct'], /missing required argument/],
    [['reconstruct', 'x.jpg', '--format', 'glb,fbx'], /--format.*'glb,fbx'.*Expected glb, obj, png, json/],
    [['reconstruct', 'x.jpg', '--texture', 'shiny'], /Expected photo, model, none/],
    [['reconstruct', 'x.jpg', '--max-faces', '0'], /at least 1/],
    [
      ['reconstruct', 'x.jpg', '--for', 'maya'],
      /--for.*'maya'.*Expected web, unity, unreal, blender, talkinghead/,
    ],
    [['reconstruct', 'x.jpg', '--compress', 'zip'], /Expected none, meshopt/],
    [['reconstruct', 'x.jpg', '--texture-format', 'gif'], /Expected png, jpeg, webp/],
    [['reconstruct', 'x.jpg', '--texture-size', '1000'], /Expected 512, 1024, 2048, 4096/],
    [['reconstruct', 'x.jpg', '--lod', '3'], /Expected 0, 1, 2/],
    [['reconstruct', 'x.jpg', '--vrm-version', '2'], /Expected 1\.0, 0\.x/],
    [['reconstruct', 'x.jpg', '--format', 'vrm', '--licence', 'mine'], /Expected a web address/],
    [['reconstruct', 'x.jpg', '--author', 'me'], /--author is for head\.vrm; add vrm to --format/],
    [['reconstruct', 'x.jpg', '--focal-35mm', 'wide'], /millimetres/],
    [['reconstruct', 'x.jpg', '--unknown'], /unknown option '--unknown'/],
    [['model', 'sing'], /unknown command 'sing'/],
  ])('calls %j wrong usage', async (args, message) => {
    const { code, err, out } = await rogue(...args);
    expect(code).toBe(2);
    expect(err.join('')).toMatch(message);
    expect(err.join('')).not.toMatch(/\n\s+at /);
    expect(out).toEqual([]);
  });

  it('prints help and version without complaint', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await rogue('--version')).toMatchObject({ code: 0, out: [`${version}\n`] });
    const help = await rogue('reconstruct', '--help');
    expect(help.code).toBe(0);
    for (const flag of ['--out', '--format', '--texture', '--max-faces', '--focal-35mm'])
      expect(help.out.join('')).toContain(flag);
  });

  it('describes the head model', async () => {
    const { code, out } = await rogue('model', 'info');
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/licence\s+CC0-1\.0/);
    expect(out.join('\n')).toMatch(/eyeBlinkLeft\s+\d/);
    expect(out.join('\n')).toMatch(/skin\s+7394\s+14784/);
  });

  it('draws the head model', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'new', 'sheet.png');
    expect(await rogue('model', 'preview', '-o', file)).toMatchObject({ code: 0, err: [] });
    const { width, height } = await sharp(file).metadata();
    expect(width).toBeGreaterThan(1000);
    expect(height).toBeGreaterThan(1000);
    expect(await filesBelow(folder)).toEqual(['new/sheet.png']);
  });

  it('says in one line when a picture cannot be written', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    const { code, err } = await rogue('model', 'preview', '-o', join(file, 'sheet.png'));
    expect(code).toBe(1);
    expect(err).toEqual([expect.stringMatching(/^rogue: cannot write .*sheet\.png: .*; choose another/)]);
    expect(await filesBelow(folder)).toEqual(['file']);
  });
});
