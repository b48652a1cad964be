/**
 * Fits what a face parser says of hair as a whole, its length, how it lies and its colour
 * (src/network/parsing/hair-words.ts), to photos of which somebody has told: a file as `tools/worn-*.json`
 * beside each folder. Every fifth photo is left out, and tells how often the words are right.
 *
 *     npx tsx tools/fit-hair-words.ts <parser.onnx> <out.onnx> <worn.json> <folder> [<worn.json> <folder>…]
 *
 * Whoever trains a parser fits the words again after it.
 */
import { readFile } from 'node:fs/promises';
import { createRandom } from '../src/data/random.js';
import { sampleCrop } from '../src/detect/crop.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { viewNormalisation, viewOutside } from '../src/network/face-view.js';
import { exportHairLook, exportParser } from '../src/network/parsing/export-parser.js';
import { parserCrop } from '../src/network/parsing/face-parser.js';
import { hairWords, type HairWord } from '../src/network/parsing/hair-words.js';
import { importParser } from '../src/network/parsing/import-parser.js';
import { parserConfig } from '../src/network/parsing/parser.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { writeWhole } from '../src/node/files/whole-file.js';
import { runConstants } from '../src/node/training/run-constants.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { floatOutput } from '../src/runtime/session.js';
import type { HairLook } from '../src/train/worn-things.js';
import { fitMultinomial, likelihoods } from './multinomial.js';
import { photosWithHair } from './told-photos.js';

/** Views of each photo: as it is, then of boxes that differ as detectors' do; every other one mirrored. */
const VIEWS = 4;
const jitter = { shift: 0.04, growth: 0.06, roll: 4 };

interface Told {
  readonly hair: HairLook;
  readonly held: boolean;
  /** Of each view. */
  readonly looks: readonly Float32Array[];
}

const [network, out, ...pairs] = process.argv.slice(2);
if (network === undefined || out === undefined || pairs.length === 0 || pairs.length % 2 === 1) {
  console.error('fit-hair-words: expected a parser, the file to write, and pairs of worn.json and a folder');
  process.exit(2);
}
const one = nodeRuntime({ threads: 1 });
const naming = {
  name: 'face-parser',
  run: runConstants(one),
  description:
    'Face parser: background, skin, hair, cover; and how long, how curled and of what colour hair is.',
};
const parser = importParser(parserConfig, await readFile(network));
const session = await one.createSession(await exportHairLook(parserConfig, parser, naming));
const rogue = await loadRogue();
const photos = await photosWithHair(pairs);
const told: Told[] = [];
for (const { path, hair, held } of photos) {
  const looks = await looksOf(path, held ? 1 : VIEWS);
  if (looks.length > 0) told.push({ hair, held, looks });
  process.stdout.write(`\r${told.length} of ${photos.length} photos`);
}
process.stdout.write('\n');
const words: Record<string, Float32Array> = {};
for (const word of Object.keys(hairWords) as HairWord[]) {
  const choices: readonly string[] = hairWords[word];
  const labelOf = ({ hair }: Told): number => choices.indexOf(wordOf(hair, word) ?? '');
  const known = told.filter((one) => labelOf(one) >= 0);
  const learned = known.filter(({ held }) => !held);
  const { weights, bias } = fitMultinomial(
    learned.flatMap(({ looks }) => looks),
    learned.flatMap((one) => one.looks.map(() => labelOf(one))),
    choices.length,
  );
  words[`${word}.weight`] = weights;
  words[`${word}.bias`] = bias;
  report(
    word,
    choices,
    known.filter(({ held }) => held),
    labelOf,
    (look) => likelihoods(look, weights, bias),
  );
}
await writeWhole(
  out,
  await exportParser(parserConfig, { ...parser, ...words }, { ...naming, halfStorage: true }),
);
await rogue.release();

function wordOf({ length, curl, color }: HairLook, word: HairWord): string | undefined {
  return { length, curl, tone: color }[word];
}

/** What the parser sees in some views of a photo; none where no face is found. */
async function looksOf(path: string, views: number): Promise<Float32Array[]> {
  const { image } = await decodeImage(path);
  const [face] = await rogue.findFaces(image, { maxFaces: 1 });
  if (!face) return [];
  const random = createRandom(path.split('/').at(-1)!);
  const { size } = parserConfig;
  const pyramid = new ImagePyramid(image);
  const looks: Float32Array[] = [];
  for (let view = 0; view < views; view++) {
    const { x, y, width } = face.box;
    const off = (deviation: number): number => (view === 0 ? 0 : random.normal(0, deviation));
    const side = width * Math.exp(off(jitter.growth));
    const box = {
      x: x + (width - side) / 2 + width * off(jitter.shift),
      y: y + (width - side) / 2 + width * off(jitter.shift),
      width: side,
      height: side,
    };
    const data = new Float32Array(3 * size * size);
    const crop = parserCrop(box, face.roll + off(jitter.roll), size);
    sampleCrop(pyramid, crop, viewNormalisation, data, 0, viewOutside);
    if (view % 2 === 1)
      for (let from = 0; from < data.length; from += size) data.subarray(from, from + size).reverse();
    const outputs = await session.run({ image: { dims: [1, 3, size, size], data } });
    looks.push(floatOutput(outputs, 'look').slice());
  }
  return looks;
}

/** How often a word is right on photos that were left out, and what it is taken for. */
function report(
  word: string,
  choices: readonly string[],
  held: readonly Told[],
  labelOf: (one: Told) => number,
  say: (look: Float32Array) => number[],
): void {
  const taken = choices.map(() => choices.map(() => 0));
  let right = 0;
  for (const one of held) {
    const said = say(one.looks[0]!);
    const best = said.indexOf(Math.max(...said));
    taken[labelOf(one)]![best]!++;
    if (best === labelOf(one)) right++;
  }
  console.log(`${word}: ${right} of ${held.length} right`);
  choices.forEach((choice, k) => {
    const others = choices.map((other, i) => `${other} ${taken[k]![i]}`);
    console.log(`  ${choice}: ${others.filter((_, i) => taken[k]![i]! > 0).join(', ')}`);
  });
}
