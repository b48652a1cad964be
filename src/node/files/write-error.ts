/** Something could not be written. The message is one line with the cause and a remedy. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
}

/** System errors that concern the place where files go. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than this system allows',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'a folder of that name is in the way',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'the folder is not there and cannot be made',
  EMFILE: 'too many open files',
  EIO: 'the disk reports an error',
};

/** Why a file could not be written, in a few words. */
export function reasonNotWritten(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? (code || String((error as Error).message).split('\n')[0]!);
}

/** @param remedy what to do, as `choose another folder` */
export function writeError(path: string, error: unknown, remedy: string): WriteError {
  if (error instanceof WriteError) return error;
  return new WriteError(`cannot write ${path}: ${reasonNotWritten(error)}; ${remedy}`, { cause: error });
}
