import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { assetsFolder } from '../files/assets.js';
import { packageFolder } from '../../runtime/package-folder.js';
import { runtimeFolder, studioHeaders } from './studio-site.js';

/** Where the built page lies: beside the compiled package. */
export const studioFolder = new URL(`${packageFolder}dist/studio/`);

export interface StudioServer {
  /** Address of the page. */
  readonly url: string;
  close(): Promise<void>;
}

export interface StudioServerOptions {
  /** Wanted port; where it is taken, any free one. */
  readonly port: number;
  /** Default {@link studioFolder}. */
  readonly folder?: URL;
}

/** Serves the studio to this machine only, isolated from other origins and from names of other sites. */
export async function serveStudio({
  port,
  folder = studioFolder,
}: StudioServerOptions): Promise<StudioServer> {
  const page = sirv(fileURLToPath(folder), { etag: true, setHeaders });
  const folders = {
    '/model/': sirv(fileURLToPath(assetsFolder), { etag: true, setHeaders }),
    '/ort/': sirv(runtimeFolder(), { etag: true, setHeaders }),
  };
  const server = createServer((request, response) => {
    const none = (): void => {
      setHeaders(response);
      response.writeHead(404).end('Not found');
    };
    const found = Object.entries(folders).find(([address]) => request.url?.startsWith(address));
    endWithItsFile(response);
    // Parts of files are optional in HTTP, and sirv does not check their bounds: all files are sent whole.
    delete request.headers.range;
    if (!isForHere(request)) {
      setHeaders(response);
      response.writeHead(403).end('Only for pages of http://localhost');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405).end();
    else if (found) {
      const [address, serve] = found;
      request.url = request.url!.slice(address.length - 1);
      serve(request, response, none);
    } else page(request, response, none);
  });
  await listen(server, port).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    await listen(server, 0);
  });
  // Such as too many open files: the next request may fare better.
  server.on('error', () => undefined);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

const hereNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a request names this machine, and comes from our own page where it says whence. Else a site whose
 * name its owner lets lead to this machine could read what is served here ("DNS rebinding").
 */
function isForHere({ headers: { host, origin } }: IncomingMessage): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  if (!hereNames.has(new URL(`http://${host}`).hostname)) return false;
  return origin === undefined || origin === `http://${host}`;
}

/**
 * A file that vanishes ends its answer, and an answer that is given up closes its file; sirv does neither,
 * and the first would end the process.
 */
function endWithItsFile(response: ServerResponse): void {
  response.once('pipe', (file: Readable) => {
    file.once('error', () => response.destroy());
    response.once('close', () => file.destroy());
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(studioHeaders)) response.setHeader(name, value);
}
