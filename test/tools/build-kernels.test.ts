import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { kernelFiles, kernelSource } from '../../tools/build-kernels/assemble.js';

it.for(kernelFiles)('the committed bytes are what the tool makes of $text', async (kernel) => {
  expect(await readFile(kernel.file, 'utf8')).toBe(await kernelSource(kernel));
});
