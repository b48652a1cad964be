import { TensorReader, type NamedTensors, type Tensor } from './tensor-reader.js';

/** What `metadata.format` of a hair file must say. */
export const HAIR_FORMAT = 'rogue-hair';
export const HAIR_FORMAT_VERSION = '1';

/** A hair file is not one, or is damaged. The message is one line and names the remedy. */
export class HairFileError extends Error {
  override readonly name = 'HairFileError';
}

/**
 * How far hair reaches: `bald`, no hair; `shaved`, a shade on the scalp; `short`, above the ears' lobes;
 * `medium`, to the shoulders; `long`, beyond them; `tied` back, so that from the front it looks short.
 */
export const hairLengths = ['bald', 'shaved', 'short', 'medium', 'long', 'tied'] as const;
export type HairLength = (typeof hairLengths)[number];

/** How hair lies: `coily` in tight curls, `locs` in strands or braids of its own. */
export const hairCurls = ['straight', 'wavy', 'curly', 'coily', 'locs'] as const;
export type HairCurl = (typeof hairCurls)[number];

/** Colours that people have names for. */
export const hairTones = [
  ...['black', 'dark brown', 'brown', 'light brown', 'blond'],
  ...['red', 'grey', 'white', 'dyed'],
] as const;
export type HairTone = (typeof hairTones)[number];

/** The styles of `assets/hair.safetensors`, by name. */
export const shippedStyles = [
  ...['short01', 'short02', 'short03', 'short04', 'afro01'],
  ...['medium01', 'medium02', 'bob01', 'bob02', 'long01', 'ponytail01'],
] as const;

/** Hair made of cards, at rest on the mean head. */
export interface HairStyle {
  readonly name: string;
  readonly length: HairLength;
  /** V×3, mm, head space; one texture coordinate and one normal each. */
  readonly positions: Float32Array;
  /** V×3 unit vectors, away from the head. */
  readonly normals: Float32Array;
  /** V: how far each vertex is above the mean head's skin, mm. */
  readonly heights: Float32Array;
  /** V×2, origin top left. */
  readonly uvs: Float32Array;
  /** T×3, from the inmost to the outmost, so that what is drawn in order is blended in order. */
  readonly triangles: Uint32Array;
  readonly texture: HairTexture;
}

/** Strands without their colour. */
export interface HairTexture {
  /** Texels per side. */
  readonly size: number;
  /** size×size×2: lightness, sRGB bytes of mean {@link neutralLightness} where there is hair, and alpha. */
  readonly data: Uint8Array;
}

/** The lightness, sRGB byte, that stands for the colour of the hair itself. */
export const neutralLightness = 160;

export interface HairTensors {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Steps of stored positions and heights, mm. */
const STEP = 0.025;
const HEIGHT_STEP = 0.5;

interface StyleEntry {
  readonly name: string;
  readonly length: HairLength;
  /** The style whose texture it wears; its own by default. */
  readonly wears?: string;
}

/**
 * The content of a hair file. Textures are stored as differences of neighbours in a row, deflated, and once
 * where several styles wear one.
 * @param metadata licence, source, builder
 * @param deflate to zlib's format
 */
export function hairToTensors(
  styles: readonly HairStyle[],
  metadata: Readonly<Record<string, string>>,
  deflate: (bytes: Uint8Array) => Uint8Array,
): HairTensors {
  const tensors = new Map<string, Tensor>();
  const wornBy = new Map<HairTexture, string>();
  for (const { name, positions, normals, heights, uvs, triangles, texture } of styles) {
    const count = positions.length / 3;
    const add = (what: string, shape: readonly number[], data: Tensor['data']): void => {
      tensors.set(`${name}.${what}`, { shape, data });
    };
    add(
      'positions',
      [count, 3],
      Int16Array.from(positions, (value) => Math.round(value / STEP)),
    );
    add(
      'normals',
      [count, 3],
      Int8Array.from(normals, (value) => Math.round(127 * value)),
    );
    add(
      'heights',
      [count],
      Uint8Array.from(heights, (value) => Math.min(255, Math.max(0, Math.round(value / HEIGHT_STEP)))),
    );
    add(
      'uvs',
      [count, 2],
      Uint16Array.from(uvs, (value) => Math.round(65_535 * Math.min(1, Math.max(0, value)))),
    );
    add('triangles', [triangles.length / 3, 3], Uint16Array.from(triangles));
    if (wornBy.has(texture)) continue;
    wornBy.set(texture, name);
    const packed = deflate(differences(texture));
    add('texture', [packed.length], packed);
    add('textureSize', [1], Uint16Array.of(texture.size));
  }
  const entries = styles.map(({ name, length, texture }): StyleEntry => {
    const wears = wornBy.get(texture)!;
    return { name, length, ...(wears !== name && { wears }) };
  });
  return {
    tensors,
    metadata: {
      format: HAIR_FORMAT,
      formatVersion: HAIR_FORMAT_VERSION,
      ...metadata,
      styles: JSON.stringify(entries),
    },
  };
}

/**
 * Reads a hair file.
 * @throws HairFileError of one line when it is another file, another version or damaged
 */
export async function hairFromTensors({ tensors, metadata }: HairTensors): Promise<HairStyle[]> {
  const fail = (problem: string): never => {
    throw new HairFileError(`hair file: ${problem}; install the package again.`);
  };
  if (metadata['format'] !== HAIR_FORMAT)
    fail(`its format is "${metadata['format'] ?? 'none'}", expected "${HAIR_FORMAT}"`);
  if (metadata['formatVersion'] !== HAIR_FORMAT_VERSION)
    fail(`its version is ${metadata['formatVersion'] ?? 'missing'}, expected ${HAIR_FORMAT_VERSION}`);
  const reader = new TensorReader(tensors, fail);
  const styles: HairStyle[] = [];
  const textures = new Map<string, HairTexture>();
  for (const entry of reader.json(metadata, 'styles', isStyleList)) {
    const worn = entry.wears ?? entry.name;
    const texture = textures.get(worn) ?? (await textureOf(reader, worn));
    textures.set(worn, texture);
    styles.push(styleOf(reader, entry, texture));
  }
  return styles;
}

async function textureOf(reader: TensorReader, name: string): Promise<HairTexture> {
  const size = reader.integers(`${name}.textureSize`, [1], 4097)[0]!;
  const packed = reader.integers(`${name}.texture`, [undefined], 256) as Uint8Array<ArrayBuffer>;
  const texture = await inflated(packed).catch(() => undefined);
  if (texture?.length !== 2 * size * size)
    return reader.fail(`tensor "${name}.texture" does not unpack to ${size}×${size} texels`);
  return { size, data: summed(texture, size) };
}

function styleOf(reader: TensorReader, { name, length }: StyleEntry, texture: HairTexture): HairStyle {
  const steps = reader.steps(`${name}.positions`, [undefined, 3]);
  const count = steps.length / 3;
  const normals = reader.steps(`${name}.normals`, [count, 3]);
  const heights = reader.integers(`${name}.heights`, [count], 256);
  const uvs = reader.integers(`${name}.uvs`, [count, 2], 65_536);
  const triangles = reader.integers(`${name}.triangles`, [undefined, 3], count);
  return {
    name,
    length,
    positions: new Float32Array(steps).map((value) => value * STEP),
    normals: unit(Float32Array.from(normals)),
    heights: new Float32Array(heights).map((value) => value * HEIGHT_STEP),
    uvs: new Float32Array(uvs).map((value) => value / 65_535),
    triangles: Uint32Array.from(triangles),
    texture,
  };
}

function isStyleList(value: unknown): value is StyleEntry[] {
  return (
    Array.isArray(value) &&
    value.every(
      (entry: Partial<StyleEntry> | null) =>
        typeof entry?.name === 'string' && hairLengths.includes(entry.length!),
    )
  );
}

function unit(vectors: Float32Array): Float32Array {
  for (let i = 0; i < vectors.length; i += 3) {
    const length = Math.hypot(vectors[i]!, vectors[i + 1]!, vectors[i + 2]!) || 1;
    for (let k = i; k < i + 3; k++) vectors[k]! /= length;
  }
  return vectors;
}

/** What each value differs from that of the texel to its left: smooth pictures become small numbers. */
function differences({ size, data }: HairTexture): Uint8Array {
  const out = new Uint8Array(data.length);
  const row = 2 * size;
  for (let i = 0; i < data.length; i++) out[i] = data[i]! - (i % row < 2 ? 0 : data[i - 2]!);
  return out;
}

/** The reverse of {@link differences}, in place. */
function summed(data: Uint8Array, size: number): Uint8Array {
  const row = 2 * size;
  for (let i = 0; i < data.length; i++) if (i % row >= 2) data[i]! += data[i - 2]!;
  return data;
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}
