import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serveStudio, type StudioServer } from '../../../src/node/studio/studio-server.js';
import { modelFiles, runtimeFiles, studioHeaders } from '../../../src/node/studio/studio-site.js';

let server: StudioServer | undefined;
let other: Server | undefined;
afterEach(async () => {
  await server?.close();
  other?.close();
  server = other = undefined;
});

/** The status line of a request whose path is sent as it is: `fetch` would tidy it up. */
const rawStatus = (url: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), 'localhost', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    });
    let answer = '';
    socket
      .on('data', (data) => {
        answer += data.toString();
      })
      .on('end', () => {
        resolve(answer.split('\r\n')[0]!);
      })
      .on('error', reject);
  });

describe('serveStudio', () => {
  it('serves page, head model, networks and runtime, isolated from other origins', async () => {
    server = await serveStudio({ port: 0 });
    for (const path of [
      '',
      'service-worker.js',
      'manifest.webmanifest',
      ...modelFiles.map((file) => `model/${file}`),
      ...runtimeFiles.map((file) => `ort/${file}`),
    ]) {
      const response = await fetch(server.url + path, { method: 'HEAD' });
      expect([path, response.status]).toEqual([path, 200]);
      for (const [name, value] of Object.entries(studioHeaders))
        expect(response.headers.get(name)).toBe(value);
    }
  });

  it('takes a free port when the wanted one is taken', async () => {
    other = createServer();
    await new Promise<void>((resolve) => {
      other!.listen(0, 'localhost', resolve);
    });
    const { port } = other.address() as AddressInfo;
    server = await serveStudio({ port });
    expect(Number(new URL(server.url).port)).not.toBe(port);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('serves nothing else', async () => {
    server = await serveStudio({ port: 0 });
    expect((await fetch(`${server.url}nothing.txt`)).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
    for (const path of [
      '/../package.json',
      '/model/../../package.json',
      '/model/..%2f..%2fpackage.json',
      '/ort/%2e%2e/package.json',
    ])
      expect(await rawStatus(server.url, path)).toContain(' 404 ');
  });
});
