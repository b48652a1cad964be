import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar, TarError, tarEnd, tarMember, type TarDamage, type TarMember } from '../../src/io/tar.js';
import { concatenated } from '../../src/data/shards/sample.js';
import { chunks, text } from '../data/shards/memory-shards.js';

const run = promisify(execFile);
const hasTar = spawnSync('tar', ['--version']).status === 0;

async function readAll(
  bytes: Uint8Array,
  options: { chunk?: number; maxBytes?: number } = {},
): Promise<{ members: TarMember[]; damages: TarDamage[] }> {
  const members: TarMember[] = [];
  const damages: TarDamage[] = [];
  for await (const part of readTar(chunks(bytes, options.chunk), options)) {
    if ('damage' in part) damages.push(part);
    else members.push(part);
  }
  for (const { damage } of damages) expect(damage).not.toContain('\n');
  return { members, damages };
}

const archive = (members: readonly TarMember[]): Uint8Array =>
  concatenated([...members.map(({ name, content }) => tarMember(name, content)), tarEnd]);
const segment = fc.string({
  minLength: 1,
  maxLength: 30,
  unit: fc.constantFrom(...'abcXYZ0123456789.-_ äß'),
});
const path = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((name) => new TextEncoder().encode(name).length <= 100);
const member: fc.Arbitrary<TarMember> = fc.record({
  name: path,
  content: fc.uint8Array({ maxLength: 1300 }),
});
const example = ['a.jpg', 'a.json', 'b.jpg', 'b.json', 'c.jpg', 'c.json'].map((name, k) => ({
  name,
  content: new Uint8Array(300 * (k + 1)).fill(k + 1),
}));

describe('tar', () => {
  it('gives back what was written, in chunks of any length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { maxLength: 8 }),
        fc.integer({ min: 1, max: 3000 }),
        async (members, chunk) => {
          expect(await readAll(archive(members), { chunk })).toEqual({ members, damages: [] });
        },
      ),
    );
  });

  it('has the header of the standard', () => {
    const bytes = tarMember('000123.json', text('{}'));
    const field = (start: number, length: number) =>
      new TextDecoder().decode(bytes.subarray(start, start + length));
    expect(bytes).toHaveLength(1024);
    expect(field(0, 12)).toBe('000123.json\0');
    expect(field(100, 8)).toBe('0000644\0');
    expect(field(124, 12)).toBe('00000000002\0');
    expect(field(156, 1)).toBe('0');
    expect(field(257, 8)).toBe('ustar\x0000');
    // The sum of all bytes, with eight spaces in place of itself.
    const sum = bytes
      .subarray(0, 512)
      .reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
    expect(field(148, 8)).toBe(`${sum.toString(8).padStart(6, '0')}\0 `);
  });

  it('holds names of up to 100 bytes, longer ones where a folder ends in the right place', async () => {
    const long = `${'folder/'.repeat(20)}${'n'.repeat(90)}.jpg`;
    expect((await readAll(archive([{ name: long, content: text('x') }]))).members[0]!.name).toBe(long);
    for (const name of [
      '',
      'a\0b',
      'n'.repeat(101),
      `${'f'.repeat(156)}/n`,
      `${'f/'.repeat(60)}${'n'.repeat(101)}`,
      `${'ä'.repeat(51)}`,
    ]) {
      expect(() => tarMember(name, text('x'))).toThrow(TarError);
    }
  });

  it('passes over one damaged header and reads all other members', async () => {
    const bytes = archive(example);
    for (let k = 0, start = 0; k < example.length; k++) {
      for (const at of [0, 124, 150, 156, 257, 400]) {
        const damaged = bytes.slice();
        damaged[start + at]! ^= 0x55;
        const { members, damages } = await readAll(damaged);
        expect(members).toEqual(example.filter((_, other) => other !== k));
        expect(damages).toEqual([{ at: start, damage: expect.stringContaining('no ') as string }]);
      }
      start += 512 + Math.ceil(example[k]!.content.length / 512) * 512;
    }
  });

  it('reports where a file is cut off, and keeps what came before', async () => {
    const bytes = archive(example);
    for (let length = 0; length < bytes.length - 512; length += 97) {
      const { members, damages } = await readAll(bytes.slice(0, length));
      expect(members).toEqual(example.slice(0, members.length));
      expect(damages).toHaveLength(1);
      expect(damages[0]!.damage).toMatch(/cut off/);
    }
  });

  it('reports holes of zeros and goes on behind them', async () => {
    const bytes = archive(example);
    bytes.fill(0, 1024, 1024 + 2048);
    const { members, damages } = await readAll(bytes);
    expect(damages).toHaveLength(1);
    expect(members.at(-1)).toEqual(example.at(-1));
  });

  it('survives random damage', async () => {
    const bytes = archive(example);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        async (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at] = value;
          await readAll(damaged);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not load members beyond the limit', async () => {
    const { members, damages } = await readAll(archive(example), { maxBytes: 1000 });
    expect(members).toEqual(example.slice(0, 3));
    expect(damages).toHaveLength(3);
    expect(damages[0]!.damage).toContain('at most 1000 are read');
  });

  it('passes on errors of the source and closes it', async () => {
    let closed = false;
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield await Promise.resolve(archive(example).subarray(0, 2000));
        throw new Error('disk on fire');
      } finally {
        closed = true;
      }
    }
    const reading = async () => {
      for await (const part of readTar(failing())) expect(part).toBeDefined();
    };
    await expect(reading()).rejects.toThrow('disk on fire');
    expect(closed).toBe(true);
    closed = false;
    for await (const part of readTar(failing())) {
      expect(part).toBeDefined();
      break;
    }
    expect(closed).toBe(true);
  });

  describe.skipIf(!hasTar)('and the tar program', () => {
    async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
      const folder = await mkdtemp(join(tmpdir(), 'rogue-tar-'));
      try {
        await use(folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    }

    it('lists and unpacks what is written', async () => {
      await inFolder(async (folder) => {
        await writeFile(join(folder, 'x.tar'), archive(example));
        expect((await run('tar', ['tf', 'x.tar'], { cwd: folder })).stdout).toBe(
          example.map(({ name }) => `${name}\n`).join(''),
        );
        const { stderr } = await run('tar', ['xf', 'x.tar'], { cwd: folder });
        expect(stderr).toBe('');
        for (const { name, content } of example)
          expect(new Uint8Array(await readFile(join(folder, name)))).toEqual(content);
      });
    });

    it.each(['ustar', 'gnu', 'pax', 'v7'])('writes %s files that are read', async (format) => {
      const names = [
        'a.jpg',
        'ä b.json',
        'deep/er/c.jpg',
        ...(format === 'v7' ? [] : [`long/${'f'.repeat(60)}/${'n'.repeat(80)}.json`]),
        ...(format === 'gnu' || format === 'pax' ? [`${'m'.repeat(180)}.bin`] : []),
      ];
      await inFolder(async (folder) => {
        for (const [k, name] of names.entries()) {
          await mkdir(join(folder, 'in', dirname(name)), { recursive: true });
          await writeFile(join(folder, 'in', name), new Uint8Array(k * 700).fill(k));
        }
        const { status, stderr } = spawnSync(
          'tar',
          [`--format=${format}`, '-cf', join(folder, 'x.tar'), '-C', join(folder, 'in'), '.'],
          { encoding: 'utf8' },
        );
        expect(status, stderr).toBe(0);
        const { members, damages } = await readAll(await readFile(join(folder, 'x.tar')));
        expect(damages).toEqual([]);
        const read = new Map(members.map(({ name, content }) => [name.replace(/^\.\//, ''), content]));
        expect([...read.keys()].sort()).toEqual([...names].sort());
        for (const [k, name] of names.entries())
          expect(read.get(name)).toEqual(new Uint8Array(k * 700).fill(k));
      });
    });
  });
});
