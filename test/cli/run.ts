import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, vi } from 'vitest';
import { main } from '../../src/cli/main.js';

export { temporaryFolder } from '../node/temporary-folder.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** All files below a folder, relative, sorted; hidden ones too. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export interface Output {
  readonly out: string[];
  readonly err: string[];
}

/** Collects what is printed from now to the end of the test. */
export function captureOutput(): Output {
  const out: string[] = [];
  const err: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
    out.push(String(line));
  });
  vi.spyOn(console, 'error').mockImplementation((line: unknown) => {
    err.push(String(line));
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out.push(String(text));
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err.push(String(text));
    return true;
  });
  return { out, err };
}

/** Runs the command line in this process. */
export async function rogue(...args: string[]): Promise<Output & { readonly code: number }> {
  const output = captureOutput();
  const code = await main(args);
  vi.restoreAllMocks();
  return { ...output, code };
}
