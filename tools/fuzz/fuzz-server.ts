import { readdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { serveStudio } from '../../src/node/studio/studio-server.js';
import { assetsFolder } from '../../src/node/files/assets.js';
import { mutated, randomOf } from './mutate.js';

export interface ServerTally {
  requests: number;
  /** Answers that were no error of the server. */
  answered: number;
  /** Milliseconds that a small file took between hostile requests, each time. */
  readonly waits: number[];
  readonly failures: string[];
}

/** Requests that are whole, to begin with. */
const requests = [
  'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'HEAD /model/hand.safetensors HTTP/1.1\r\nHost: localhost:80\r\nRange: bytes=0-99\r\nConnection: close\r\n\r\n',
  'GET /ort/ort.node.min.mjs HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, br\r\nIf-None-Match: W/"1-1"\r\n\r\n',
  'GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n',
  'POST /model/../x?y=%00 HTTP/1.0\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhello',
  'GET /model/head-model.safetensors HTTP/1.1\r\nHost: [::1]\r\nRange: bytes=5-1\r\n\r\n',
] as const;

/** At a time. */
const PARALLEL = 200;
/** A connection that says nothing more is let go, ms. */
const PATIENCE = 1000;
/** Descriptors that may be open for a while. */
const SPARE = 50;

/** Sends damaged and hostile requests to the studio's server, half of them without waiting for the answer. */
export async function fuzzServer(options: {
  readonly seed: number;
  readonly seconds?: number;
  readonly cases?: number;
}): Promise<ServerTally> {
  const { seed, seconds = Infinity, cases = Infinity } = options;
  const tally: ServerTally = { requests: 0, answered: 0, waits: [], failures: [] };
  const random = randomOf(seed);
  // Without a built page: assets serve as well.
  const server = await serveStudio({ port: 0, folder: assetsFolder });
  const port = Number(new URL(server.url).port);
  const begun = await openFiles();
  const end = performance.now() + 1000 * seconds;
  try {
    while (tally.requests < cases && performance.now() < end && tally.failures.length === 0) {
      const some = Array.from({ length: PARALLEL }, () => {
        const pick = (): Uint8Array => Buffer.from(requests[Math.floor(random() * requests.length)]!);
        return { bytes: mutated(pick(), random, pick()), aborts: random() < 0.5 };
      });
      const answers = await Promise.all(some.map(({ bytes, aborts }) => send(port, bytes, aborts)));
      tally.requests += some.length;
      tally.answered += answers.filter((answer) => answer.startsWith('HTTP/1.1 ')).length;
      if (answers.some((answer) => answer.includes('root:'))) tally.failures.push('sent a file from outside');
      const start = performance.now();
      const page = await send(port, Buffer.from(requests[1]), false);
      tally.waits.push(performance.now() - start);
      if (!page.startsWith('HTTP/1.1 200'))
        tally.failures.push(`the page is gone: ${JSON.stringify(page.slice(0, 60))}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    const left = (await openFiles()) - begun;
    if (left > SPARE) tally.failures.push(`${left} descriptors are left open`);
  } finally {
    await server.close();
  }
  return tally;
}

/** What comes back, its beginning. */
function send(port: number, bytes: Uint8Array, aborts: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    let answer = '';
    const finish = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE, finish);
    socket.on('data', (data) => {
      if (answer.length < 2000) answer += data.toString('latin1', 0, 2000);
      if (aborts) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(bytes);
  });
}

/** Descriptors of this process; 0 where the system does not tell. */
async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd').catch(() => [])).length;
}
