/**
 * Writes src/train/kernel-bytes.ts, the optimisers' inner loops as WebAssembly.
 *
 *     npx tsx tools/build-optimizer-kernels/main.ts
 */
import { writeFile } from 'node:fs/promises';
import { assembleKernels, kernelSource } from './assemble.js';

await writeFile(
  new URL('../../src/train/kernel-bytes.ts', import.meta.url),
  kernelSource(await assembleKernels()),
);
