import { CommanderError } from 'commander';
import { reasonNotWritten, WriteError } from '../node/files/write-error.js';
import { complain, printable } from './terminal.js';

/** What the process tells its caller. */
export const exitCodes = { good: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The command was called in a way that cannot work. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The user ended the command; what is there is whole. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Results cannot be written; nothing that follows could be. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Their messages are one line, but for what names in them hold. */
const ownErrors = [UsageError, InterruptedError, OutputError, WriteError];

/** Says in one line why something could not be written. */
export function outputError(path: string, error: unknown): OutputError {
  if (error instanceof OutputError) return error;
  const reason =
    (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'the folder cannot be made there'
      : reasonNotWritten(error);
  return new OutputError(`cannot write ${path}: ${reason}; choose another folder with -o`, { cause: error });
}

/** One line about any error. */
export function messageOf(error: unknown): string {
  if (ownErrors.some((kind) => error instanceof kind)) return printable((error as Error).message);
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .split('\n')[0]!
      .replace(/^error: /, '')
      .trim() || 'unknown error'
  );
}

/** The exit code of an error that ended the command, after its line is printed. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version come as "errors" with code 0; commander has printed them, and its own messages,
    // already.
    return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
  }
  complain(`rogue: ${messageOf(error)}`);
  if (process.env['ROGUE_DEBUG'] && error instanceof Error)
    for (const line of (error.stack ?? '').split('\n')) complain(line);
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}
