/**
 * Fits what turns the evidence for a face into a probability (`src/detect/confidence.ts`) to prepared photos
 * of the stage `detect`, each as it is, covered and noisy, and prints the constants.
 *
 *     npx tsx tools/fit-confidence.ts <shards of photos> [count]
 *
 * ROGUE_ASSETS names a folder with other networks than those that ship.
 */
import { coverFaceFlat } from '../src/data/occlusion/face-covers.js';
import { coverFrameOf } from '../src/train/cover-frame.js';
import { createRandom, type Random } from '../src/data/random.js';
import { memberBytes } from '../src/data/shards/sample.js';
import { readShards } from '../src/data/shards/reader.js';
import { evidenceFeatures, type Evidence } from '../src/detect/confidence.js';
import type { FoundFace } from '../src/detect/find-faces.js';
import type { Image } from '../src/math/image.js';
import { decodeImage, loadRogue } from '../src/node.js';
import { findShards } from '../src/node/files/shard-reader.js';
import { decodeLabels, type LabelledFace } from '../src/train/labelled-faces.js';
import { expectedCalibrationError } from '../src/evaluate/calibration.js';
import { fitLogistic, logitOf } from './logistic.js';

/** Every so many-th photo is not fitted to but tells how well the fit does. */
const HELD_OUT = 4;
/** A box lies right whose middle and side are within this of the truth: sides, and log of their ratio. */
const NEAR = 0.2;
const ALIKE = 0.35;

const [path, count = '600'] = process.argv.slice(2);
if (path === undefined) {
  console.error(
    'fit-confidence: expected a folder of shards, as "rogue train detect" leaves in <out>/photos.',
  );
  process.exit(2);
}

interface Case {
  readonly evidence: Evidence;
  readonly right: number;
}

const rogue = await loadRogue(process.env.ROGUE_ASSETS ? { assets: process.env.ROGUE_ASSETS } : {});
const fitted: Case[] = [];
const held: Case[] = [];
let photos = 0;
const stream = readShards(await findShards(path), {
  required: ['jpg', 'faces.json'],
  decode: (sample) => sample,
  shuffle: { buffer: 1000, seed: 'confidence' },
});
for await (const sample of stream) {
  if (photos++ >= Number(count)) break;
  const labels = decodeLabels(memberBytes(sample, 'faces.json'));
  const { image } = await decodeImage(memberBytes(sample, 'jpg'));
  for (const view of viewsOf(image, labels, createRandom(`confidence/${photos}`))) {
    const found = await rogue.findFaces(view, { threshold: 1e-6, upsideDown: false });
    for (const face of found) {
      const right = isRight(face, labels);
      if (right === undefined) continue;
      (photos % HELD_OUT === 0 ? held : fitted).push({
        evidence: face.evidence,
        right: right ? 1 : 0,
      });
    }
  }
  if (photos % 50 === 0) console.error(`${photos} of ${count} photos`);
}
await rogue.release();

// Networks without a judge are told apart by the other evidence alone.
for (const judged of [true, false]) {
  const featuresOf = ({ evidence: { face, ...rest } }: Case): number[] =>
    evidenceFeatures(judged && face !== undefined ? { ...rest, face } : rest);
  const model = fitLogistic(
    fitted.map(featuresOf),
    fitted.map(({ right }) => right),
    { balanced: false },
  );
  console.log(judged ? 'with the judge' : 'without');
  console.log(
    JSON.stringify(model, (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toFixed(3)) : value,
    ),
  );
  for (const [name, cases] of Object.entries({ fitted, 'held out': held })) {
    const right = cases.filter((one) => one.right === 1).length;
    const probabilities = cases.map((one) => 1 / (1 + Math.exp(-logitOf(model, featuresOf(one)))));
    const error = expectedCalibrationError(
      probabilities,
      cases.map((one) => one.right === 1),
    );
    const missed = cases.filter((one, k) => one.right === 1 && probabilities[k]! < 0.5).length;
    const wrong = cases.filter((one, k) => one.right === 0 && probabilities[k]! >= 0.5).length;
    console.log(
      `${name}: ${cases.length} faces, ${right} right, calibration error ${error.toFixed(3)}; at 0.5 ${missed} missed, ${wrong} wrong`,
    );
  }
}

/** The photo as it is, with each face covered, and with noise. */
function viewsOf(photo: Image, labels: readonly LabelledFace[], random: Random): Image[] {
  const covered = { ...photo, data: photo.data.slice() };
  for (const face of labels) {
    coverFaceFlat(covered, coverFrameOf(face), random.fork('cover'));
  }
  const noisy = { ...covered, data: covered.data.slice() };
  const noise = new Float32Array(noisy.data.length);
  random.fork('noise').fillNormal(noise);
  const deviation = random.uniform(10, 40);
  for (let i = 0; i < noise.length; i++)
    noisy.data[i] = Math.max(0, Math.min(255, noisy.data[i]! + deviation * noise[i]!));
  return [photo, covered, noisy];
}

/** Whether a box lies on a labelled face; nothing where a doubtful one is. */
function isRight({ box }: FoundFace, labels: readonly LabelledFace[]): boolean | undefined {
  let doubtful = false;
  for (const label of labels) {
    const dx = box.x + box.width / 2 - label.centreX;
    const dy = box.y + box.height / 2 - label.centreY;
    if (Math.hypot(dx, dy) / label.size > NEAR) continue;
    if (Math.abs(Math.log(box.width / label.size)) > ALIKE) continue;
    if (!label.doubtful) return true;
    doubtful = true;
  }
  return doubtful ? undefined : false;
}
