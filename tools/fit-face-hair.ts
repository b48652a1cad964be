/**
 * Fits what a face tells of its hair (src/network/identity/face-hair.ts), beside what a parser sees of it, to
 * photos of which somebody has told: a file as `tools/worn-*.json` beside each folder. Each is seen as it is
 * and twice covered. What the parser says of a photo here comes of words that were fitted to others, as it is
 * surer of those that it has learned from. Every fifth photo is left out, and tells how often the words are
 * right.
 *
 *     npx tsx tools/fit-face-hair.ts <parser.onnx> <identity.onnx> <out.onnx> <worn.json> <folder> […]
 *
 * Whoever trains a parser or a recognition network fits it again after it.
 */
import { readFile } from 'node:fs/promises';
import { coverFaceFlat } from '../src/data/occlusion/face-covers.js';
import { createRandom } from '../src/data/random.js';
import { sampleCrop, type Crop } from '../src/detect/crop.js';
import type { FoundFace } from '../src/detect/find-faces.js';
import { ImagePyramid } from '../src/detect/image-pyramid.js';
import { subset68 } from '../src/detect/mediapipe-to-68.js';
import { toldHair, parserLogits } from '../src/fit/hair/told-hair.js';
import type { Image } from '../src/math/image.js';
import { mirrorRows } from '../src/math/mirror-rows.js';
import { viewNormalisation, viewOutside } from '../src/network/face-view.js';
import type { FaceHair } from '../src/network/identity/face-hair.js';
import { exportHairLook } from '../src/network/parsing/export-parser.js';
import { createFaceParser, parserCrop, type ParsedHair } from '../src/network/parsing/face-parser.js';
import { hairWords, type HairWord } from '../src/network/parsing/hair-words.js';
import { importParser } from '../src/network/parsing/import-parser.js';
import { parserConfig } from '../src/network/parsing/parser.js';
import { embeddingSize } from '../src/network/recognition-view.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { runConstants } from '../src/node/training/run-constants.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { floatOutput } from '../src/runtime/session.js';
import { coverFrame } from '../src/train/cover-frame.js';
import type { HairLook } from '../src/train/worn-things.js';
import { fitMultinomial, likelihoods } from './multinomial.js';
import { recognisedFaces } from './recognised-faces.js';
import { photosWithHair } from './told-photos.js';
import { writeTold } from './write-told.js';

const COVERS = 2;
/** Parts of the photos, of each of which the parser's words come from the others. */
const PARTS = 4;

/** What both networks see of a photo. */
interface View {
  /** The parser's features, of the view and of its mirror image. */
  readonly looks: readonly Float32Array[];
  readonly embedding: Float32Array;
  readonly parsed: ParsedHair;
}

interface Told {
  readonly hair: HairLook;
  readonly held: boolean;
  /** As it is, then covered. */
  readonly views: readonly View[];
}

const [parserFile, network, out, ...pairs] = process.argv.slice(2);
if (out === undefined || pairs.length === 0 || pairs.length % 2 === 1) {
  console.error(
    'fit-face-hair: expected a parser, an identity network, the file to write, and pairs of worn.json and a folder',
  );
  process.exit(2);
}
const one = nodeRuntime({ threads: 1 });
const run = runConstants(one);
const parserBytes = await readFile(parserFile);
const parser = await createFaceParser(one, parserBytes);
const looker = await one.createSession(
  await exportHairLook(parserConfig, importParser(parserConfig, parserBytes), { name: 'look', run }),
);
const rogue = await loadRogue({ node: { threads: 1 } });
const faces = await recognisedFaces(rogue.model);
const photos = await photosWithHair(pairs);
const told: Told[] = [];
for (const { path, hair, held } of photos) {
  const views = await viewsOf(path);
  if (views.length > 0) told.push({ hair, held, views });
  process.stdout.write(`\r${told.length} of ${photos.length} photos`);
}
process.stdout.write('\n');
const layers: Record<string, Float32Array> = {};
for (const word of Object.keys(hairWords) as HairWord[]) {
  const { weights, bias } = learn(word);
  layers[`hair-${word}.weight`] = weights;
  layers[`hair-${word}.bias`] = bias;
}
report();
await writeTold(rogue.model, network, layers, out);
await Promise.all([rogue.release(), parser.release(), looker.release(), faces.release()]);

/** Nothing where no face is found. */
async function viewsOf(path: string): Promise<View[]> {
  const { image } = await decodeImage(path);
  const [face] = await rogue.findFaces(image, { maxFaces: 1 });
  if (!face) return [];
  const random = createRandom(path.split('/').at(-1)!);
  const views = [await viewOf(image, face)];
  for (let k = 0; k < COVERS; k++) {
    const covered = { ...image, data: Uint8Array.from(image.data) };
    coverFaceFlat(covered, coverFrame(wholeOf(image), face, subset68(face.landmarks.points)), random);
    views.push(await viewOf(covered, face));
  }
  return views;
}

/** A photo as a crop of itself. */
function wholeOf({ width, height }: Image): Crop {
  return { centreX: width / 2, centreY: height / 2, scale: 1, roll: 0, width, height };
}

async function viewOf(image: Image, face: FoundFace): Promise<View> {
  const { box, roll } = face;
  const pyramid = new ImagePyramid(image);
  const embedding = Float32Array.from(await faces.embeddingOf(pyramid, face));
  const { size } = parserConfig;
  const data = new Float32Array(3 * size * size);
  sampleCrop(pyramid, parserCrop(box, roll, size), viewNormalisation, data, 0, viewOutside);
  const looks: Float32Array[] = [];
  for (let look = 0; look < 2; look++) {
    const outputs = await looker.run({ image: { dims: [1, 3, size, size], data } });
    looks.push(floatOutput(outputs, 'look').slice());
    mirrorRows(data, size);
  }
  const { hair } = await parser.parse(pyramid, box, roll);
  if (!hair) throw new Error('fit-face-hair: the parser says nothing of hair; fit its words first');
  return { looks, embedding, parsed: hair };
}

function labelOf(word: HairWord, { length, curl, color }: HairLook): number {
  const said = { length, curl, tone: color }[word];
  return (hairWords[word] as readonly string[]).indexOf(said ?? '');
}

/** A word's layer, beside what a parser would say of photos that it has not learned from. */
function learn(word: HairWord): { weights: Float32Array; bias: Float32Array } {
  const choices = hairWords[word].length;
  const photos = told.filter((one) => !one.held && labelOf(word, one.hair) >= 0);
  const labelsOf = (some: readonly Told[], views: (one: Told) => readonly unknown[]): number[] =>
    some.flatMap((one) => views(one).map(() => labelOf(word, one.hair)));
  const given: Float32Array[] = [];
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const others = photos.filter((_, k) => k % PARTS !== part);
    const bare = (one: Told): readonly Float32Array[] => one.views[0]!.looks;
    const words = fitMultinomial(others.flatMap(bare), labelsOf(others, bare), choices);
    const own = photos.filter((_, k) => k % PARTS === part);
    for (const { looks, embedding } of own.flatMap(({ views }) => views)) {
      given.push(parserLogits(meanSaid(looks, words)));
      rows.push(embedding);
    }
    labels.push(...labelsOf(own, ({ views }) => views));
    process.stdout.write(`\r${word}: part ${part + 1} of ${PARTS}`);
  }
  process.stdout.write('\n');
  return fitMultinomial(rows, labels, choices, given);
}

/** Both looks count alike, as the parser's do. */
function meanSaid(
  looks: readonly Float32Array[],
  { weights, bias }: { weights: Float32Array; bias: Float32Array },
): Float32Array {
  const said = looks.map((look) => likelihoods(look, weights, bias));
  return Float32Array.from(bias, (_, k) => said.reduce((sum, one) => sum + one[k]! / said.length, 0));
}

/** How often words are right on photos that were left out, by the parser alone and with the face. */
function report(): void {
  const names = { length: 'lengths', curl: 'curls', tone: 'tones' } as const;
  const faceOf = ({ embedding }: View): FaceHair => {
    const logits = (word: HairWord): Float32Array => {
      const weights = layers[`hair-${word}.weight`]!;
      return layers[`hair-${word}.bias`]!.map((bias, k) =>
        embedding.reduce((sum, value, i) => sum + value * weights[k * embeddingSize + i]!, bias),
      );
    };
    return { lengths: logits('length'), curls: logits('curl'), tones: logits('tone') };
  };
  for (const word of Object.keys(hairWords) as HairWord[]) {
    const held = told.filter((one) => one.held && labelOf(word, one.hair) >= 0);
    const rightOf = (from: number, end: number, say: (view: View) => ParsedHair): string => {
      const seen = held.flatMap(({ hair, views }) => views.slice(from, end).map((view) => ({ hair, view })));
      const right = seen.filter(({ hair, view }) => {
        const said = say(view)[names[word]];
        return said.indexOf(Math.max(...said)) === labelOf(word, hair);
      });
      return `${((100 * right.length) / seen.length).toFixed(1)} %`;
    };
    const alone = (view: View): ParsedHair => view.parsed;
    const both = (view: View): ParsedHair => toldHair(view.parsed, faceOf(view));
    console.log(
      `${word}, ${held.length} photos: parser ${rightOf(0, 1, alone)}, covered ${rightOf(1, 1 + COVERS, alone)}; with the face ${rightOf(0, 1, both)}, covered ${rightOf(1, 1 + COVERS, both)}`,
    );
  }
}
