/** SHA-256 of an assets folder's files, hexadecimal, by name: its `checksums.json`. */
export type AssetChecksums = Readonly<Record<string, string>>;

/** Name of the file in an assets folder. */
export const checksumsFile = 'checksums.json';

/**
 * Reads a folder's `checksums.json`.
 * @throws Error of one line when it is damaged
 */
export function readChecksums(bytes: Uint8Array): AssetChecksums {
  try {
    const sums = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    const entries = Object.entries(sums as object);
    if (entries.every(([, sum]) => typeof sum === 'string' && /^[0-9a-f]{64}$/.test(sum)))
      return Object.fromEntries(entries) as AssetChecksums;
  } catch {
    // Said below.
  }
  throw new Error(`${checksumsFile} of the assets is damaged; install the package again`);
}

/** Hexadecimal SHA-256; nothing in pages without a secure origin, which have no cryptography. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  const digest = await subtle?.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return digest && Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Compares files with their checksums, away from the main thread. Files that none is known of pass: they are
 * of the user's own making.
 * @throws Error of one line naming the first damaged file
 */
export async function checkAssets(
  sums: AssetChecksums,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  await Promise.all(
    Object.entries(files).map(async ([name, bytes]) => {
      const expected = sums[name];
      if (expected === undefined) return;
      const sum = await sha256(bytes);
      if (sum !== undefined && sum !== expected)
        throw new Error(
          `asset ${name} is damaged (${checksumsFile} names another SHA-256); install the package again`,
        );
    }),
  );
}

/**
 * What is being made of files, once they are known to be whole.
 * @param discard frees what was made of damaged ones
 * @throws the error of the check, else that of the making
 */
export async function onceChecked<T>(
  check: Promise<void>,
  making: Promise<T>,
  discard: (made: T) => Promise<void>,
): Promise<T> {
  const [checked, made] = await Promise.allSettled([check, making]);
  if (checked.status === 'rejected') {
    if (made.status === 'fulfilled') await discard(made.value);
    throw checked.reason;
  }
  if (made.status === 'rejected') throw made.reason;
  return made.value;
}
