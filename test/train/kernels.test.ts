import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { assembleKernels, kernelSource } from '../../tools/build-optimizer-kernels/assemble.js';

it('the committed bytes are what the tool makes of kernels.wat', async () => {
  expect(await readFile('src/train/kernel-bytes.ts', 'utf8')).toBe(kernelSource(await assembleKernels()));
});
