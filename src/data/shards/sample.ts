import { tarMember } from '../../io/tar.js';

/** One sample of a WebDataset shard: files of the same name with different endings. */
export interface ShardSample {
  /** The common name, such as `000123`; folders included. */
  readonly key: string;
  /** Contents by ending, such as `jpg`, `json` or `safetensors`; an ending may have dots of its own. */
  readonly members: ReadonlyMap<string, Uint8Array>;
}

/** The contents of a sample that is to be written, by ending. */
export type SampleMembers = Readonly<Record<string, Uint8Array>>;

const KEY_DIGITS = 6;

/** The key of sample `index`: `000000`, `000001`, …; more digits from a million on. */
export function sampleKey(index: number): string {
  return String(index).padStart(KEY_DIGITS, '0');
}

const LONGEST_PATH = 4096;

/**
 * Splits a member's path as WebDataset does: the key ends at the first dot of the file's own name, the ending
 * follows it.
 * @returns nothing for names without key or ending, which belong to no sample
 */
export function splitMemberName(path: string): { key: string; ending: string } | undefined {
  // Longer than any path; the pattern takes quadratic time.
  if (path.length > LONGEST_PATH) return undefined;
  const match = /^(?:\.\/)*((?:.*\/)?[^./]+)\.([^/]+)$/.exec(path);
  return match ? { key: match[1]!, ending: match[2]! } : undefined;
}

/**
 * The sample's part of a tar file, members in the order of their endings' names.
 * @throws RangeError for a sample without members, a key with dots or an ending that would be read as another
 *   one
 * @throws TarError for names that are too long
 */
export function tarOfSample(key: string, members: SampleMembers): Uint8Array {
  const endings = Object.keys(members).sort();
  if (endings.length === 0)
    throw new RangeError(`tarOfSample: expected at least one member in sample "${key}".`);
  const parts = endings.map((ending) => {
    const name = `${key}.${ending}`;
    const back = splitMemberName(name);
    if (back?.key !== key || back.ending !== ending)
      throw new RangeError(
        `tarOfSample: "${name}" would not be read as ending "${ending}" of sample "${key}".`,
      );
    return tarMember(name, members[ending]!);
  });
  return concatenated(parts);
}

/** Byte strings one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A member's content. @throws Error naming sample and member when it is missing */
export function memberBytes({ key, members }: ShardSample, ending: string): Uint8Array {
  const content = members.get(ending);
  if (!content) throw new Error(`sample ${key} has no member ${ending}`);
  return content;
}

/** A member's content as JSON. @throws Error naming sample and member when it is missing or is no JSON */
export function memberJson(sample: ShardSample, ending = 'json'): unknown {
  const bytes = memberBytes(sample, ending);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error(`member ${ending} of sample ${sample.key} is not JSON`);
  }
}
