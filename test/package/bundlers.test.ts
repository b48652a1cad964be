import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import sirv from 'sirv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../chromium/launch.js';
import { writeCameraVideo } from '../studio/browser.js';
import { followWebcam, speak, turnAndDownload } from './example-pages.js';
import { command, packPackage } from './packed.js';

const page = `
import { loadRogue } from 'rogue-face';
const rogue = await loadRogue({ assets: '/rogue-assets/' });
document.title = \`faces: \${(await rogue.reconstruct('/photo.jpg')).length}\`;
`;

let project: string;
let browser: Browser;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'rogue-bundlers-'));
  const [{ tarball }] = await Promise.all([
    packPackage(project),
    cp('test/package/bundlers', project, { recursive: true }),
  ]);
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await command(project, 'npm', ['ci', ...quiet]);
  await command(project, 'npm', ['install', '--no-save', tarball, ...quiet]);
  for (const folder of ['src', 'public']) await mkdir(join(project, folder));
  await cp(join(project, 'node_modules/rogue-face/assets'), join(project, 'public/rogue-assets'), {
    recursive: true,
  });
  await cp('examples/astronaut.jpg', join(project, 'public/photo.jpg'));
  const files: Record<string, string> = {
    'src/page.js': page,
    'index.html': '<!doctype html><script type="module" src="/src/page.js"></script>',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  const camera = join(project, 'camera.mjpeg');
  await writeCameraVideo('examples/astronaut.jpg', camera);
  browser = await launchChromium(camera);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await rm(project, { recursive: true, force: true });
});

/** Opens a page; what it complains of fails, and what it asks of others. */
async function onPage<Result>(url: string, use: (page: Page) => Promise<Result>): Promise<Result> {
  // Small, as the processor draws.
  const context = await browser.newContext({
    viewport: { width: 360, height: 480 },
    permissions: ['camera'],
  });
  const opened = await context.newPage();
  const complaints: string[] = [];
  opened.on('pageerror', (error) => complaints.push(String(error)));
  context.on('request', (request) => {
    const asked = new URL(request.url());
    if (/^https?:$/.test(asked.protocol) && asked.origin !== new URL(url).origin) complaints.push(asked.href);
  });
  try {
    await opened.goto(url);
    const result = await use(opened).catch((error: unknown) => {
      // What the page complains of is why.
      expect(complaints).toEqual([]);
      throw error;
    });
    expect(complaints).toEqual([]);
    return result;
  } finally {
    await context.close();
  }
}

/** What the page's title becomes. */
function facesOn(url: string): Promise<string> {
  return onPage(url, async (opened) => {
    await expect.poll(() => opened.title(), { timeout: 60_000 }).toMatch(/^faces: /);
    return opened.title();
  });
}

/** Serves a built folder, and the public one beside it. */
async function served<Result>(folder: string, use: (url: string) => Promise<Result>): Promise<Result> {
  const built = sirv(join(project, folder), { dev: true });
  const open = sirv(join(project, 'public'), { dev: true });
  const server: Server = createServer((request, response) => {
    built(request, response, () => {
      open(request, response, () => {
        response.writeHead(404).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Runs a server of the project until `use` is done. */
async function running<Result>(
  args: readonly string[],
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const server = spawn(process.execPath, args, {
    cwd: project,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: undefined, VITEST: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const address = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      // Where colours are forced, Vite prints the port in bold.
      const plain = stripVTControlCharacters(printed);
      const [url] = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(plain) ?? [];
      if (url !== undefined) resolve(url);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('exit', () => reject(new Error(`the server ended: ${printed}`)));
  });
  try {
    return await use(`${await address}/`);
  } finally {
    server.kill();
  }
}

describe('a page of three lines, bundled without any configuration', () => {
  const html = '<!doctype html><script type="module" src="main.js"></script>';

  it('by esbuild', async () => {
    const args = ['esbuild', 'src/page.js', '--bundle', '--format=esm', '--outfile=by-esbuild/main.js'];
    await command(project, 'npx', args);
    await writeFile(join(project, 'by-esbuild/index.html'), html);
    expect(await served('by-esbuild', facesOn)).toBe('faces: 1');
  });

  it('by webpack', async () => {
    // Not made small, which takes longest and is the minifier's affair.
    const quick = ['--mode', 'production', '--no-optimization-minimize'];
    const args = ['webpack', ...quick, '--entry', './src/page.js', '-o', 'by-webpack'];
    await command(project, 'npx', args);
    await writeFile(join(project, 'by-webpack/index.html'), html);
    expect(await served('by-webpack', facesOn)).toBe('faces: 1');
  });

  it('by Vite, as it is developed', async () => {
    const args = ['node_modules/vite/bin/vite.js', '--host', '127.0.0.1', '--port', '0'];
    expect(await running(args, facesOn)).toBe('faces: 1');
  });
});

describe('the projects in examples/', () => {
  beforeAll(async () => {
    // What somebody has installed and built there stays there. Not before now: Vite looks into all pages.
    const made = /^(?:node_modules|public|dist|\.next)$/;
    const copy = (from: string, to: string): Promise<void> =>
      cp(join('examples', from), join(project, to), {
        recursive: true,
        filter: (path) => !made.test(basename(path)),
      });
    await copy('three-webcam', 'three-webcam');
    await copy('talkinghead', 'talkinghead');
    await copy('nextjs/app', 'app');
  });

  it('three-webcam: a selfie becomes a head, and the webcam moves it', async () => {
    await command(project, 'npx', ['vite', 'build', 'three-webcam', '--logLevel', 'error']);
    await served('three-webcam/dist', (url) => onPage(url, followWebcam));
  });

  it('talkinghead: a photo becomes an avatar that speaks', async () => {
    await command(project, 'npx', ['vite', 'build', 'talkinghead', '--logLevel', 'error']);
    await served('talkinghead/dist', (url) => onPage(url, speak));
  });

  it('nextjs: a photo becomes a head, in a client component', async () => {
    await command(project, 'npx', ['next', 'build']);
    const args = ['node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', '0'];
    await running(args, (url) => onPage(url, turnAndDownload));
  });
});
