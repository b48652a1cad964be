import { chromium, type Browser } from 'playwright-core';
import { chromiumProgram } from './program.js';

/** A headless Chromium that draws in software. @param camera a video file that its webcam shows */
export async function launchChromium(camera?: string): Promise<Browser> {
  const webcam = camera === undefined ? [] : [`--use-file-for-fake-video-capture=${camera}`];
  return chromium.launch({
    ...(await chromiumProgram()),
    args: [
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      ...webcam,
    ],
  });
}
