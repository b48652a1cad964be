/**
 * Fits what tells whether somebody wears glasses (`src/fit/eyewear/with-rims.ts`) to photos of which somebody
 * has said what is worn, and prints the constants.
 *
 *     npx tsx tools/fit-glasses.ts <worn.json> <folder of its photos>
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { eyeWindow } from '../src/fit/eyewear/eye-window.js';
import { findRims } from '../src/fit/eyewear/find-rims.js';
import { glassesEvidence } from '../src/fit/eyewear/with-rims.js';
import { createFaceParser, likelihoodOf } from '../src/network/parsing/face-parser.js';
import { decodeImage, loadRogue, nodeRuntime } from '../src/node.js';
import { assetFiles, readAsset } from '../src/node/files/assets.js';
import { readWornFile } from '../src/train/worn-things.js';
import { fitLogistic, logitOf } from './logistic.js';

/** Every so many-th photo is left out of the fit and tells how well it does. */
const HELD_OUT = 5;

interface Case {
  readonly evidence: readonly number[];
  readonly wears: number;
}

const [wornFile, folder] = process.argv.slice(2);
if (wornFile === undefined || folder === undefined) {
  console.error('fit-glasses: expected a file of what is worn, as tools/worn-sfhq-t2i.json, and its photos');
  process.exit(2);
}
const rogue = await loadRogue();
const parser = await createFaceParser(nodeRuntime({ threads: 1 }), await readAsset(assetFiles.parser));
const cases: Case[] = [];
for (const [name, { wears }] of readWornFile(await readFile(wornFile))) {
  const isBare = wears.length === 0;
  if (!isBare && !(wears.length === 1 && wears[0] === 'spectacles')) continue;
  const { image } = await decodeImage(join(folder, name));
  const [face] = await rogue.findFaces(image, { maxFaces: 1 });
  if (!face) continue;
  const pyramid = new ImagePyramid(image);
  const parsing = await parser.parse(pyramid, face.box, face.roll);
  const rims = findRims(eyeWindow(pyramid, face.landmarks.points), likelihoodOf(parsing, 'cover'));
  cases.push({ evidence: glassesEvidence(rims), wears: isBare ? 0 : 1 });
  if (cases.length % 100 === 0) console.error(`${cases.length} faces`);
}
await Promise.all([rogue.release(), parser.release()]);
const fitTo = (some: readonly Case[]): ReturnType<typeof fitLogistic> =>
  fitLogistic(
    some.map(({ evidence }) => evidence),
    some.map(({ wears }) => wears),
    { balanced: false, ridge: 0.001 },
  );
const held = cases.filter((_, k) => k % HELD_OUT === 0);
const fit = fitTo(cases.filter((_, k) => k % HELD_OUT !== 0));
for (const [who, wears] of [
  ['with glasses', 1],
  ['bare', 0],
] as const) {
  const those = held.filter((some) => some.wears === wears);
  const said = those.filter(({ evidence }) => logitOf(fit, evidence) > 0);
  console.log(`left out, ${who}: ${said.length} of ${those.length} said to wear glasses`);
}
const all = fitTo(cases);
console.log(`const BIAS = ${all.bias.toFixed(2)};`);
console.log(`const WEIGHTS = [${all.weights.map((weight) => weight.toFixed(2)).join(', ')}] as const;`);
