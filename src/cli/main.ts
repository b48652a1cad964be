import { Command } from 'commander';
import { version } from '../fit/version.js';
import { addCorruptCommand } from './corrupt-command.js';
import { addEvaluateCommand } from './evaluate-command.js';
import { addExportCommand } from './export-command.js';
import { addMergeCommand } from './merge-command.js';
import { addModelCommand } from './model-command.js';
import { addReconstructCommand } from './reconstruct-command.js';
import { exitCodes, reportFailure } from './errors.js';
import { addStudioCommand } from './studio-command.js';
import { addSynthCommand } from './synth-command.js';
import { addTrainCommand } from './train-command.js';
import { printable, printableLines } from './terminal.js';

/** Runs the command line; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const status = { code: exitCodes.good as number };
  const program = new Command('rogue')
    .description('Turns one photo of a face, also a covered one, into a complete 3D head.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(see rogue --help)')
    .configureOutput({
      outputError: (text, write) => {
        // One line, and where commander knows a like word a second one.
        const hint = /\n\(Did you mean [^\n]*\)$/.exec(text.trimEnd())?.[0] ?? '';
        const message = text.trimEnd().slice(0, text.trimEnd().length - hint.length);
        write(`${printable(message.replace(/^error: /, 'rogue: '))}${printableLines(hint)}\n`);
      },
    });
  addReconstructCommand(program, status);
  addMergeCommand(program);
  addCorruptCommand(program, status);
  addSynthCommand(program);
  addTrainCommand(program);
  addExportCommand(program);
  addEvaluateCommand(program);
  addModelCommand(program);
  addStudioCommand(program);
  program.addHelpText('after', '\nExit codes: 0 all good, 1 some input failed, 2 wrong usage.');
  try {
    await program.parseAsync(args, { from: 'user' });
    return status.code;
  } catch (error) {
    return reportFailure(error);
  }
}
