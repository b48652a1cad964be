import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a command to its end. @throws Error with what it printed, where it fails */
export async function command(folder: string, name: string, args: readonly string[]): Promise<string> {
  try {
    // Settings of this repository, such as no install scripts, are not those of a user's project.
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key)));
    const options = { cwd: folder, env: { ...env, NEXT_TELEMETRY_DISABLED: '1' }, maxBuffer: 1 << 26 };
    const { stdout } = await run(name, args, options);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${name} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** The package as npm would publish it. @returns the path of its tarball, and the paths of the files in it */
export async function packPackage(folder: string): Promise<{ tarball: string; files: string[] }> {
  await mkdir(folder, { recursive: true });
  // Built before: `npm test` begins with it.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(await command('.', 'npm', args)) as [
    { filename: string; files: { path: string }[] },
  ];
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}
