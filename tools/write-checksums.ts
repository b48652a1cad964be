/**
 * Writes `assets/checksums.json`, by which loading tells damaged files: to be run whenever an asset changes.
 *
 *     npx tsx tools/write-checksums.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { checksumsFile, sha256 } from '../src/io/asset-checksums.js';
import { assetFiles, assetPath } from '../src/node/files/assets.js';

const sums: Record<string, string> = {};
for (const file of Object.values(assetFiles).sort())
  sums[file] = (await sha256(await readFile(assetPath(file))))!;
await writeFile(assetPath(checksumsFile), `${JSON.stringify(sums, undefined, 2)}\n`);
