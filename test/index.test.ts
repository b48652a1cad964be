import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as browser from '../src/index.js';
import * as node from '../src/node.js';
import { astronaut, plainImage } from './fit/example-reconstruction.js';

let rogue: node.Rogue;
beforeAll(async () => {
  rogue = await node.loadRogue();
});
afterAll(() => rogue.release());

describe('public API', () => {
  it('has the same names in Node and in a browser, but for what only one of them can do', () => {
    const browsersOwn = ['decodeInBrowser', 'imageDataOf', 'pixelsOf', 'webRuntime'];
    for (const name of Object.keys(browser))
      if (!browsersOwn.includes(name)) expect(node).toHaveProperty(name);
    expect(Object.keys(node)).toEqual(
      expect.arrayContaining(['decodeImage', 'encodePng', 'loadModel', 'nodeRuntime']),
    );
    expect(node.loadRogue).not.toBe(browser.loadRogue);
  });

  it('states the version of package.json', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(node.version).toBe(version);
  });

  it('reconstructs the same head from a path, bytes, a Blob, a decoded photo and pixels', async () => {
    const decoded = await node.decodeImage(astronaut);
    const bytes = await readFile(astronaut);
    const options = { texture: 'none' } as const;
    const results = await Promise.all(
      [astronaut, bytes, new Blob([bytes]), decoded, decoded.image].map((photo) =>
        rogue.reconstruct(photo, options),
      ),
    );
    for (const faces of results) {
      expect(faces).toHaveLength(1);
      expect([...faces[0]!.landmarks68]).toEqual([...results[0]![0]!.landmarks68]);
    }
    const [face] = results[0]!;
    expect(face!.textures).toBeUndefined();
    expect(await rogue.findFaces(astronaut)).toHaveLength(1);
  });

  it('takes faces that were found before, tells its stages, and stops where it is told to', async () => {
    const photo = await node.decodeImage(astronaut);
    const stages: string[] = [];
    const found = await rogue.findFaces(photo);
    const [again] = await rogue.reconstruct(photo, {
      faces: found,
      texture: 'none',
      onStage: (stage) => {
        stages.push(stage);
      },
    });
    const [head] = await rogue.reconstruct(photo, { texture: 'none' });
    expect(stages).toEqual(['decode', 'predict', 'fit']);
    expect(again!.landmarks478).toEqual(head!.landmarks478);
    expect(again!.face).toEqual(head!.face);
    await expect(
      rogue.reconstruct(photo, {
        onStage: (stage) => {
          if (stage === 'fit') throw new Error('enough');
        },
      }),
    ).rejects.toThrow('enough');
    // And goes on afterwards.
    expect(await rogue.reconstruct(photo, { texture: 'none' })).toHaveLength(1);
  });

  it('finds nobody in pictures without faces, also tiny and grey ones', async () => {
    for (const image of [
      plainImage(1, 1, [9, 9, 9]),
      plainImage(300, 200, [120]),
      plainImage(64, 400, [0, 200, 0, 128]),
    ])
      expect(await rogue.reconstruct(image)).toEqual([]);
  });

  it('refuses images whose data does not fit, and files that are none', async () => {
    await expect(
      rogue.reconstruct({ width: 4, height: 4, channels: 3, data: new Uint8Array(5) }),
    ).rejects.toThrow(/expected .*5/);
    await expect(
      rogue.reconstruct({ width: 4, height: 4, channels: 4, data: new Uint8Array(5) }),
    ).rejects.toThrow(/expected .*5/);
    await expect(rogue.reconstruct('nowhere.jpg')).rejects.toThrow(node.ImageError);
    await expect(rogue.reconstruct(Uint8Array.of(1, 2, 3))).rejects.toThrow(/not a picture/);
  });

  it('stops at the next stage once its signal is aborted, with the reason of the signal', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const stages: string[] = [];
    const stopped = rogue.reconstruct(astronaut, {
      signal: controller.signal,
      onStage: (stage) => {
        stages.push(stage);
        if (stage === 'predict') controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    expect(stages).toEqual(['decode', 'find faces', 'predict']);
    await expect(rogue.reconstruct(astronaut, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('names a missing asset and how to get it', async () => {
    await expect(node.loadRogue({ assets: '/nowhere' })).rejects.toThrow(/\/nowhere\/.*ENOENT.*install/);
    await expect(browser.loadRogue({ assets: 'http://127.0.0.1:9/rogue' })).rejects.toThrow(
      /cannot fetch http:\/\/127\.0\.0\.1:9\/rogue\/.*loadRogue\(\{ assets: "\/rogue-assets\/" \}\)/,
    );
    await expect(browser.loadRogue()).rejects.toThrow(/^loadRogue: no address of the assets; serve/);
  });

  it('tells a page from an asset: many servers answer everything with index.html', async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html><title>App</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(browser.loadRogue({ assets: `http://127.0.0.1:${port}/assets` })).rejects.toThrow(
      /^loadRogue: http:\/\/127\.0\.0\.1:\d+\/assets\/\S+ is a page, not a file of the assets; serve .*"assets"/,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('says so when used after release', async () => {
    const other = await node.loadRogue();
    await other.release();
    await other.release();
    await expect(other.reconstruct(astronaut)).rejects.toThrow(/released/);
  });

  it('ends what was begun before it is released, and begins nothing after that', async () => {
    const other = await node.loadRogue();
    const tracking = other.track();
    const { image } = await node.decodeImage(astronaut);
    const ends: string[] = [];
    const begun = [
      other.reconstruct(astronaut, { texture: 'none' }).then((heads) => ends.push(`${heads.length} heads`)),
      tracking.next(image, 0).then((head) => ends.push(head ? 'tracked' : 'lost')),
    ];
    const released = [other.release(), other.release()].map((one) => one.then(() => ends.push('released')));
    const late = [tracking.next(image, 1), other.findFaces(image), other.reconstruct(image)];
    for (const one of late) await expect(one).rejects.toThrow(/^Rogue: this instance was released; load/);
    await Promise.all([...begun, ...released]);
    expect(ends.slice(0, 2).sort()).toEqual(['1 heads', 'tracked']);
    expect(ends.slice(2)).toEqual(['released', 'released']);
  });

  it('stops following a face once its signal is aborted', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const tracking = rogue.track({ signal: controller.signal });
    const { image } = await node.decodeImage(astronaut);
    expect(await tracking.next(image, 0)).toBeDefined();
    controller.abort(reason);
    await expect(tracking.next(image, 1)).rejects.toBe(reason);
  });
});
