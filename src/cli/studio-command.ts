import { InvalidArgumentError, type Command } from 'commander';

export interface StudioFlags {
  readonly port: number;
  readonly open: boolean;
  readonly export?: string;
}

function portNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError('Expected 0…65535.');
  return number;
}

/** `rogue studio`. */
export function addStudioCommand(program: Command): void {
  program
    .command('studio')
    .description('the reconstruction as a page in your browser; nothing leaves this machine')
    .option(
      '--port <number>',
      'where it listens, on this machine only; where it is taken, any free port',
      portNumber,
      5180,
    )
    .option('--no-open', 'only print the address')
    .option('--export <folder>', 'write the page as static files for any web host, instead of serving it')
    .action(async (flags: StudioFlags) => {
      const { exportStudio, runStudio } = await import('./studio.js');
      await (flags.export === undefined ? runStudio(flags) : exportStudio(flags.export));
    });
}
