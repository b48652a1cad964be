import { join } from 'node:path';
import { expect, it } from 'vitest';
import { insideFolder, OutsideError } from '../../../src/node/files/inside-folder.js';

it('keeps names within their folder', () => {
  for (const name of ['a.jpg', 'a/b.jpg', '..a.jpg', './a', 'a..b/c', '...'])
    expect(insideFolder('photos', name)).toBe(join('photos', name));
  for (const name of [
    '',
    '.',
    './',
    '..',
    '../a.jpg',
    'a/../b.jpg',
    '0-../../b.jpg',
    '/etc/passwd',
    'a\0b',
    'a/..',
  ])
    expect(() => insideFolder('photos', name), name).toThrow(OutsideError);
});
