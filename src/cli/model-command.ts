import type { Command } from 'commander';

/** `rogue model info` and `rogue model preview`. */
export function addModelCommand(program: Command): void {
  const model = program.command('model').description('look at the head model');
  model
    .command('info')
    .description('what the head model holds, in numbers')
    .action(async () => {
      await (await import('./model-info.js')).printModelInfo();
    });
  model
    .command('preview')
    .description('draw a contact sheet: mean, shape modes, expressions, skins')
    .option('-o, --out <file>', 'the PNG file to write', 'head-model.png')
    .action(async ({ out }: { out: string }) => {
      await (await import('./model-preview.js')).writeModelPreview(out);
    });
}
