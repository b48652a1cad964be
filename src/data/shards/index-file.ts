import { z } from 'zod';

/** The name of the file beside the shards that lists them. */
export const indexFileName = 'index.json';

/** A list of shards that cannot be used. The message is one line. */
export class ShardIndexError extends Error {
  override readonly name = 'ShardIndexError';
}

const count = z.int().nonnegative();

const entrySchema = z.strictObject({
  file: z
    .string()
    .regex(/^[^/\\]+\.tar$/)
    .describe('Name of the shard, beside this file.'),
  first: count.describe('Index of its first sample.'),
  samples: z.int().positive(),
  bytes: z.int().positive().describe('Length of the file.'),
});

/** The content of `index.json`: the shards that are finished, in order. Version 1. */
export const shardIndexSchema = z.strictObject({
  schema: z.literal('rogue-face/shards'),
  version: z.literal(1),
  prefix: z.string().regex(/^[A-Za-z0-9_-]+$/),
  samplesPerShard: z.int().positive(),
  settings: z.json().describe('What the samples were made with; a later run must use the same.'),
  shards: z.array(entrySchema),
});

export type ShardIndex = z.infer<typeof shardIndexSchema>;
export type ShardEntry = z.infer<typeof entrySchema>;

/** @throws ShardIndexError for anything else than the text of an `index.json` */
export function readShardIndex(text: string): ShardIndex {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ShardIndexError(`${indexFileName} is not JSON`);
  }
  const parsed = shardIndexSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new ShardIndexError(
    `${indexFileName} does not list shards: ${issue.path.join('.') || 'content'}: ${issue.message.split('\n')[0]}`,
  );
}

/** The file name of shard `number`: `faces-000000.tar`, `faces-000001.tar`, … */
export function shardName(prefix: string, number: number): string {
  return `${prefix}-${String(number).padStart(6, '0')}.tar`;
}
