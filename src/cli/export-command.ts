import type { Command } from 'commander';
import { print } from './terminal.js';

/** `rogue export`. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write the network of a training run as an ONNX file')
    .argument('<runs...>', 'folder of "rogue train"; of several that began with each other, the mean')
    .option('-o, --out <file>', 'the file', 'head-regressor.onnx')
    .option('--half', 'store weights in float16: half the file, three digits')
    .action(
      async (runs: string[], { out, half = false }: { readonly out: string; readonly half?: boolean }) => {
        const [{ exportRun }, { writeWhole }] = await Promise.all([
          import('../node/training/export-run.js'),
          import('../node/files/whole-file.js'),
        ]);
        const file = await exportRun(runs, half);
        await writeWhole(out, file);
        print(`${out}: ${(file.length / 1e6).toFixed(1)} MB`);
      },
    );
}
