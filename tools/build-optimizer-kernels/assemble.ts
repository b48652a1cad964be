import { readFile } from 'node:fs/promises';
import loadWabt from 'wabt';

/** The WebAssembly bytes of `kernels.wat`. */
export async function assembleKernels(): Promise<Uint8Array> {
  const wabt = await loadWabt();
  const module = wabt.parseWat(
    'kernels.wat',
    await readFile(new URL('kernels.wat', import.meta.url), 'utf8'),
    { simd: true },
  );
  try {
    module.validate();
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/** The text of src/train/kernel-bytes.ts. */
export function kernelSource(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,104}/g)!;
  return [
    '// Written by `npx tsx tools/build-optimizer-kernels/main.ts` from kernels.wat beside it; do not edit.',
    '',
    "/** The optimisers' WebAssembly module in base64. */",
    'export const kernelBytes = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}
