import { readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { serveStudio, type StudioServer } from '../../../src/node/studio/studio-server.js';
import { modelFiles, runtimeFiles, studioHeaders } from '../../../src/node/studio/studio-site.js';
import { temporaryFolder } from '../temporary-folder.js';

let server: StudioServer | undefined;
let other: Server | undefined;
afterEach(async () => {
  await server?.close();
  other?.close();
  server = other = undefined;
});

/** The status line of a request whose path and headers are sent as they are: `fetch` would tidy them up. */
const rawStatus = (url: string, path: string, headers = 'Host: localhost'): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), 'localhost', () => {
      socket.write(`GET ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`);
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

  it('lives through ranges that make no sense, and files that vanish', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'index.html'), 'page');
    await writeFile(join(folder, 'gone.txt'), 'text');
    server = await serveStudio({ port: 0, folder: pathToFileURL(`${folder}/`) });
    for (const range of ['5-1', '1-99999999999999999999', '99999999999999999999-', '-', 'x'])
      expect(await rawStatus(server.url, '/', `Host: localhost\r\nRange: bytes=${range}`)).toContain(' 200 ');
    await rm(join(folder, 'gone.txt'));
    await rawStatus(server.url, '/gone.txt').catch(() => undefined);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it.skipIf(process.platform !== 'linux')('closes the files of downloads that are given up', async () => {
    server = await serveStudio({ port: 0 });
    const isOpen = async (): Promise<boolean> => {
      const links = await readdir('/proc/self/fd');
      const files = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return files.some((file) => file.endsWith(modelFiles[0]));
    };
    const socket = connect(Number(new URL(server.url).port), 'localhost');
    socket.write(`GET /model/${modelFiles[0]} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    expect(await isOpen()).toBe(true);
    socket.destroy();
    await expect.poll(isOpen).toBe(false);
  });

  it('answers only to names of this machine and to its own page', async () => {
    server = await serveStudio({ port: 0 });
    const { host } = new URL(server.url);
    for (const [headers, status] of [
      [`Host: ${host}`, 200],
      [`Host: 127.0.0.1:80`, 200],
      [`Host: [::1]`, 200],
      [`Host: ${host}\r\nOrigin: http://${host}`, 200],
      ['Host: evil.example', 403],
      ['Host: localhost.evil.example', 403],
      ['Host: a b', 403],
      [`Host: ${host}\r\nOrigin: http://evil.example`, 403],
      [`Host: ${host}\r\nOrigin: null`, 403],
    ] as const)
      expect(await rawStatus(server.url, '/', headers), headers).toContain(` ${status} `);
  });
});
