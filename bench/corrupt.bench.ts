import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { HandModel } from '../src/data/occlusion/hand/hand-file.js';
import { occludedFaceOf, type OccludedFace } from '../src/data/occlusion/occluded-face.js';
import { reachocc } from '../src/data/occlusion/reachocc.js';
import { synchocc } from '../src/data/occlusion/synchocc.js';
import type { Image } from '../src/math/image.js';
import { loadHand } from '../src/node/files/assets.js';
import { decodeImage, loadRogue, type Rogue } from '../src/node.js';
import { median, medianTime, type Benchmark } from './benchmark.js';

/** Versions per size: every object and shape comes several times. */
const versions = 80;
const warmUp = 10;
type Cover = (image: Image, face: OccludedFace, hand: HandModel, seed: number) => unknown;
const protocols: Readonly<Record<string, Cover>> = {
  reachocc,
  synchocc: (image, face, _hand, seed) => synchocc(image, face, seed),
};
/** A face as in training, and a whole photo. */
const sizes = [
  { side: 224, faceOnly: true },
  { side: 1000, faceOnly: false },
];

/**
 * Covering faces: versions of a photo that is reconstructed already, and the first with its reconstruction.
 */
const corrupt: Benchmark = {
  name: 'corrupt',
  async *run() {
    const rogue = await loadRogue();
    const hand = await loadHand();
    try {
      for (const { side, faceOnly } of sizes) {
        const image = await picture(rogue, side, faceOnly);
        const fit = () => rogue.reconstruct(image, { texture: 'none', maxFaces: 1 });
        const [face] = await fit();
        if (face === undefined) throw new Error(`bench corrupt: no face was found at ${side}².`);
        const reconstruction = await medianTime(fit, { repetitions: 7 });
        const covered = occludedFaceOf(rogue.model, face);
        for (const [name, cover] of Object.entries(protocols)) {
          const times = timesOf(cover, image, covered, hand);
          const middle = median(times);
          yield {
            name: `${name}, ${side}²`,
            value: middle,
            unit: 'ms',
            ok: true,
            note: `nine in ten below ${times[Math.floor(0.9 * versions)]!.toFixed(0)} ms`,
          };
          yield { name: '… with the reconstruction', value: middle + reconstruction, unit: 'ms', ok: true };
        }
      }
    } finally {
      await rogue.release();
    }
  },
};

/** The example photo, or the square around its face. */
async function picture(rogue: Rogue, side: number, faceOnly: boolean): Promise<Image> {
  const file = await readFile(new URL('../examples/astronaut.jpg', import.meta.url));
  const source = sharp(file);
  if (faceOnly) {
    const [face] = await rogue.findFaces(file);
    if (face === undefined) throw new Error('bench corrupt: no face was found in the example.');
    const { x, y, width, height } = face.box;
    const square = Math.round(1.6 * Math.max(width, height));
    source.extract({
      left: Math.round(x + (width - square) / 2),
      top: Math.round(y + (height - square) / 2),
      width: square,
      height: square,
    });
  }
  return (await decodeImage(await source.resize(side, side).png().toBuffer())).image;
}

/** Milliseconds of each version, ascending. */
function timesOf(cover: Cover, image: Image, face: OccludedFace, hand: HandModel): number[] {
  const times: number[] = [];
  for (let k = -warmUp; k < versions; k++) {
    const start = performance.now();
    cover(image, face, hand, k);
    if (k >= 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

export default corrupt;
