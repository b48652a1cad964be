import { TensorReader } from '../../model/tensor-reader.js';
import type { NamedTensors, Tensor } from '../../model/tensor-reader.js';

/** What `metadata.format` of a people file must say. */
export const PEOPLE_FORMAT = 'rogue-people';
export const PEOPLE_FORMAT_VERSION = '2';

/** A people file is not one, or is damaged. The message is one line and names the remedy. */
export class PeopleFileError extends Error {
  override readonly name = 'PeopleFileError';
}

/**
 * A surface that hangs on the reference vertices: each vertex is a weighted sum of K of them plus an offset,
 * mm. K is the same for all vertices of a surface; weights may be 0.
 */
export interface Following {
  /** V×K */
  readonly references: Uint16Array;
  /** V×K */
  readonly weights: Float32Array;
  /** V×3, mm. */
  readonly offsets: Float32Array;
}

export interface HairStyle extends Following {
  readonly name: string;
  /** T×3 */
  readonly triangles: Uint16Array;
  /** U×2 */
  readonly uvs: Float32Array;
  /** T×3 indices into `uvs`. */
  readonly uvTriangles: Uint16Array;
  /** Two channels: lightness and alpha. Colours are the person's. */
  readonly texture: { readonly size: number; readonly data: Uint8Array };
}

/**
 * Everything that makes people differ in shape, beyond the compact basis of the head model: MakeHuman's morph
 * targets over the reference vertices, which are the head model's skin, cavity and socket vertices in their
 * order and then helpers.
 */
export interface People {
  /** R×3, mm, body coordinates (+y up, +z front). */
  readonly base: Float32Array;
  /** How many of the reference vertices, from the first on, are vertices of the head model. */
  readonly headCount: number;
  readonly targetNames: readonly string[];
  /** Sparse displacements: target t has the entries `starts[t]` to `starts[t + 1]`. */
  readonly starts: Uint32Array;
  readonly vertices: Uint16Array;
  /** Three per entry, times `scales[t]` mm. */
  readonly steps: Int16Array;
  readonly scales: Float32Array;
  /** The vertices of the head model's skin beyond those: finer ones, and the bust's. */
  readonly beyond: Following;
  /** The head model's further parts, in their order: eyes, teeth, mouth, lashes. */
  readonly parts: Following;
  readonly hair: readonly HairStyle[];
}

export interface PeopleTensors {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const tensor = (shape: readonly number[], data: Tensor['data']): Tensor => ({ shape, data });

/** The content of a people file. @param metadata licence, source, builder */
export function peopleToTensors(people: People, metadata: Readonly<Record<string, string>>): PeopleTensors {
  const tensors = new Map<string, Tensor>([
    ['base', tensor([people.base.length / 3, 3], people.base)],
    ['targets.starts', tensor([people.starts.length], people.starts)],
    ['targets.vertices', tensor([people.vertices.length], people.vertices)],
    ['targets.steps', tensor([people.vertices.length, 3], people.steps)],
    ['targets.scales', tensor([people.scales.length], people.scales)],
  ]);
  const follow = (prefix: string, { references, weights, offsets }: Following): void => {
    const count = offsets.length / 3;
    const each = references.length / Math.max(1, count);
    tensors.set(`${prefix}.references`, tensor([count, each], references));
    tensors.set(`${prefix}.weights`, tensor([count, each], weights));
    tensors.set(`${prefix}.offsets`, tensor([count, 3], offsets));
  };
  follow('beyond', people.beyond);
  follow('parts', people.parts);
  for (const style of people.hair) {
    follow(`hair.${style.name}`, style);
    tensors.set(`hair.${style.name}.triangles`, tensor([style.triangles.length / 3, 3], style.triangles));
    tensors.set(`hair.${style.name}.uvs`, tensor([style.uvs.length / 2, 2], style.uvs));
    tensors.set(
      `hair.${style.name}.uvTriangles`,
      tensor([style.uvTriangles.length / 3, 3], style.uvTriangles),
    );
    tensors.set(
      `hair.${style.name}.texture`,
      tensor([style.texture.size, style.texture.size, 2], style.texture.data),
    );
  }
  return {
    tensors,
    metadata: {
      format: PEOPLE_FORMAT,
      formatVersion: PEOPLE_FORMAT_VERSION,
      ...metadata,
      headCount: String(people.headCount),
      targets: JSON.stringify(people.targetNames),
      hair: JSON.stringify(people.hair.map(({ name }) => name)),
    },
  };
}

/**
 * Reads a people file.
 * @throws PeopleFileError of one line when it is another file, another version or damaged
 */
export function peopleFromTensors(tensors: NamedTensors, metadata: Readonly<Record<string, string>>): People {
  const fail = (problem: string): never => {
    throw new PeopleFileError(`people file: ${problem}; build it again with "npm run build-people".`);
  };
  if (metadata['format'] !== PEOPLE_FORMAT)
    fail(`its format is "${metadata['format'] ?? 'none'}", expected "${PEOPLE_FORMAT}"`);
  if (metadata['formatVersion'] !== PEOPLE_FORMAT_VERSION)
    fail(`its version is ${metadata['formatVersion'] ?? 'missing'}, expected ${PEOPLE_FORMAT_VERSION}`);
  const reader = new TensorReader(tensors, fail);
  const base = reader.floats('base', [undefined, 3]);
  const count = base.length / 3;
  const names = (key: string): string[] => {
    const list: unknown = JSON.parse(metadata[key] ?? 'null');
    return Array.isArray(list) && list.every((name) => typeof name === 'string')
      ? list
      : fail(`metadata "${key}" should list names`);
  };
  const targetNames = names('targets');
  const headCount = Number(metadata['headCount']);
  if (!(headCount > 0 && headCount <= count)) fail('metadata "headCount" does not fit the vertices');
  const vertices = reader.integers('targets.vertices', [undefined], count) as Uint16Array;
  const starts = reader.integers(
    'targets.starts',
    [targetNames.length + 1],
    vertices.length + 1,
  ) as Uint32Array;
  if (starts.some((start, i) => i > 0 && start < starts[i - 1]!))
    fail('tensor "targets.starts" should ascend');
  const follow = (prefix: string): Following => {
    const references = reader.integers(`${prefix}.references`, [undefined, undefined], count) as Uint16Array;
    const [followers, each] = reader.shape(`${prefix}.references`) as [number, number];
    return {
      references,
      weights: reader.floats(`${prefix}.weights`, [followers, each]),
      offsets: reader.floats(`${prefix}.offsets`, [followers, 3]),
    };
  };
  const hair = names('hair').map((name): HairStyle => {
    const prefix = `hair.${name}`;
    const following = follow(prefix);
    const uvs = reader.floats(`${prefix}.uvs`, [undefined, 2]);
    const size = reader.shape(`${prefix}.texture`)[0]!;
    const triangles = reader.integers(
      `${prefix}.triangles`,
      [undefined, 3],
      following.offsets.length / 3,
    ) as Uint16Array;
    return {
      name,
      ...following,
      triangles,
      uvs,
      uvTriangles: reader.integers(
        `${prefix}.uvTriangles`,
        [triangles.length / 3, 3],
        uvs.length / 2,
      ) as Uint16Array,
      texture: { size, data: reader.integers(`${prefix}.texture`, [size, size, 2], 256) as Uint8Array },
    };
  });
  return {
    base,
    headCount,
    targetNames,
    starts,
    vertices,
    steps: reader.steps('targets.steps', [vertices.length, 3]) as Int16Array,
    scales: reader.floats('targets.scales', [targetNames.length]),
    beyond: follow('beyond'),
    parts: follow('parts'),
    hair,
  };
}
