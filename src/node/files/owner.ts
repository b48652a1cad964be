import { randomBytes, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, on whatever machine, told apart from later ones of the same number. */
export interface Owner {
  /** Digest of the machine's name. */
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own count; empty where the system does not say. */
  readonly start: string;
}

const here = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

export function thisProcess(): Owner {
  return { host: here, pid: process.pid, start: startOf(process.pid) };
}

/** Whether a process may still be there; those of other machines may. */
export function mayLive({ host, pid, start }: Owner): boolean {
  if (host !== here) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and someone else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return now === '' || start === '' || now === start;
}

/** Linux tells when a process started: field 22 of its `stat`, behind a name that may hold anything. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** A new name that tells its owner: `<host>-<pid>-<start>-<random>`. */
export function ownedName(): string {
  const { host, pid, start } = thisProcess();
  return `${host}-${pid}-${start}-${randomBytes(4).toString('hex')}`;
}

/** Whose a name is; nothing for another one. */
export function ownerOf(name: string): Owner | undefined {
  const found = /^([0-9a-f]{8})-(\d{1,10})-(\d{0,20})-[0-9a-f]{8}$/.exec(name);
  return found ? { host: found[1]!, pid: Number(found[2]), start: found[3]! } : undefined;
}
