import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { peopleFromTensors } from '../../../src/data/synthetic/people-file.js';
import { readSafetensors } from '../../../src/io/safetensors.js';
import { buildPeople } from '../../../tools/build-people/main.js';

const asset = new URL('../../../assets/people.safetensors', import.meta.url);

describe('the people file', () => {
  it('is what its builder makes', async () => {
    expect(Buffer.compare(await readFile(asset), Buffer.from(await buildPeople()))).toBe(0);
  });

  it('is refused in one line when it is another file, another version or damaged', async () => {
    const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(asset)));
    expect(() => peopleFromTensors(tensors, { ...metadata, format: 'rogue-head-model' })).toThrow(
      'people file: its format is "rogue-head-model", expected "rogue-people"; build it again with "npm run build-people".',
    );
    expect(() => peopleFromTensors(tensors, { ...metadata, formatVersion: '1' })).toThrow(
      'its version is 1, expected 2',
    );
    const without = new Map(tensors);
    without.delete('targets.steps');
    expect(() => peopleFromTensors(without, metadata)).toThrow(/targets\.steps/);
  });
});
