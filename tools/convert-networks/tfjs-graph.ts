import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { halfToFloat } from './half.js';

/** A constant of the source graph, dequantised to 32-bit values. */
export interface TfConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** True when every value came from a 16-bit float, so that storing it as one again loses nothing. */
  readonly halfPrecision: boolean;
}

/** One operator of the source graph; attributes in their decoded form. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, TfAttribute>>;
}

export type TfAttribute = number | boolean | string | readonly number[] | readonly string[];

export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly constants: ReadonlyMap<string, TfConstant>;
}

/** The TensorFlow.js graph-model file, as far as it is read here. */
interface ModelFile {
  readonly modelTopology: { readonly node: readonly RawNode[] };
  readonly weightsManifest: readonly { readonly weights: readonly WeightEntry[] }[];
}

interface RawNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, RawAttribute>>;
}

interface RawAttribute {
  readonly s?: string;
  readonly i?: string | number;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: string;
  readonly list?: { readonly i?: readonly (string | number)[]; readonly s?: readonly string[] };
  readonly shape?: { readonly dim?: readonly { readonly size: string }[] };
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization?: { readonly dtype: string; readonly min?: number; readonly scale?: number };
}

/**
 * Reads a TensorFlow.js graph model (`<model>.json` and its `<model>.bin`). Format:
 * https://www.tensorflow.org/js/guide/save_load and the `weightsManifest` comments of tfjs-core's `io` types.
 */
export async function readTfjsGraph(jsonPath: string): Promise<TfGraph> {
  const file = JSON.parse(await readFile(jsonPath, 'utf8')) as ModelFile;
  const weights = await readFile(join(dirname(jsonPath), `${basename(jsonPath, '.json')}.bin`));
  const constants = new Map<string, TfConstant>();
  let offset = 0;
  for (const entry of file.weightsManifest.flatMap((group) => group.weights)) {
    const { constant, bytes } = readWeight(weights, offset, entry);
    constants.set(entry.name, constant);
    offset += bytes;
  }
  if (offset !== weights.length) {
    throw new Error(
      `readTfjsGraph ${jsonPath}: the manifest describes ${offset} bytes, the weights hold ${weights.length}.`,
    );
  }
  const nodes = file.modelTopology.node.map((raw): [string, TfNode] => [
    raw.name,
    // "^x" are control dependencies and ":0" names an operator's only output.
    {
      name: raw.name,
      op: raw.op,
      inputs: (raw.input ?? [])
        .filter((name) => !name.startsWith('^'))
        .map((name) => name.replace(/:0$/, '')),
      attributes: Object.fromEntries(
        Object.entries(raw.attr ?? {}).map(([key, value]) => [key, readAttribute(value)]),
      ),
    },
  ]);
  return { nodes: new Map(nodes), constants };
}

function readWeight(
  file: Buffer,
  offset: number,
  entry: WeightEntry,
): { constant: TfConstant; bytes: number } {
  const count = entry.shape.reduce((product, size) => product * size, 1);
  const stored = entry.quantization?.dtype ?? entry.dtype;
  const width = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 }[stored];
  if (width === undefined)
    throw new Error(`readTfjsGraph: weight ${entry.name} is stored as ${stored}, which is not supported.`);
  const { min = 0, scale = 1 } = entry.quantization ?? {};
  const data = entry.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const at = offset + k * width;
    if (stored === 'float32') data[k] = file.readFloatLE(at);
    else if (stored === 'int32') data[k] = file.readInt32LE(at);
    else if (stored === 'float16') data[k] = halfToFloat(file.readUInt16LE(at));
    else data[k] = min + scale * (width === 2 ? file.readUInt16LE(at) : file.readUInt8(at));
  }
  return {
    constant: { shape: entry.shape, data, halfPrecision: stored === 'float16' },
    bytes: count * width,
  };
}

function readAttribute(raw: RawAttribute): TfAttribute {
  if (raw.s !== undefined) return decodeText(raw.s);
  if (raw.i !== undefined) return Number(raw.i);
  if (raw.f !== undefined) return raw.f;
  if (raw.b !== undefined) return raw.b;
  if (raw.type !== undefined) return raw.type;
  if (raw.list?.s) return raw.list.s.map(decodeText);
  if (raw.list) return (raw.list.i ?? []).map(Number);
  return (raw.shape?.dim ?? []).map((dim) => Number(dim.size));
}

function decodeText(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
