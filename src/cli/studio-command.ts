import type { Command } from 'commander';
import { integerWithin } from './option-values.js';
import type { StudioFlags } from './studio.js';

/** `rogue studio`. */
export function addStudioCommand(program: Command): void {
  program
    .command('studio')
    .description('the reconstruction as a page in your browser; nothing leaves this machine')
    .option(
      '--port <number>',
      'where it listens, on this machine only; where it is taken, any free port',
      integerWithin(0, 65535),
      5180,
    )
    .option('--no-open', 'only print the address')
    .option('--export <folder>', 'write the page as static files for any web host, instead of serving it')
    .action(async (flags: StudioFlags) => {
      const { exportStudio, runStudio } = await import('./studio.js');
      await (flags.export === undefined ? runStudio(flags) : exportStudio(flags.export));
    });
}
