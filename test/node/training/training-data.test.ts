import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdsShards } from '../../../src/node/training/training-data.js';

async function holds(files: Readonly<Record<string, string>>): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'rogue-training-data-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const answer = await holdsShards(folder);
  await rm(folder, { recursive: true });
  return answer;
}

describe('holdsShards', () => {
  it('tells shards and their index from photos and theirs', async () => {
    expect(await holds({ 'a.jpg': '' })).toBe(false);
    expect(await holds({ 'a.jpg': '', 'index.json': '[{"file": "a.jpg", "landmarks68": []}]' })).toBe(false);
    expect(await holds({ 'photos-000000.tar': '' })).toBe(true);
    const index = {
      schema: 'rogue-face/shards',
      version: 1,
      prefix: 'faces',
      samplesPerShard: 1000,
      settings: {},
      shards: [],
    };
    expect(await holds({ 'index.json': JSON.stringify(index) })).toBe(true);
    expect(await holdsShards('faces.tar')).toBe(true);
  });
});
