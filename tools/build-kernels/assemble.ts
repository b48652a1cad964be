import { readFile } from 'node:fs/promises';
import loadWabt from 'wabt';

/** A WebAssembly text beside this file, and the module of `src` that its bytes go to. */
export interface KernelFile {
  readonly text: string;
  readonly what: string;
  readonly file: string;
}

export const kernelFiles: readonly KernelFile[] = [
  { text: 'optimizer.wat', what: "The optimisers' inner loops", file: 'src/train/kernel-bytes.ts' },
  {
    text: 'least-squares.wat',
    what: 'Inner loops of least squares',
    file: 'src/math/least-squares-bytes.ts',
  },
];

/** The content of a kernel's module: WebAssembly in base64. */
export async function kernelSource({ text, what }: KernelFile): Promise<string> {
  const lines = Buffer.from(await assemble(text))
    .toString('base64')
    .match(/.{1,104}/g)!;
  return [
    `// Written by \`npx tsx tools/build-kernels/main.ts\` from ${text} beside it; do not edit.`,
    '',
    `/** ${what}: a WebAssembly module in base64. */`,
    'export const kernelBytes = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

async function assemble(text: string): Promise<Uint8Array> {
  const wabt = await loadWabt();
  const source = await readFile(new URL(text, import.meta.url), 'utf8');
  const module = wabt.parseWat(text, source, { simd: true });
  try {
    module.validate();
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}
