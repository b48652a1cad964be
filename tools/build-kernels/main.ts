/**
 * Writes the WebAssembly of inner loops into modules of `src`.
 *
 *     npx tsx tools/build-kernels/main.ts
 */
import { writeFile } from 'node:fs/promises';
import { kernelFiles, kernelSource } from './assemble.js';

for (const kernel of kernelFiles)
  await writeFile(new URL(`../../${kernel.file}`, import.meta.url), await kernelSource(kernel));
