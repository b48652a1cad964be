/**
 * Compares head regressors under covers and noise, each prediction alone, without landmarks:
 *
 *   npx tsx tools/compare-regressors.ts --photos 60 --json errors.json guidance=a.onnx rogue=b.onnx
 *
 * On synthetic photos that no shard holds: vertex error and drift. On the validation and test photos beside the project, where they
 * are: landmark error (NME of the inner 51), drift, and the perceptual error by an embedding that no training saw.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadRogue, decodeImage, nodeRuntime, type Rogue } from '../src/node.js';
import { describePhoto } from '../src/data/synthetic/sample.js';
import { headVertices } from '../src/data/synthetic/covered.js';
import { Photographer } from '../src/data/synthetic/photographer.js';
import { occludedFaceOf } from '../src/data/occlusion/occluded-face.js';
import { alignedSize, alignmentCrop, alignmentPoints } from '../src/detect/alignment.js';
import { sampleCrop } from '../src/detect/crop.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { subset68 } from '../src/detect/mediapipe-to-68.js';
import { corrupt, corruptions, type CorruptionContext, type CorruptionName } from '../src/evaluate/corruptions.js';
import { landmarkBox, nme } from '../src/evaluate/landmark-error.js';
import { perceptualError } from '../src/evaluate/perceptual-error.js';
import { meanVertexDistance, vertexError } from '../src/evaluate/vertex-error.js';
import { predictedParts, predictedVertices } from '../src/fit/predicted-parts.js';
import { transformPoints } from '../src/math/camera.js';
import type { Image } from '../src/math/image.js';
import { evaluatePoints } from '../src/model/evaluate.js';
import { projectLandmarks68 } from '../src/model/project-landmarks.js';
import { cropFocal } from '../src/network/code.js';
import { fromView, type FaceBox } from '../src/network/face-view.js';
import { createHeadPredictor, type HeadPredictor, type PredictedHead } from '../src/network/head-predictor.js';
import { loadHand, loadPeople } from '../src/node/assets.js';
import { jpegCodec } from '../src/node/jpeg-codec.js';
import { partTextures } from '../src/render/head-parts.js';
import { createSceneTarget, renderScene } from '../src/render/scene.js';
import { floatOutput, type Session } from '../src/runtime/session.js';
import { boxOfHead } from '../src/train/synthetic-example.js';
import { fetchPackage } from './fetch-package.js';
import { reportingEmbedder } from './reporting-embedder.js';

/** What is known of a photo. */
interface Case {
  readonly set: 'synthetic' | 'helen' | 'webmorph';
  readonly name: string;
  readonly image: Image;
  readonly box: FaceBox;
  readonly roll: number;
  readonly context: CorruptionContext;
  /** 68 pairs. */
  readonly landmarks?: readonly number[];
  /** V×3, mm. */
  readonly vertices?: Float32Array;
  /** Of the clean photo's face. */
  readonly embedding?: Float32Array;
  /** Groups that the case belongs to. */
  readonly groups: readonly string[];
}

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { photos: { type: 'string', default: '40' }, json: { type: 'string' }, conditions: { type: 'string' } } });
const networks = positionals.map((text) => text.split('=') as [string, string]), photos = Number(flags.photos);
const conditions = flags.conditions === undefined ? corruptions : corruptions.filter((name) => flags.conditions!.split(',').includes(name));
if (networks.length === 0 || networks.some(([, file]) => file === undefined) || !(photos > 0)) {
  console.error('compare-regressors: expected networks as name=file.onnx, such as shipped=assets/networks/head-regressor.onnx.');
  process.exit(2);
}
const sets = { helen: new URL('../../shared/faces/helen-validation/', import.meta.url), webmorph: new URL('../../shared/faces/webmorph/', import.meta.url) };
/** The sets of webmorph that are for testing. */
const FOR_TESTING = /^(neutral|smiling)_front/;
/** Side of the rendering that is recognised, pixels; grey behind it. */
const RENDERING = 224, BEHIND = 128, CROP_PER_BOX = 1.6, ANOTHER_FACE = 30;

const rogue = await loadRogue({ node: { threads: 1 } }), { model } = rogue, hand = await loadHand(), runtime = nodeRuntime({ threads: 1 }), textures = partTextures(model), faceMask = model.regions.get('face')!;
const predictors = new Map<string, HeadPredictor>();
for (const [name, file] of networks) predictors.set(name, await createHeadPredictor(runtime, await readFile(file)));
const embedder = await runtime.createSession(await readFile(join(await fetchPackage(reportingEmbedder.name, reportingEmbedder.version, reportingEmbedder.integrity), reportingEmbedder.file)));
const target = createSceneTarget(RENDERING, RENDERING, { supersample: 2 });

/** Sums by `set / network / condition / measure`. */
const sums = new Map<string, { total: number; count: number }>();
/** The latest photo's corrupted copies: all networks see the same. */
const copies = new Map<string, Promise<Image>>();
let done = 0;
for await (const one of cases(rogue)) {
  for (const [name, predictor] of predictors) await measure(one, name, predictor);
  if (++done % 10 === 0) console.error(`${done} photos`);
}
const errors = Object.fromEntries([...sums].map(([key, { total, count }]) => [key, total / count]));
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(errors, undefined, 1)}\n`);
for (const set of ['synthetic', 'helen', 'webmorph']) printTable(set);
printGroups();
await Promise.all([...predictors.values()].map((predictor) => predictor.release()));
await embedder.release();
await rogue.release();

async function measure({ set, name, image, box, roll, context, landmarks, vertices, embedding, groups }: Case, network: string, predictor: HeadPredictor): Promise<void> {
  let clean: PredictedHead | undefined;
  for (const condition of conditions) {
    const head = await predictor.predict(await corrupted(name, condition, image, context), box, roll), shape = predictedVertices(model, head), add = adder(set, network, condition);
    clean ??= head;
    if (vertices) {
      const { mean, rms } = vertexError(shape, vertices, faceMask);
      add('vertex error, mm', mean);
      add('vertex error RMS, mm', rms);
      for (const group of groups) adder('groups', network, group)(condition, mean);
    }
    if (landmarks) add('NME, %', nme(fromView(head.crop, projectLandmarks68(model, shape, head.pose.rotation, head.pose.translation, { focal: cropFocal, cx: 0, cy: 0 })), landmarks, 17, 68));
    if (condition !== 'clean') {
      const before = predictedVertices(model, clean), posed = (vertices: Float32Array, { pose }: PredictedHead): Float32Array => transformPoints(pose.rotation, pose.translation, vertices, new Float32Array(vertices.length));
      add('drift pose-free, mm', meanVertexDistance(shape, before, faceMask));
      add('drift posed, mm', meanVertexDistance(posed(shape, head), posed(before, clean), faceMask));
    }
    if (embedding) add('perceptual error', perceptualError(await embeddingOfHead(head, shape), embedding));
  }
}

function corrupted(name: string, condition: CorruptionName, image: Image, context: CorruptionContext): Promise<Image> {
  const key = `${name}/${condition}`;
  if (!copies.has(key)) {
    if (![...copies.keys()].every((other) => other.startsWith(`${name}/`))) copies.clear();
    copies.set(key, corrupt(image, condition, key, context).then((made) => made.image));
  }
  return copies.get(key)!;
}

function adder(set: string, network: string, condition: string): (measure: string, value: number) => void {
  return (measured, value) => {
    const key = `${set} / ${network} / ${condition} / ${measured}`, sum = sums.get(key) ?? { total: 0, count: 0 };
    sums.set(key, { total: sum.total + value, count: sum.count + 1 });
  };
}

async function* cases(rogue: Rogue): AsyncGenerator<Case> {
  const photographer = new Photographer(model, await loadPeople(), 224);
  for (let k = 0; k < photos; k++) {
    const photo = photographer.take(`evaluation/${k}`), { truth } = photo, described = describePhoto(model, photo, k), vertices = headVertices(truth), { box, roll } = boxOfHead(described);
    const face = occludedFaceOf(model, { camera: truth.camera, pose: truth.pose, vertices, coefficients: truth.lighting });
    yield { set: 'synthetic', name: `synthetic ${k}`, image: photo.image, box, roll, context: contextOf(face, box), vertices, landmarks: described.landmarks68.flat(), groups: groupsOf(described) };
  }
  if (existsSync(sets.helen)) {
    const index = JSON.parse(await readFile(new URL('index.json', sets.helen), 'utf8')) as { file: string; landmarks68: number[][] }[];
    for (const { file, landmarks68 } of index.slice(0, photos)) {
      const truth = landmarks68.flat(), { left, top, right, bottom } = landmarkBox(truth), error = (points: ArrayLike<number>): number => nme(points, truth, 17, 68);
      const one = await realCase(rogue, 'helen', new URL(file, sets.helen), (a, b) => error(a) - error(b), (points) => error(points) < ANOTHER_FACE);
      const region = { x: Math.floor(left), y: Math.floor(top), width: Math.ceil(right - left), height: Math.ceil(bottom - top) };
      if (one) yield { ...one, landmarks: truth, context: { ...one.context, region } };
    }
  }
  if (existsSync(sets.webmorph)) {
    const index = JSON.parse(await readFile(new URL('index.json', sets.webmorph), 'utf8')) as { file: string }[], testing = index.filter(({ file }) => FOR_TESTING.test(file));
    const every = Math.max(1, Math.floor(testing.length / photos));
    for (const { file } of testing.filter((_, k) => k % every === 0).slice(0, photos)) {
      const one = await realCase(rogue, 'webmorph', new URL(file, sets.webmorph));
      if (one) yield one;
    }
  }
}

async function realCase(rogue: Rogue, set: 'helen' | 'webmorph', url: URL, better: (a: Float32Array, b: Float32Array) => number = () => 0, right: (points: Float32Array) => boolean = () => true): Promise<Case | undefined> {
  const { image } = await decodeImage(fileURLToPath(url)), found = await rogue.findFaces(image), of = (face: (typeof found)[number]): Float32Array => subset68(face.landmarks.points);
  const [face] = found.sort((a, b) => better(of(a), of(b)));
  if (!face || !right(of(face))) return undefined;
  const { box, roll } = face, [head] = await rogue.reconstruct(image, { boxes: [{ ...box, roll }], texture: 'none', method: 'landmarks' }), { points } = face.landmarks;
  const five = alignmentPoints.flatMap((k) => [points[3 * k]!, points[3 * k + 1]!]);
  return { set, name: url.pathname, image, box, roll, context: contextOf(occludedFaceOf(model, head!), box), groups: [], ...(set === 'webmorph' && { embedding: await embed(image, five) }) };
}

function contextOf(face: CorruptionContext['face'], box: FaceBox): CorruptionContext {
  return { face, hand, faceSize: CROP_PER_BOX * Math.max(box.width, box.height), codec: jpegCodec };
}

/** What may make a difference to a network, of a synthetic person. */
function groupsOf({ attributes, coefficients, spectacles, beard, pose }: ReturnType<typeof describePhoto>): string[] {
  const tone = coefficients.albedo[0]!;
  return [
    tone < -0.5 ? 'dark skin' : tone > 0.5 ? 'light skin' : 'medium skin', attributes.male < 0.5 ? 'female' : 'male', attributes.age < 0.4 ? 'younger' : attributes.age > 0.6 ? 'older' : 'middle-aged',
    ...(spectacles ? ['spectacles'] : []), ...(beard === null ? [] : ['beard']), Math.abs(pose.yaw) > 30 ? 'yaw above 30°' : 'yaw below 30°',
  ];
}

async function embed(image: Image, points: ArrayLike<number>): Promise<Float32Array> {
  const data = new Float32Array(3 * alignedSize * alignedSize);
  sampleCrop(new ImagePyramid(image), alignmentCrop(points), reportingEmbedder.normalisation, data);
  return embedded(embedder, data);
}

async function embedded(session: Session, data: Float32Array): Promise<Float32Array> {
  return floatOutput(await session.run({ [session.inputNames[0]!]: { dims: [1, 3, alignedSize, alignedSize], data } }), session.outputNames[0]!).slice();
}

/** The rendering of a predicted head, as it is recognised. */
async function embeddingOfHead(head: PredictedHead, shape: Float32Array): Promise<Float32Array> {
  const camera = { focal: (cropFocal * RENDERING) / 2, cx: RENDERING / 2, cy: RENDERING / 2 }, { data } = renderScene(target, { camera, light: head.light, parts: predictedParts(model, head, textures) });
  const image: Image = { width: RENDERING, height: RENDERING, channels: 3, data: new Uint8Array(3 * RENDERING * RENDERING) };
  for (let i = 0; i < RENDERING * RENDERING; i++) for (let c = 0; c < 3; c++) image.data[3 * i + c] = (data[4 * i + c]! * data[4 * i + 3]! + BEHIND * (255 - data[4 * i + 3]!)) / 255;
  const five = evaluatePoints(model.landmarks.alignment5!, shape), seen = transformPoints(head.pose.rotation, head.pose.translation, five, five);
  return embed(image, Array.from({ length: 10 }, (_, i) => { const p = 3 * (i >> 1); return i % 2 === 0 ? camera.cx - (camera.focal * seen[p]!) / seen[p + 2]! : camera.cy + (camera.focal * seen[p + 1]!) / seen[p + 2]!; }));
}

function printTable(set: string): void {
  const measures = [...new Set(Object.keys(errors).filter((key) => key.startsWith(`${set} / `)).map((key) => key.split(' / ')[3]!))];
  for (const measured of measures) {
    console.log(`\n${set}, ${measured} (${sums.get(`${set} / ${networks[0]![0]} / ${conditions.at(-1)!} / ${measured}`)?.count ?? 0} photos)\n\n| | ${conditions.join(' | ')} |\n|---|${conditions.map(() => '---|').join('')}`);
    for (const [network] of networks) console.log(`| ${network} | ${conditions.map((condition) => errors[`${set} / ${network} / ${condition} / ${measured}`]?.toFixed(measured === 'perceptual error' ? 3 : 2) ?? '').join(' | ')} |`);
  }
}

/** Vertex errors by group, of synthetic people. */
function printGroups(): void {
  const groups = [...new Set(Object.keys(errors).filter((key) => key.startsWith('groups / ')).map((key) => key.split(' / ')[2]!))].sort();
  console.log(`\nvertex error of groups of synthetic people, mm\n\n| | ${groups.map((group) => `${group} (${sums.get(`groups / ${networks[0]![0]} / ${group} / clean`)!.count})`).join(' | ')} |\n|---|${groups.map(() => '---|').join('')}`);
  for (const condition of conditions.filter((name) => name === 'clean' || name === 'reachocc')) {
    for (const [network] of networks) console.log(`| ${network}, ${condition} | ${groups.map((group) => errors[`groups / ${network} / ${group} / ${condition}`]!.toFixed(2)).join(' | ')} |`);
  }
}
