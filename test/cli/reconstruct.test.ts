import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { validateBytes } from 'gltf-validator';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { reconstructPhotos } from '../../src/cli/reconstruct-photos.js';
import { resultSchema } from '../../src/fit/result.js';
import { astronaut } from '../fit/example-reconstruction.js';
import { filesBelow, rogue, temporaryFolder } from './run.js';

const everyFile = [
  'eye.png',
  'hair.png',
  'head.glb',
  'head.mtl',
  'head.obj',
  'lashes.png',
  'mouth.png',
  'overlay.png',
  'result.json',
  'skin-delit.png',
  'skin-sources.png',
  'skin.png',
  'teeth.png',
];

/** One line that begins as an error of ours does and is no stack trace. */
function expectOneLine(err: readonly string[], message: RegExp): void {
  expect(err).toHaveLength(1);
  expect(err[0]).toMatch(message);
  expect(err[0]).not.toContain('\n');
}

describe('rogue reconstruct', () => {
  it('takes the box where the detector found the face, or one near it, for the same head', async () => {
    const out = await temporaryFolder();
    const numbers = ['--format', 'json', '--texture', 'none'];
    const landmarks = async (name: string): Promise<readonly (readonly number[])[]> =>
      resultSchema.parse(JSON.parse(await readFile(join(out, name, 'astronaut/face-1/result.json'), 'utf8')))
        .landmarks68;
    await rogue('reconstruct', astronaut, '-o', join(out, 'found'), ...numbers);
    const {
      box: { x, y, width, height },
    } = resultSchema.parse(
      JSON.parse(await readFile(join(out, 'found/astronaut/face-1/result.json'), 'utf8')),
    ).face;
    expect(
      (
        await rogue(
          'reconstruct',
          astronaut,
          '-o',
          join(out, 'given'),
          ...numbers,
          '--box',
          [x + 6, y - 5, width, height * 0.9].join(),
        )
      ).code,
    ).toBe(0);
    const [found, given] = [await landmarks('found'), await landmarks('given')];
    const mean = found.reduce(
      (sum, [u, v], k) => sum + Math.hypot(u! - given[k]![0]!, v! - given[k]![1]!) / 68,
      0,
    );
    expect(mean).toBeLessThan(0.02 * width);
  });

  it('refuses boxes that make no sense, and one box for many photos', async () => {
    expectOneLine(
      (await rogue('reconstruct', astronaut, '--box', '9000,0,50,50', '-o', await temporaryFolder())).err,
      /box: expected .* within the 512×512 photo/,
    );
    const second = join(await temporaryFolder(), 'second.jpg');
    await copyFile(astronaut, second);
    const many = await rogue('reconstruct', astronaut, second, '--box', '10,10,50,50');
    expect(many.code).toBe(2);
    expectOneLine(many.err, /--box is for one photo/);
  });

  it('takes boxes that say how the face is turned', async () => {
    const out = await temporaryFolder();
    const file = join(out, 'lying.jpg');
    // Turned by a quarter clockwise: the face of the photo rolls by −90°.
    await writeFile(file, await sharp(astronaut).rotate(90).jpeg({ quality: 95 }).toBuffer());
    const roll = async (...flags: string[]): Promise<number> => {
      const to = join(out, `out${flags.length}`);
      expect(
        (await rogue('reconstruct', file, '-o', to, '--format', 'json', '--texture', 'none', ...flags)).code,
      ).toBe(0);
      const result: unknown = JSON.parse(await readFile(join(to, 'lying/face-1/result.json'), 'utf8'));
      return resultSchema.parse(result).pose.euler.roll;
    };
    const found = await roll();
    expect(Math.abs(found + 90)).toBeLessThan(20);
    expect(Math.abs((await roll('--box', '335,175,105,105,-90')) - found)).toBeLessThan(4);
    const wrong = await rogue('reconstruct', file, '--box', '1,2,3,4,5,6');
    expect(wrong.code).toBe(2);
    expect(wrong.err.join(' ')).toMatch(/x,y,width,height in pixels, and perhaps the roll/);
  });

  it('reads HEIC and files cut off, and notes what is missing', async () => {
    const folder = await temporaryFolder();
    const album = join(folder, 'album');
    await mkdir(album);
    await copyFile('test/fixtures/head.heic', join(album, 'IMG_1.HEIC'));
    const photo = await readFile(astronaut);
    await writeFile(join(album, 'cut.jfif'), photo.subarray(0, Math.floor(photo.length * 0.9)));
    const out = join(folder, 'out');
    const done = await rogue(
      'reconstruct',
      album,
      '-o',
      out,
      '--format',
      'json',
      '--texture',
      'none',
      '--max-faces',
      '1',
    );
    expect(done.err.filter((line) => !line.startsWith('['))).toEqual([]);
    expect(done.code).toBe(0);
    const lines = String(await readFile(join(out, 'results.jsonl')))
      .trimEnd()
      .split('\n');
    const warnings = lines.map((line) => (JSON.parse(line) as { warnings: string[] }).warnings);
    expect(warnings).toEqual([
      [],
      [expect.stringMatching(/cut off: the last \d+ % of the picture are missing/)],
    ]);
  });

  it('finds smaller and less sure faces when asked to, and says how', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'far.png');
    const near = await sharp(astronaut).resize(170).toBuffer();
    await sharp({ create: { width: 2400, height: 900, channels: 3, background: '#7a8b99' } })
      .composite([{ input: near, left: 1700, top: 300 }])
      .png()
      .toFile(file);
    const flags = ['-o', join(folder, 'out'), '--format', 'json', '--texture', 'none'];
    const failed = await rogue('reconstruct', file, ...flags);
    expect(failed.code).toBe(1);
    const [, advice] = /take it with (--min-face \d+.*)$/.exec(failed.err[0]!) ?? [];
    expect((await rogue('reconstruct', file, ...flags, ...advice!.split(' '))).code).toBe(0);
    expect((await rogue('reconstruct', file, ...flags, '--min-score', '3')).code).toBe(2);
  });

  it('writes a complete head from a photo, also a second time', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'heads');
    for (let run = 0; run < 2; run++) {
      const { code, out: lines } = await rogue('reconstruct', astronaut, '-o', out);
      expect(code).toBe(0);
      expect(lines).toEqual([join(out, 'astronaut/face-1')]);
    }
    expect(await filesBelow(out)).toEqual(everyFile.map((name) => `astronaut/face-1/${name}`));
    const face = (name: string) => readFile(join(out, 'astronaut/face-1', name));
    const { issues } = await validateBytes(await face('head.glb'));
    expect(issues.numErrors, JSON.stringify(issues.messages)).toBe(0);
    const result = resultSchema.parse(JSON.parse(String(await face('result.json'))));
    const { width, height } = await sharp(astronaut).metadata();
    expect(result.image).toEqual({ file: astronaut, width, height });
    expect(Math.abs(result.pose.euler.yaw)).toBeLessThan(45);
    const mtl = String(await face('head.mtl'));
    for (const [, name] of mtl.matchAll(/map_Kd (.*)/g)) expect(everyFile).toContain(name);
    expect((await sharp(await face('overlay.png')).metadata()).width).toBeGreaterThan(1000);
  });

  it('writes only what is asked for', async () => {
    const folder = await temporaryFolder();
    expect(
      (await rogue('reconstruct', astronaut, '-o', folder, '--format', 'json', '--texture', 'none')).code,
    ).toBe(0);
    expect(await filesBelow(folder)).toEqual(['astronaut/face-1/result.json']);
    expect(
      (await rogue('reconstruct', astronaut, '-o', folder, '--format', 'obj', '--texture', 'none')).code,
    ).toBe(0);
    const files = await filesBelow(folder);
    expect(files).toContain('astronaut/face-1/head.obj');
    expect(files).not.toContain('astronaut/face-1/skin.png');
    expect(files).not.toContain('astronaut/face-1/result.json');
  });

  it('goes on past bad files, lists them, and tells pictures of the same name apart', async () => {
    const folder = await temporaryFolder();
    const album = join(folder, 'album');
    const out = join(folder, 'out');
    await mkdir(join(album, 'sub'), { recursive: true });
    await copyFile(astronaut, join(album, 'a.jpg'));
    await copyFile(astronaut, join(album, 'sub', 'A.jpeg'));
    await writeFile(join(album, 'broken.png'), 'no picture');
    await writeFile(join(album, 'notes.txt'), 'not looked at');
    const {
      code,
      err,
      out: lines,
    } = await rogue(
      'reconstruct',
      album,
      join(folder, 'missing.jpg'),
      '-o',
      out,
      '--format',
      'json',
      '--texture',
      'none',
    );
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining('2 heads from 2 of 3 pictures')]);
    expect(err.filter((line) => line.startsWith('['))).toHaveLength(3);
    expect(err.join('\n')).toMatch(
      /2 inputs gave no result:\n {2}.*missing\.jpg: not found.*\n {2}.*broken\.png: not a picture/,
    );
    expect(await filesBelow(out)).toEqual([
      'A-2/face-1/result.json',
      'a/face-1/result.json',
      'results.jsonl',
    ]);
    const jsonl = String(await readFile(join(out, 'results.jsonl')))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(jsonl.map(({ folder: name }) => name)).toEqual(['a/face-1', 'A-2/face-1']);
    for (const { folder: name, run, ...result } of jsonl) {
      expect(resultSchema.parse(result).image.file, String(name)).toContain(album);
      expect(run).toMatchObject({ photo: resultSchema.parse(result).image.file, face: 1, faces: 1 });
    }
  });

  it('does not take its own pictures for photos', async () => {
    const folder = await temporaryFolder();
    await copyFile(astronaut, join(folder, 'me.jpg'));
    const out = join(folder, 'out');
    for (let run = 0; run < 2; run++)
      expect((await rogue('reconstruct', folder, '-o', out, '--format', 'png')).code).toBe(0);
    expect(await filesBelow(out)).toEqual([
      'me/face-1/overlay.png',
      'me/face-1/skin-delit.png',
      'me/face-1/skin-sources.png',
      'results.jsonl',
    ]);
  });
});

/** A valid PNG of one bit per pixel, all black. */
function blackPng(width: number, height: number): Buffer {
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const crc = ~body.reduce((c, byte) => crcTable[(c ^ byte) & 255]! ^ (c >>> 8), ~0) >>> 0;
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length);
    frame.writeUInt32BE(crc, 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 1 });
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A house, a sun and a tree: no face. */
const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="#9cf"/>
  <rect y="220" width="400" height="80" fill="#6a4"/><rect x="120" y="140" width="120" height="100" fill="#c96"/>
  <path d="M110 140 L180 80 L250 140 Z" fill="#a33"/><circle cx="330" cy="60" r="30" fill="#fd4"/></svg>`;

describe('rogue reconstruct with bad input', () => {
  let photo: Buffer;
  beforeAll(async () => {
    photo = await readFile(astronaut);
  });

  it.each<[string, () => Buffer | Promise<Buffer>, RegExp]>([
    ['text', () => Buffer.from('hello'), /not a picture of a known format/],
    ['zero bytes', () => Buffer.alloc(0), /zero bytes/],
    ['a truncated photo', () => photo.subarray(0, photo.length >> 1), /damaged or cut off/],
    [
      '1×1',
      () =>
        sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
          .png()
          .toBuffer(),
      /no face found; the picture is only 1×1 pixels/,
    ],
    ['30,000×30,000', () => blackPng(30_000, 30_000), /too large: 30000×30000 .*scale the picture down/],
    ['a drawing', () => sharp(Buffer.from(drawing)).png().toBuffer(), /no face found; .*--box/],
    ['SVG', () => Buffer.from(drawing), /svg is not supported; use JPEG/],
  ])('refuses %s in one line and leaves nothing behind', async (name, bytes, message) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'photo.jpg');
    const out = join(folder, 'deep', 'out');
    await writeFile(file, await bytes());
    const { code, err, out: lines } = await rogue('reconstruct', file, '-o', out);
    expect(code, name).toBe(1);
    expectOneLine(err, message);
    expect(err[0]).toMatch(/^rogue: .*photo\.jpg: /);
    expect(lines).toEqual([]);
    expect(await filesBelow(folder)).toEqual(['photo.jpg']);
    await expect(readFile(join(folder, 'deep'))).rejects.toThrow(/ENOENT/);
  });

  it.each<[string, () => Promise<Buffer>]>([
    [
      'animated',
      () =>
        sharp(
          [photo, Buffer.from(drawing)].map((input) => input),
          { join: { animated: true } },
        )
          .resize(512, 512)
          .gif()
          .toBuffer(),
    ],
    ['CMYK', () => sharp(photo).toColourspace('cmyk').jpeg().toBuffer()],
    ['16-bit', () => sharp(photo).toColourspace('rgb16').png().toBuffer()],
    ['alpha', () => sharp(photo).ensureAlpha(0.9).png().toBuffer()],
    ['grey', () => sharp(photo).greyscale().jpeg().toBuffer()],
  ])('reconstructs the face of %s pictures', async (name, bytes) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'photo');
    await writeFile(file, await bytes());
    const { code, err } = await rogue(
      'reconstruct',
      file,
      '-o',
      join(folder, 'out'),
      '--format',
      'json',
      '--texture',
      'none',
      '--max-faces',
      '1',
    );
    expect(code, `${name}: ${err.join(' ')}`).toBe(0);
    expect(await filesBelow(join(folder, 'out'))).toEqual(['photo/face-1/result.json']);
  });

  it('names an empty folder and a missing file', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'out');
    const empty = await rogue('reconstruct', folder, '-o', out);
    expect(empty.code).toBe(1);
    expectOneLine(empty.err, /no pictures in this folder; looked for \.jpg/);
    const missing = await rogue('reconstruct', join(folder, 'me.jpg'), '-o', out);
    expect(missing.code).toBe(1);
    expectOneLine(missing.err, /me\.jpg: not found; check the path/);
    expect(await filesBelow(folder)).toEqual([]);
  });

  it('replaces no folder that holds other things, and writes into no file', async () => {
    const folder = await temporaryFolder();
    const mine = join(folder, 'astronaut', 'face-1');
    await mkdir(mine, { recursive: true });
    await writeFile(join(mine, 'diary.txt'), 'mine');
    await writeFile(join(mine, 'overlay.png'), 'of an earlier run');
    const replaced = await rogue(
      'reconstruct',
      astronaut,
      '-o',
      folder,
      '--format',
      'json',
      '--texture',
      'none',
    );
    expect(replaced.code).toBe(1);
    expectOneLine(
      replaced.err,
      /^rogue: cannot replace .*face-1: it holds diary\.txt.*choose another folder/,
    );
    const into = await rogue('reconstruct', astronaut, '-o', join(mine, 'diary.txt'), '--format', 'json');
    expect(into.code).toBe(1);
    expectOneLine(into.err, /^rogue: cannot write .*diary\.txt: .*choose another folder/);
    expect(await filesBelow(folder)).toEqual(['astronaut/face-1/diary.txt', 'astronaut/face-1/overlay.png']);
    // Nor one that holds a picture of one's own.
    await rename(join(mine, 'diary.txt'), join(mine, 'me.png'));
    const picture = await rogue('reconstruct', astronaut, '-o', folder, '--format', 'json');
    expectOneLine(picture.err, /^rogue: cannot replace .*face-1: it holds me\.png/);
  });

  it.runIf(process.platform === 'linux')('says where nothing can be written', async () => {
    const { code, err } = await rogue('reconstruct', astronaut, '-o', '/proc/rogue/heads');
    expect(code).toBe(1);
    expectOneLine(err, /^rogue: cannot write \/proc\/rogue\/heads: .*choose another folder/);
  });
});

describe('reconstructPhotos', () => {
  it('stops with the reason when the networks cannot be loaded', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'out');
    const flags = { out, format: ['json'], texture: 'none' } as const;
    const load = () => Promise.reject(new Error('asset x is not readable'));
    await expect(reconstructPhotos([astronaut], flags, load)).rejects.toThrow('asset x is not readable');
    expect(await filesBelow(folder)).toEqual([]);
  });
});
