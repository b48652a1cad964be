import { CommanderError } from 'commander';

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

/** System errors that concern the place where results go. */
const outputReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied', EPERM: 'permission denied', EROFS: 'the file system is read-only', ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up', EFBIG: 'the file is larger than this system allows', ENOTDIR: 'a part of the path is a file, not a folder', EEXIST: 'a file of that name is in the way',
  ENAMETOOLONG: 'the name is too long', ENOENT: 'the folder cannot be made there', EMFILE: 'too many open files',
};

/** Says in one line why something could not be written. */
export function outputError(path: string, error: unknown): OutputError {
  if (error instanceof OutputError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = outputReasons[code] ?? (code || String((error as Error).message).split('\n')[0]);
  return new OutputError(`cannot write ${path}: ${reason}; choose another folder with -o`, { cause: error });
}

/** One line about any error. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.replace(/^error: /, '').trim() || 'unknown error';
}

/** The exit code of an error that ended the command, after its line is printed. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version come as "errors" with code 0; commander has printed them, and its own messages, already.
    return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
  }
  console.error(`rogue: ${messageOf(error)}`);
  if (process.env['ROGUE_DEBUG'] && error instanceof Error) console.error(error.stack);
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}
