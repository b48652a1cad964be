import { describe, expect, it } from 'vitest';
import {
  readShardIndex,
  ShardIndexError,
  shardName,
  type ShardIndex,
} from '../../../src/data/shards/index-file.js';
import { sampleKey, splitMemberName, tarOfSample } from '../../../src/data/shards/sample.js';
import { text } from './memory-shards.js';

describe('names of samples', () => {
  it('are split at the first dot of the file name, as WebDataset does', () => {
    expect(splitMemberName('000123.jpg')).toEqual({ key: '000123', ending: 'jpg' });
    expect(splitMemberName('./000123.seg.png')).toEqual({ key: '000123', ending: 'seg.png' });
    expect(splitMemberName('v1.0/train/7.json')).toEqual({ key: 'v1.0/train/7', ending: 'json' });
    for (const name of ['README', '.hidden', 'a/.hidden', 'folder.d/', ''])
      expect(splitMemberName(name)).toBeUndefined();
  });

  it('follow the index', () => {
    expect([0, 123, 999_999, 1_000_000].map(sampleKey)).toEqual(['000000', '000123', '999999', '1000000']);
    expect(shardName('faces', 12)).toBe('faces-000012.tar');
  });

  it('are refused where reading would understand another sample', () => {
    expect(() => tarOfSample('a.b', { jpg: text('x') })).toThrow(/would not be read/);
    expect(() => tarOfSample('a', { 'b/c': text('x') })).toThrow(/would not be read/);
    expect(() => tarOfSample('a', {})).toThrow(/at least one member/);
  });
});

describe('index.json', () => {
  const index: ShardIndex = {
    schema: 'rogue-face/shards',
    version: 1,
    prefix: 'faces',
    samplesPerShard: 10,
    settings: { seed: 1 },
    shards: [{ file: 'faces-000000.tar', first: 0, samples: 10, bytes: 20_480 }],
  };

  it('comes back', () => {
    expect(readShardIndex(JSON.stringify(index))).toEqual(index);
  });

  it.each([
    ['{', /is not JSON/],
    ['[]', /does not list shards: content/],
    [JSON.stringify({ ...index, version: 2 }), /version/],
    [JSON.stringify({ ...index, shards: [{ ...index.shards[0], file: '../x.tar' }] }), /shards\.0\.file/],
  ])('is refused with one line: %s', (content, message) => {
    let thrown: unknown;
    try {
      readShardIndex(content);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ShardIndexError);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).not.toContain('\n');
  });
});
