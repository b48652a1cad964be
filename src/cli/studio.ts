import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { assetPath } from '../node/files/assets.js';
import { makeFolder } from '../node/files/make-folder.js';
import { StagingFolder } from '../node/files/staging-folder.js';
import { serveStudio, studioFolder } from '../node/studio/studio-server.js';
import { modelFiles, runtimeFiles, runtimeFolder } from '../node/studio/studio-site.js';
import { packageFolder } from '../runtime/package-folder.js';
import { InterruptedError, OutputError, outputError } from './errors.js';
import { interruptible } from './interruptible.js';
import { complain, print } from './terminal.js';

export interface StudioFlags {
  readonly port: number;
  readonly open: boolean;
  readonly export?: string;
}

/** Serves the studio until Ctrl-C, and shows it in the browser. */
export async function runStudio({ port, open }: Pick<StudioFlags, 'port' | 'open'>): Promise<void> {
  await built();
  const server = await serveStudio({ port });
  print(`Rogue Studio: ${server.url}  (Ctrl-C ends it)`);
  try {
    await interruptible('', async (signal) => {
      if (open)
        await import('open')
          .then(({ default: show }) => show(server.url))
          .catch(() => {
            complain('rogue: no browser could be opened; open the address above yourself.');
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

/** The file by which an export is known again, with all that it wrote. */
const markFile = 'rogue-studio.json';
const markSchema = z.object({ schema: z.literal('rogue-face/studio'), files: z.array(z.string()) });

/**
 * Writes page, head model and networks as static files; the folder appears whole or not at all. An earlier
 * export is replaced.
 * @throws OutputError for a folder that has something else in it, or cannot be written
 */
export async function exportStudio(folder: string): Promise<void> {
  await built();
  const target = resolve(folder);
  let staging: StagingFolder | undefined;
  try {
    await makeFolder(dirname(target));
    staging = await StagingFolder.open(dirname(target));
    await refuseForeign(target, folder);
    const site = staging.next();
    await cp(fileURLToPath(studioFolder), site, { recursive: true });
    for (const file of modelFiles) await cp(assetPath(file), join(site, 'model', file));
    for (const file of runtimeFiles) await cp(join(runtimeFolder(), file), join(site, 'ort', file));
    const files = [...(await filesBelow(site)), markFile];
    await writeFile(join(site, markFile), JSON.stringify({ schema: 'rogue-face/studio', files }));
    // Once more: what was put there in the meantime is not ours either.
    await refuseForeign(target, folder);
    staging.publish(site, basename(target));
  } catch (error) {
    throw outputError(folder, error);
  } finally {
    await staging?.close();
  }
  print(`Rogue Studio as static files: ${folder}; serve them over https, or on localhost`);
}

/** @throws OutputError for a place that holds anything but what an export wrote */
async function refuseForeign(target: string, folder: string): Promise<void> {
  const there = await lstat(target).catch(() => undefined);
  if (!there) return;
  const present = there.isDirectory() ? await filesBelow(target) : [basename(target)];
  const mark = await readFile(join(target, markFile), 'utf8').catch(() => '');
  const own = new Set(markedFiles(mark));
  const foreign = present.find((file) => !own.has(file));
  if (foreign !== undefined)
    throw new OutputError(
      `cannot write ${folder}: it has something else in it, ${foreign}; name a new folder with --export`,
    );
}

function markedFiles(mark: string): readonly string[] {
  try {
    return markSchema.parse(JSON.parse(mark)).files;
  } catch {
    return [];
  }
}

/** What lies in a folder and those below it, but folders; relative, with slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

/** A clone has no built page: it is built once. */
async function built(): Promise<void> {
  if (existsSync(new URL('index.html', studioFolder))) return;
  const root = new URL(packageFolder);
  const vite = fileURLToPath(new URL('node_modules/vite/bin/vite.js', root));
  if (!existsSync(new URL('studio/index.html', root)) || !existsSync(vite))
    throw new Error('the studio is not part of this installation; install the package again.');
  complain('rogue: building the studio once…');
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
