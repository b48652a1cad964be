import { createHash } from 'node:crypto';
import { InvalidArgumentError } from 'commander';

/** One of several parts of a batch, from 1 on. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

/** The most parts. */
const MOST = 100_000;

/** Parses `3/16`. */
export function shardOf(value: string): Shard {
  const [, part, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const shard = { part: Number(part), of: Number(of) };
  if (!(shard.part >= 1 && shard.part <= shard.of && shard.of <= MOST))
    throw new InvalidArgumentError('Expected a part and their number, as 3/16: the third of sixteen.');
  return shard;
}

/**
 * Whether a picture belongs to a part: by a digest of its name, so that it stays in its part whatever comes
 * or goes beside it, and on whatever machine.
 * @param name relative to the folder that was given
 */
export function isInShard(name: string, { part, of }: Shard): boolean {
  const digest = createHash('sha256').update(name.replaceAll('\\', '/')).digest();
  return digest.readUInt32BE(0) % of === part - 1;
}
