import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import validator from 'gltf-validator';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadRogue, resultOf, decodeImage, resultSchema, type Result } from '../../src/node.js';
import { serveStudio, type StudioServer } from '../../src/node/studio/studio-server.js';
import { launchChromium } from '../chromium/launch.js';
import { withTransforms } from '../io/heic-boxes.js';
import { openPhoto, openStudio, writeCameraVideo, type Misdeeds } from './browser.js';

const astronaut = 'examples/astronaut.jpg';
const camera = join(tmpdir(), `rogue-camera-${process.pid}.mjpeg`);
let server: StudioServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let misdeeds: Misdeeds;

beforeAll(async () => {
  await writeCameraVideo(astronaut, camera);
  server = await serveStudio({ port: 0 });
  browser = await launchChromium(camera);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(camera, { force: true });
});

/** As wide as a desktop's layout needs, and a tablet's: the processor draws every pixel. */
const desktop = { width: 1040, height: 600 };
const tablet = { width: 800, height: 560 };
const open = async (viewport: { width: number; height: number }): Promise<void> => {
  context = await browser.newContext({
    viewport,
    permissions: ['camera', 'clipboard-read', 'clipboard-write'],
  });
  ({ page, misdeeds } = await openStudio(context, server.url));
};
const close = async (): Promise<void> => {
  const { errors, foreign } = misdeeds;
  await context.close();
  expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
};

const download = async (name: string): Promise<Download> => {
  await page.getByRole('tab', { name: 'Download' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return file;
};

/**
 * The head's canvas, small, RGBA. A screenshot would wait for a moment without drawing, which a webcam does
 * not leave on a busy machine.
 */
const drawing = (): Promise<number[]> =>
  page.getByTestId('head').evaluate((canvas: HTMLCanvasElement) => {
    const copy = new OffscreenCanvas(100, 100).getContext('2d')!;
    copy.drawImage(canvas, 0, 0, 100, 100);
    return [...copy.getImageData(0, 0, 100, 100).data];
  });
const drawnPixels = async (): Promise<number> =>
  (await drawing()).filter((value, k) => k % 4 === 3 && value > 128).length;
/** How many pixels differ from an earlier drawing. */
const changedPixels = async (before: readonly number[]): Promise<number> =>
  (await drawing()).filter((value, k) => Math.abs(value - before[k]!) > 16).length;

async function beside(left: string, right: string): Promise<Buffer> {
  const half = { width: 512, height: 512 };
  const mirrored = await sharp(right).resize(half).flop().toBuffer();
  return sharp({ create: { width: 1024, height: 512, channels: 3, background: '#888' } })
    .composite([
      { input: await sharp(left).resize(half).toBuffer(), left: 0, top: 0 },
      { input: mirrored, left: 512, top: 0 },
    ])
    .png()
    .toBuffer();
}

describe('the head of a photo', () => {
  beforeAll(async () => {
    await open(desktop);
    await openPhoto(page, astronaut);
  });
  afterAll(close);

  it('agrees with Node: coefficients within 1e-3, landmarks within 0.2 px', async () => {
    const inBrowser: Result = resultSchema.parse(
      JSON.parse(await readFile(await (await download('Result JSON')).path(), 'utf8')),
    );
    const rogue = await loadRogue();
    const decoded = await decodeImage(astronaut);
    const [head] = await rogue.reconstruct(decoded, { maxFaces: 1 });
    const inNode = resultOf(rogue.model, head!);
    await rogue.release();
    const apart = (a: readonly number[], b: readonly number[]): number =>
      Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));
    expect(apart(inBrowser.coefficients.shape, inNode.coefficients.shape)).toBeLessThan(1e-3);
    expect(
      apart(Object.values(inBrowser.coefficients.expression), Object.values(inNode.coefficients.expression)),
    ).toBeLessThan(1e-3);
    expect(apart(inBrowser.landmarks478.flat(), inNode.landmarks478.flat())).toBeLessThan(0.2);
  });

  it('repeats itself on the command line: the snippet is copied', async () => {
    await page.getByRole('tab', { name: 'Download' }).click();
    await page.getByRole('button', { name: 'Copy command' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'npx rogue-face reconstruct astronaut.jpg --method refine --max-faces 1',
    );
  });

  it('shows which skin the photo shows, and which is guessed', async () => {
    await page.getByRole('tab', { name: 'View' }).click();
    await page.getByRole('radio', { name: 'Seen or guessed' }).check({ force: true });
    const coloured = async (channel: number): Promise<number> => {
      const pixels = await drawing();
      let count = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        const [own, ...others] = [0, 1, 2].map((k) => pixels[i + ((channel + k) % 3)]!);
        if (own! > 2 * Math.max(...others) + 30) count++;
      }
      return count / (pixels.length / 4);
    };
    // Of the picture: the face is seen, the back of the head and the scalp are not.
    await expect.poll(() => coloured(0)).toBeGreaterThan(0.05);
    expect(await coloured(2)).toBeGreaterThan(0.01);
    await page.getByText('predicted', { exact: true }).waitFor();
  });

  it('can be turned, changed and downloaded as a valid GLB', async () => {
    expect(await page.locator('.problem').count()).toBe(0);
    await expect.poll(drawnPixels).toBeGreaterThan(1000);
    const front = await drawing();
    await page.getByTestId('head').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => changedPixels(front)).toBeGreaterThan(200);
    await page.getByRole('tab', { name: 'Expression' }).click();
    await page.getByRole('slider', { name: 'Jaw open' }).fill('1');
    const glb = await readFile(await (await download('GLB')).path());
    const { issues } = await validator.validateBytes(new Uint8Array(glb));
    expect(issues.numErrors).toBe(0);
    const json = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString()) as {
      meshes: { extras: { targetNames: string[] }; weights: number[] }[];
    };
    // The slider's place is in the file.
    expect(json.meshes[0]!.weights[json.meshes[0]!.extras.targetNames.indexOf('jawOpen')]).toBeCloseTo(1);
    expect((await download('OBJ')).suggestedFilename()).toBe('astronaut-obj.zip');
    expect((await download('USDZ')).suggestedFilename()).toBe('astronaut.usdz');
    expect((await sharp(await (await download('PNG')).path()).metadata()).width).toBeGreaterThan(600);
  });

  it('covers the face by brush and with things, and compares both methods', async () => {
    await page.getByRole('tab', { name: 'Cover' }).click();
    const box = (await page.getByTestId('cover').boundingBox())!;
    const stage = (await page.locator('.stage').boundingBox())!;
    expect(box.width).toBeGreaterThan(stage.width);
    const middle = { x: stage.x + stage.width / 2, y: stage.y + 0.56 * stage.height };
    await page.mouse.move(middle.x - 60, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + 60, middle.y, { steps: 8 });
    await page.mouse.up();
    const error = async (method: string): Promise<number> =>
      Number.parseFloat((await page.getByTestId(`error-${method}`).textContent()) ?? '');
    await expect.poll(() => error('refine')).toBeGreaterThan(0.2);
    expect(await error('landmarks')).toBeGreaterThan(0.2);
    await page.getByRole('button', { name: 'Uncover' }).click();
    await expect.poll(() => error('refine')).toBeLessThan(0.2);
    await page.getByRole('button', { name: 'sunglasses', exact: true }).click();
    await expect.poll(() => error('refine')).toBeGreaterThan(0.2);
    await page.getByRole('slider', { name: 'Level' }).fill('2');
    await page.locator('.busy').waitFor({ state: 'detached' });
    expect(await page.locator('.problem').count()).toBe(0);
  });
});

describe('what gives no head', () => {
  beforeAll(() => open(desktop));
  afterAll(close);

  it('stops when it is told to', async () => {
    const large = await sharp(astronaut).resize(3600).jpeg().toBuffer();
    await page
      .locator('nav input[type=file]')
      .setInputFiles({ name: 'large.jpg', mimeType: 'image/jpeg', buffer: large });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.busy').waitFor({ state: 'detached' });
    expect(await page.getByTestId('head').count()).toBe(0);
    expect(await page.locator('.problem').count()).toBe(0);
  });

  it('says when there is no face, and takes a box drawn around one', async () => {
    const grey = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#b0b4b8' } })
      .png()
      .toBuffer();
    await openPhoto(page, { name: 'wall.png', mimeType: 'image/png', buffer: grey });
    expect(await page.getByRole('alert').textContent()).toMatch(
      /No face was found: the photo is of one colour\. Draw a box/,
    );
    const box = (await page.getByRole('group', { name: 'Faces' }).boundingBox())!;
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.2 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.8 * box.height, { steps: 4 });
    await page.mouse.up();
    await page.getByTestId('head').waitFor();
    expect((await page.locator('.warning').allTextContents()).join(' ')).toContain('doubtful');
  });

  it('names what is wrong with a broken file', async () => {
    await openPhoto(page, {
      name: 'broken.jpg',
      mimeType: 'image/jpeg',
      buffer: (await readFile(astronaut)).subarray(0, 400),
    });
    expect(await page.getByRole('alert').textContent()).toContain('no picture that the browser can read');
    await openPhoto(page, { name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) });
    expect(await page.getByRole('alert').textContent()).toContain('The file is empty');
    // And goes on with the next.
    await openPhoto(page, astronaut);
    await page.getByTestId('head').waitFor();
  });
});

describe('one after the other', () => {
  beforeAll(() => open(tablet));
  afterAll(close);

  it('lets one choose between two faces', async () => {
    await openPhoto(page, {
      name: 'two.png',
      mimeType: 'image/png',
      buffer: await beside(astronaut, astronaut),
    });
    const faces = page.getByRole('group', { name: 'Faces' }).getByRole('button');
    expect(await faces.count()).toBe(2);
    const [chosen, other] = await Promise.all([0, 1].map((k) => faces.nth(k).getAttribute('aria-pressed')));
    expect([chosen, other]).toEqual(['true', 'false']);
    await faces.nth(1).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => faces.nth(1).getAttribute('aria-pressed')).toBe('true');
  });

  it('follows the face in the webcam, and takes its photo', async () => {
    await page.getByRole('button', { name: 'Webcam', exact: true }).click();
    await expect
      .poll(() => page.getByTestId('fps').textContent(), { timeout: 30_000 })
      .toMatch(/^\d+ frames\/s$/);
    await expect.poll(drawnPixels).toBeGreaterThan(1000);
    const before = await drawing();
    await expect.poll(() => changedPixels(before)).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Take photo' }).click();
    await page.locator('.compare').waitFor();
    expect(await page.getByRole('tab', { name: 'Cover' }).count()).toBe(1);
  });

  it('animates the head of a photo by the webcam, and gives it back', async () => {
    await openPhoto(page, astronaut);
    await page.getByRole('button', { name: 'Animate' }).click();
    await expect
      .poll(() => page.getByTestId('fps').textContent(), { timeout: 30_000 })
      .toMatch(/^\d+ frames\/s$/);
    await page.getByRole('button', { name: 'Stop webcam' }).click();
    await page.locator('.compare').waitFor();
    expect(await page.getByTestId('head').count()).toBe(1);
  });
});

describe('the studio, opened anew', () => {
  beforeEach(() => open(tablet));
  afterEach(close);

  it('reads HEIC, whose decoder is no part of the first load', async () => {
    const fetched = (): Promise<string[]> =>
      page.evaluate(async () => {
        const names = (await caches.keys()).map(async (name) =>
          (await (await caches.open(name)).keys()).map(({ url }) => url),
        );
        return (await Promise.all(names)).flat().filter((url) => url.includes('libheif'));
      });
    expect(await fetched()).toEqual([]);
    await openPhoto(page, {
      name: 'IMG_0001.HEIC',
      mimeType: 'image/heic',
      buffer: withTransforms(await readFile('test/fixtures/display-p3.heic'), 3),
    });
    const { image, landmarks68 }: Result = resultSchema.parse(
      JSON.parse(await readFile(await (await download('Result JSON')).path(), 'utf8')),
    );
    expect([image.width, image.height]).toEqual([192, 216]);
    const rogue = await loadRogue();
    const [head] = await rogue.reconstruct('test/fixtures/head.heic', { maxFaces: 1, texture: 'none' });
    await rogue.release();
    landmarks68.forEach(([x, y], k) =>
      expect(Math.hypot(x - head!.landmarks68[2 * k]!, y - head!.landmarks68[2 * k + 1]!)).toBeLessThan(4),
    );
  });

  it('has nothing that keeps people out: axe-core, light and dark, before and after a photo', async () => {
    await page.setViewportSize(desktop);
    const axe = await readFile('node_modules/axe-core/axe.min.js', 'utf8');
    await page.evaluate(axe);
    const violations = (): Promise<string[]> =>
      page.evaluate(async () => {
        const { violations: found } = await (
          globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          }
        ).axe.run();
        return found.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .map(({ html }) => html)
              .join(' ')
              .slice(0, 300)}`,
        );
      });
    expect(await violations()).toEqual([]);
    await openPhoto(page, astronaut);
    for (const tab of ['View', 'Expression', 'Shape', 'Cover', 'Download']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await violations()).toEqual([]);
    }
    await page.getByRole('button', { name: 'Use dark colours' }).click();
    // Colours pass into each other.
    await page.waitForTimeout(500);
    expect(await violations()).toEqual([]);
  });

  it('works without a connection once it was open', async () => {
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    await page.reload();
    await page.locator('.engine').waitFor();
    await openPhoto(page, astronaut);
    await page.getByTestId('head').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await context.setOffline(false);
  });
});
