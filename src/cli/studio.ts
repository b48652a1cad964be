import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assetPath } from '../node/files/assets.js';
import { serveStudio, studioFolder } from '../node/studio/studio-server.js';
import { modelFiles, runtimeFiles, runtimeFolder } from '../node/studio/studio-site.js';
import { packageFolder } from '../runtime/package-folder.js';
import { InterruptedError, outputError } from './errors.js';
import { interruptible } from './interruptible.js';

export interface StudioFlags {
  readonly port: number;
  readonly open: boolean;
  readonly export?: string;
}

/** Serves the studio until Ctrl-C, and shows it in the browser. */
export async function runStudio({ port, open }: Pick<StudioFlags, 'port' | 'open'>): Promise<void> {
  await built();
  const server = await serveStudio({ port });
  console.log(`Rogue Studio: ${server.url}  (Ctrl-C ends it)`);
  try {
    await interruptible('', async (signal) => {
      if (open)
        await import('open')
          .then(({ default: show }) => show(server.url))
          .catch(() => {
            console.error('rogue: no browser could be opened; open the address above yourself.');
          });
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    });
  } catch (error) {
    // Ctrl-C is how a server ends: no failure.
    if (!(error instanceof InterruptedError)) throw error;
  } finally {
    await server.close();
  }
}

/**
 * Writes page, head model and networks as static files; the folder appears whole or not at all.
 * @throws OutputError for a folder that has something else in it, or cannot be written
 */
export async function exportStudio(folder: string): Promise<void> {
  await built();
  const target = resolve(folder);
  const staging = join(dirname(target), `.${basename(target)}-${process.pid}`);
  try {
    const present = existsSync(target) ? await readdir(target) : [];
    if (present.length > 0 && !present.includes('service-worker.js'))
      throw new Error(`${folder} has something else in it; name a new folder`);
    await mkdir(dirname(target), { recursive: true });
    await cp(fileURLToPath(studioFolder), staging, { recursive: true });
    for (const file of modelFiles) await cp(assetPath(file), join(staging, 'model', file));
    for (const file of runtimeFiles) await cp(join(runtimeFolder(), file), join(staging, 'ort', file));
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } catch (error) {
    if (error instanceof Error && !('code' in error)) throw error;
    throw outputError(folder, error);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  console.log(`Rogue Studio as static files: ${folder}; serve them over https, or on localhost`);
}

/** A clone has no built page: it is built once. */
async function built(): Promise<void> {
  if (existsSync(new URL('index.html', studioFolder))) return;
  const root = new URL(packageFolder);
  const vite = fileURLToPath(new URL('node_modules/vite/bin/vite.js', root));
  if (!existsSync(new URL('studio/index.html', root)) || !existsSync(vite))
    throw new Error('the studio is not part of this installation; install the package again.');
  console.error('rogue: building the studio once…');
  const code = await new Promise<number | null>((done, fail) => {
    spawn(process.execPath, [vite, 'build', 'studio', '--logLevel', 'error'], {
      cwd: fileURLToPath(root),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
      .once('error', fail)
      .once('exit', done);
  });
  if (code !== 0) throw new Error('the studio could not be built; run "npm ci" and try again.');
}
