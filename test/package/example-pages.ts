import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';

/** Each page's last output says what it does. */
function told(page: Page, what: RegExp): Promise<void> {
  const status = page.locator('output').last();
  return expect.poll(() => status.textContent(), { timeout: 90_000 }).toMatch(what);
}

async function takeExample(page: Page): Promise<void> {
  await told(page, /^Ready/);
  await page.getByRole('button', { name: 'Use the example photo' }).click();
}

/** What a head.glb of the page holds. */
async function downloaded(page: Page): Promise<{ meshes: { extras?: { targetNames: string[] } }[] }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download head.glb' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('head.glb');
  const glb = await readFile(await file.path());
  expect(glb.subarray(0, 4).toString()).toBe('glTF');
  return JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString()) as never;
}

/** How much colours differ over what is drawn. */
async function contrast(page: Page): Promise<number> {
  const picture = await page.locator('canvas').screenshot({ timeout: 90_000 });
  const { channels } = await sharp(picture).stats();
  return channels[0]!.stdev;
}

/** The page of `examples/three-webcam`, with a webcam that shows a face. */
export async function followWebcam(page: Page): Promise<void> {
  await told(page, /^Ready/);
  const empty = await contrast(page);
  await takeExample(page);
  await told(page, /^Drag the head/);
  await expect.poll(() => contrast(page)).toBeGreaterThan(empty + 20);
  const { meshes } = await downloaded(page);
  expect(meshes[0]?.extras?.targetNames).toContain('jawOpen');

  await page.getByRole('button', { name: 'Start webcam' }).click();
  await told(page, /^Following you: \d+ frames\/s$/);
  const moves = (): Promise<string[]> =>
    page
      .locator('#moves li')
      .evaluateAll((items) => items.map((item) => `${item.textContent} ${item.getAttribute('style')}`));
  const before = await moves();
  expect(before).toHaveLength(4);
  expect(before.join()).toMatch(/mouthSmile/);
  await expect.poll(moves).not.toEqual(before);
  await page.getByRole('button', { name: 'Stop webcam' }).click();
  await told(page, /photo again/);
}

/** The page of `examples/talkinghead`. */
export async function speak(page: Page): Promise<void> {
  await takeExample(page);
  await told(page, /^Type something/);
  const viseme = page.locator('#viseme');
  expect(await viseme.textContent()).toBe('');
  await page.getByRole('textbox').fill('Hello, hello, hello!');
  await page.getByRole('button', { name: 'Speak' }).click();
  await expect.poll(() => viseme.textContent(), { interval: 20 }).not.toBe('');
  await told(page, /^Said/);
  await expect.poll(() => viseme.textContent()).toBe('');
}

/** The page of `examples/nextjs`. */
export async function turnAndDownload(page: Page): Promise<void> {
  await told(page, /^Ready/);
  await page.locator('input[type=file]').setInputFiles('examples/astronaut.jpg');
  await told(page, /^Drag the head/);
  await page.locator('canvas').waitFor();
  const { meshes } = await downloaded(page);
  expect(meshes[0]?.extras?.targetNames).toContain('jawOpen');
}
