import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRogue, RogueWorkers } from '../../../src/node.js';
import { astronaut } from '../../fit/example-reconstruction.js';

let workers: RogueWorkers;
beforeAll(async () => {
  workers = await RogueWorkers.start({ workers: 2 });
});
afterAll(() => workers.release());

describe('RogueWorkers', () => {
  it('makes the heads that Rogue makes, of paths and of bytes, several at a time', async () => {
    const rogue = await loadRogue({ node: { threads: 1 } });
    const [expected] = await rogue.reconstruct(astronaut);
    await rogue.release();
    const results = await Promise.all(
      [astronaut, await readFile(astronaut), astronaut].map((photo) => workers.reconstruct(photo)),
    );
    for (const [head] of results) {
      expect(head!.landmarks68).toEqual(expected!.landmarks68);
      expect(head!.coefficients).toEqual(expected!.coefficients);
      const [actual, wanted] = [head!, expected!].map(({ textures }) => textures!.albedo.data);
      expect(Buffer.from(actual!).equals(Buffer.from(wanted!))).toBe(true);
    }
  });

  it('stops where its signal says so, with the reason of the signal, and goes on with the next', async () => {
    const reason = new Error('the user left');
    const controller = new AbortController();
    const stopped = workers.reconstruct(astronaut, { signal: controller.signal });
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    await expect(workers.reconstruct(astronaut, { signal: controller.signal })).rejects.toBe(reason);
    expect(await workers.reconstruct(astronaut, { texture: 'none' })).toHaveLength(1);
  });

  it('passes on what is wrong with a photo', async () => {
    await expect(workers.reconstruct('nowhere.jpg')).rejects.toMatchObject({
      name: 'ImageError',
      message: 'not found',
    });
  });

  it('says what is wrong when it starts', async () => {
    await expect(RogueWorkers.start({ workers: 0 })).rejects.toThrow(/whole number of workers/);
    await expect(RogueWorkers.start({ workers: 2, assets: '/nowhere' })).rejects.toThrow(/nowhere/);
  });

  it('ends its workers in the middle of a reconstruction, and the process lives on', async () => {
    const script = 'test/node/workers/terminate-while-reconstructing.ts';
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, astronaut]);
    expect(stdout).toBe('ended\n');
  });
});
