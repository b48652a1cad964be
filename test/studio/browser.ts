import { writeFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';

/** Writes a video of a photo that moves to and fro, 60 pictures, as Chromium's fake webcam reads it. */
export async function writeCameraVideo(photo: string, path: string): Promise<void> {
  const pictures: Buffer[] = [];
  for (let k = 0; k < 60; k++) {
    const angle = (2 * Math.PI * k) / 60;
    const left = Math.round(20 + 20 * Math.sin(angle));
    const top = Math.round(8 + 8 * Math.cos(angle));
    pictures.push(
      await sharp(photo)
        .extract({ left, top, width: 440, height: 330 })
        .resize(640, 480)
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
  }
  await writeFile(path, Buffer.concat(pictures));
}

/** What a page did that it must not. */
export interface Misdeeds {
  /** Violations of the Content-Security-Policy, errors on the console, uncaught errors. */
  readonly errors: string[];
  /** Requests beyond the page's own origin. */
  readonly foreign: string[];
}

/** A page of the studio whose networks are loaded. */
export async function openStudio(
  context: BrowserContext,
  url: string,
): Promise<{ page: Page; misdeeds: Misdeeds }> {
  const page = await context.newPage();
  const misdeeds: Misdeeds = { errors: [], foreign: [] };
  page.on('console', (message) => {
    if (message.type() === 'error') misdeeds.errors.push(message.text());
  });
  page.on('pageerror', (error) => {
    misdeeds.errors.push(error.message);
  });
  context.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin)
      misdeeds.foreign.push(request.url());
  });
  await page.exposeFunction('reportViolation', (text: string) => {
    misdeeds.errors.push(text);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => {
      void (globalThis as unknown as { reportViolation(text: string): Promise<void> }).reportViolation(
        `${violatedDirective}: ${blockedURI}`,
      );
    });
  });
  // Software drawing and other tests share the machine's cores.
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await page.locator('.engine').waitFor();
  return { page, misdeeds };
}

/** Gives the page a photo and waits for what comes of it. */
export async function openPhoto(
  page: Page,
  photo: string | { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await page.locator('nav input[type=file]').setInputFiles(photo);
  await page.locator('.photo-stage, .problem').first().waitFor();
  await page.locator('.busy').waitFor({ state: 'detached' });
}
