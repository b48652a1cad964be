import { readFile, writeFile } from 'node:fs/promises';
import { valueAndGrad } from '../src/graph/gradient.js';
import { fuse } from '../src/graph/lower/fuse.js';
import { lower } from '../src/graph/lower/lower.js';
import { printModel } from '../src/graph/onnx/print.js';
import { conv2d } from '../src/graph/ops/convolution.js';
import { printProgram } from '../src/graph/program.js';
import type { Tensor } from '../src/graph/tensor.js';
import { spec, trace } from '../src/graph/trace.js';

/** The example of docs/graph.md: one convolution with its bias, rectified, and the mean as the loss. */
const specs = {
  parameters: { weight: spec([16, 16, 3, 3]), bias: spec([16, 1, 1]) },
  image: spec([2, 16, 8, 8]),
};
type Parameters = { weight: Tensor; bias: Tensor };
const step = ({ parameters, image }: { parameters: Parameters; image: Tensor }) =>
  valueAndGrad((p: Parameters) => conv2d(image, p.weight, { padding: 1 }).add(p.bias).relu().mean())(
    parameters,
  );

/**
 * Puts what the engine prints for the example into docs/graph.md, between the comments that name it: `tsx
 * tools/document-graph.ts [--check]`.
 */
async function main(args: readonly string[]): Promise<number> {
  const program = trace(step, specs);
  const blocks: Record<string, string> = {
    program: printProgram(program),
    fused: printProgram(fuse(program)),
    plain: printModel(lower(program)),
    blocked: printModel(lower(program, { target: { block: 16, hugeKernels: true } })),
  };
  const file = new URL('../docs/graph.md', import.meta.url);
  const before = await readFile(file, 'utf8');
  let text = before;
  for (const [name, content] of Object.entries(blocks)) {
    const pattern = new RegExp(`(<!-- ${name} -->\n\`\`\`text\n)[^]*?(\n\`\`\`)`);
    if (!pattern.test(text))
      throw new Error(`document-graph: docs/graph.md has no block after the comment "${name}".`);
    text = text.replace(pattern, (_, start: string, end: string) => start + content + end);
  }
  if (args.includes('--check')) return text === before ? 0 : 1;
  await writeFile(file, text);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
