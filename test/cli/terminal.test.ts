import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printable, printableLines } from '../../src/cli/terminal.js';
import { astronaut } from '../fit/example-reconstruction.js';
import { rogue, temporaryFolder } from './run.js';

describe('printable', () => {
  it('shows what would act on a terminal, and leaves all else', () => {
    expect(printable('a\u001b[2J\r\n\tb\u009b\u202e\u2028c\0')).toBe(
      'a\\e[2J\\r\\n\\tb\\u{9b}\\u{202e}\\u{2028}c\\u{0}',
    );
    expect(printable('Gesichter – 顔 👩‍🦰.jpg')).toBe('Gesichter – 顔 👩‍🦰.jpg');
    expect(printableLines('a\nb\u0007')).toBe('a\nb\\u{7}');
  });
});

it.skipIf(process.platform === 'win32')('no name of a file acts on the terminal', async () => {
  const folder = await temporaryFolder();
  const name = '\u001b[2J\nrogue: all good';
  const album = join(folder, name);
  await mkdir(album);
  await copyFile(astronaut, join(album, `${name}.jpg`));
  const quick = ['--format', 'json', '--texture', 'none'];
  const runs = [
    await rogue('reconstruct', join(album, `${name}.jpg`), '-o', join(folder, 'out'), ...quick),
    await rogue('reconstruct', album, join(folder, `no ${name}`), '-o', join(folder, 'out'), ...quick),
    await rogue('reconstruct', astronaut, '-o', join(album, `${name}.jpg`), ...quick),
    await rogue(name),
    await rogue('train', 'pretrain', '--data', folder, '-o', folder, '--config', name),
    await rogue('evaluate', 'landmarks', album, '-o', folder),
    await rogue('evaluate', 'compare', name, name),
    await rogue('studio', '--export', album),
  ];
  for (const { out, err } of runs) {
    const printed = [...out, ...err].join('\n');
    expect(printed).not.toContain('\u001b');
    expect(printed).not.toMatch(/^rogue: all good/m);
    expect(printed).toContain('\\e[2J');
  }
  expect(runs.map(({ code }) => code)).toEqual([0, 1, 1, 2, 2, 1, 2, 1]);
});
