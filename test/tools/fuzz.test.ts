import { describe, expect, it } from 'vitest';
import { fuzzCli } from '../../tools/fuzz/fuzz-cli.js';
import { fuzzServer } from '../../tools/fuzz/fuzz-server.js';
import { fuzz } from '../../tools/fuzz/fuzz.js';
import { minimised, mutated, randomOf } from '../../tools/fuzz/mutate.js';
import { groups } from '../../tools/fuzz/targets.js';

describe('mutated', () => {
  const seed = Uint8Array.from({ length: 200 }, (_, k) => k);

  it('gives the same files for the same seed, and leaves the whole one as it is', () => {
    const files = (random = randomOf(7)): Uint8Array[] =>
      Array.from({ length: 300 }, () => mutated(seed, random, seed));
    expect(files()).toEqual(files());
    expect(files().filter((file) => Buffer.compare(file, seed) !== 0).length).toBeGreaterThan(280);
    expect(seed).toEqual(Uint8Array.from({ length: 200 }, (_, k) => k));
  });

  it('takes files without content', () => {
    const random = randomOf(1);
    const none = new Uint8Array();
    for (let k = 0; k < 200; k++) expect(mutated(none, random, none)).toBeInstanceOf(Uint8Array);
  });
});

describe('minimised', () => {
  it('leaves what a failure needs', async () => {
    const file = Uint8Array.from({ length: 100 }, (_, k) => k);
    const small = await minimised(
      file,
      (bytes) => Promise.resolve(bytes.includes(17) && bytes.includes(60)),
      500,
    );
    expect([...small]).toEqual([17, 60]);
  });
});

describe('the studio’s server', () => {
  it('goes on after damaged and hostile requests', async () => {
    const { requests, answered, failures } = await fuzzServer({ seed: 20, cases: 400 });
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(requests / 2);
  });
});

describe('the command line', () => {
  it('says in lines of ours what is wrong with values that it does not expect', async () => {
    const { calls, failures } = await fuzzCli({ seed: 20, cases: 60 });
    expect({ calls, failures }).toEqual({ calls: 60, failures: [] });
  });
});

describe('readers of files from outside', () => {
  // `npm run fuzz` does more of it.
  it('read what is damaged, or say in one line what is wrong', async () => {
    const tallies = await fuzz({ groups, seed: 20, cases: 60 });
    expect(
      tallies.flatMap(({ target, failures }) => failures.map(({ reason }) => `${target}: ${reason}`)),
    ).toEqual([]);
    expect(tallies.every(({ cases }) => cases === 60)).toBe(true);
  });
});
