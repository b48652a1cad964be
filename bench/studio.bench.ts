import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { assetPath } from '../src/node/files/assets.js';
import { serveStudio } from '../src/node/studio/studio-server.js';
import { runtimeFolder } from '../src/node/studio/studio-site.js';
import { launchChromium } from '../test/chromium/launch.js';
import { openStudio, writeCameraVideo } from '../test/studio/browser.js';
import { atLeast, atMost, median, type Benchmark, type Measure } from './benchmark.js';

const photo = 'examples/astronaut.jpg';
const photos = 9;
const trackedSeconds = 10;
const framesForMemory = 500;

/**
 * The studio in headless Chromium, which draws in software on the same cores: WebAssembly, no graphics
 * processor.
 */
const studio: Benchmark = {
  name: 'studio',
  async *run() {
    yield* await firstLoad();
    const camera = join(tmpdir(), `rogue-bench-camera-${process.pid}.mjpeg`);
    const server = await serveStudio({ port: 0 });
    await writeCameraVideo(photo, camera);
    const browser = await launchChromium(camera);
    try {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        permissions: ['camera'],
      });
      const { page } = await openStudio(context, server.url);
      const base64 = (await readFile(photo)).toString('base64');
      const times: number[] = [];
      for (let k = 0; k < photos; k++) times.push(await timeToHead(page, base64));
      yield { name: 'photo to head on the screen, first', value: times[0]! / 1000, unit: 's', ok: true };
      yield atMost(
        'photo to head on the screen, warm',
        median(times.slice(2)) / 1000,
        's',
        1.2,
        (await page.locator('.engine').textContent()) ?? '',
      );
      yield* webcam(page);
    } finally {
      await browser.close();
      await server.close();
      await rm(camera, { force: true });
    }
  },
};
export default studio;

/** What a first visit fetches beside the networks, as hosts compress it. */
async function firstLoad(): Promise<Measure[]> {
  const built = new URL('../dist/studio/', import.meta.url);
  const runtime = runtimeFolder();
  const scripts = (await readdir(new URL('assets/', built))).map((name) => new URL(`assets/${name}`, built));
  const size = async (file: string | URL): Promise<number> =>
    gzipSync(await readFile(file), { level: 9 }).length / 1e6;
  const total = async (files: readonly (string | URL)[]): Promise<number> =>
    (await Promise.all(files.map(size))).reduce((sum, value) => sum + value, 0);
  const page = await total([new URL('index.html', built), ...scripts]);
  const engine = await total(['mjs', 'wasm'].map((end) => join(runtime, `ort-wasm-simd-threaded.${end}`)));
  const model = await size(assetPath('head-model.safetensors'));
  return [
    atMost(
      'first load beside the networks, gzip',
      page + engine + model,
      'MB',
      12,
      `page ${page.toFixed(1)}, ONNX Runtime ${engine.toFixed(1)}, head model ${model.toFixed(1)} MB`,
    ),
  ];
}

/** ms from the choice of a photo to its head being drawn. */
function timeToHead(page: Page, base64: string): Promise<number> {
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const data = new DataTransfer();
    const input = document.querySelector<HTMLInputElement>('nav input[type=file]')!;
    data.items.add(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
    const started = performance.now();
    input.files = data.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    while (!document.querySelector('.busy')) await new Promise(requestAnimationFrame);
    while (document.querySelector('.busy')) await new Promise(requestAnimationFrame);
    for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
    return performance.now() - started;
  }, base64);
}

async function* webcam(page: Page): AsyncGenerator<Measure> {
  await page.getByRole('button', { name: 'Webcam', exact: true }).click();
  await page.waitForFunction(
    () => /^\d+ frames/.test(document.querySelector('[data-testid=fps]')?.textContent ?? ''),
    undefined,
    { timeout: 30_000 },
  );
  const rates: number[] = [];
  for (let k = 0; k < trackedSeconds; k++) {
    await page.waitForTimeout(1000);
    rates.push(Number.parseFloat((await page.getByTestId('fps').textContent()) ?? ''));
  }
  const rate = median(rates);
  yield atLeast('webcam, tracked and drawn', rate, 'frames/s', 15);
  const before = await memory(page);
  await page.waitForTimeout((1000 * framesForMemory) / rate);
  const after = await memory(page);
  yield atMost(
    `growth of memory over ${framesForMemory} frames`,
    after - before,
    'MB',
    20,
    `${before.toFixed(0)} → ${after.toFixed(0)} MB resident, the page's process with its workers`,
  );
}

/**
 * MB that the page's process has in memory, its workers' included; the least of some moments, between which
 * garbage is collected.
 */
async function memory(page: Page): Promise<number> {
  const browser = await page.context().browser()!.newBrowserCDPSession();
  const own = await page.context().newCDPSession(page);
  const sizes: number[] = [];
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  for (let k = 0; k < 8; k++) {
    await own.send('HeapProfiler.collectGarbage');
    await page.waitForTimeout(700);
    let pages = 0;
    for (const { id } of renderers)
      pages += Number((await readFile(`/proc/${id}/statm`, 'utf8')).split(' ')[1]);
    sizes.push((pages * 4096) / 1e6);
  }
  return Math.min(...sizes);
}
