import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * The package's own names folders of one cloud's machines; without a font Chromium ends at its first page.
 * This one names the folder beside it, wherever that is.
 */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

export interface ChromiumProgram {
  readonly executablePath: string;
  readonly env: Record<string, string>;
}

const manifest = fileURLToPath(
  new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url),
);
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

/**
 * Chromium as the npm package brings it, with the libraries that a bare machine lacks; unpacked once.
 * `CHROMIUM` names another one, which other processors than x64 need.
 */
export async function chromiumProgram(): Promise<ChromiumProgram> {
  const own =
    process.env['CHROMIUM'] ??
    (process.arch === 'x64' && process.platform === 'linux'
      ? undefined
      : ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path)));
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (own) return { executablePath: own, env };
  if (process.arch !== 'x64' || process.platform !== 'linux')
    throw new Error('npm has no Chromium for this machine; install one and set CHROMIUM to its path.');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = `${cache}chromium/${version}`;
  if (!existsSync(`${folder}/chromium`)) await unpack(folder);
  return {
    executablePath: `${folder}/chromium`,
    env: {
      ...env,
      LD_LIBRARY_PATH: [`${folder}/al2023/lib`, env['LD_LIBRARY_PATH'] ?? ''].join(':'),
      FONTCONFIG_FILE: `${folder}/fonts/fonts.conf`,
    },
  };
}

/** Unpacks everything beside the place and moves it there when it is whole. */
async function unpack(folder: string): Promise<void> {
  const staging = `${folder}-${process.pid}`;
  const before = { ...process.env };
  await mkdir(staging, { recursive: true });
  try {
    // The package unpacks into the folder for temporary files, and its libraries only where it takes the
    // machine for a bare one.
    Object.assign(process.env, { TMPDIR: staging, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' });
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    await writeFile(`${staging}/fonts/fonts.conf`, fontsConf);
    await rename(staging, folder).catch((error: unknown) => {
      if (!existsSync(`${folder}/chromium`)) throw error;
    });
  } finally {
    for (const name of Object.keys(process.env))
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    await rm(staging, { recursive: true, force: true });
  }
}
