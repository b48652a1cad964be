/**
 * Looks for covered synthetic faces that the published networks lose and those that ship find, the cases
 * of `test/detect/hard-faces.json`:
 *
 *     npx tsx tools/hard-faces.ts [count] > test/detect/hard-faces.json
 */
import { createDenseLandmarks } from '../src/detect/dense-landmarks.js';
import { createFaceDetector } from '../src/detect/face-detector.js';
import { findFaces, type FaceFinders } from '../src/detect/find-faces.js';
import { createLookAgain } from '../src/fit/geometry/look-again.js';
import { createHeadPredictor } from '../src/network/head-predictor.js';
import { assetFiles, loadModel, readAsset } from '../src/node/files/assets.js';
import { nodeRuntime } from '../src/runtime/node.js';
import { hardCovers, hardFaceMaker, isOnFace, type HardCase } from '../test/detect/hard-faces.js';

const count = Number(process.argv[2] ?? 60);
const runtime = nodeRuntime({ threads: 2 });
const model = await loadModel();
const predictor = await createHeadPredictor(runtime, await readAsset(assetFiles.regressor));
const finders = async (detector: Uint8Array, landmarks: Uint8Array): Promise<FaceFinders> => ({
  detector: await createFaceDetector(runtime, detector),
  landmarker: await createDenseLandmarks(runtime, landmarks),
  lookAgain: createLookAgain(model, predictor),
});
const ours = await finders(await readAsset(assetFiles.detector), await readAsset(assetFiles.landmarks));
const published = await finders(
  await readAsset(assetFiles.detectorTeacher),
  await readAsset(assetFiles.landmarksTeacher),
);

const cases: HardCase[] = [];
const make = await hardFaceMaker();
for (let seed = 0; cases.length < count; seed++)
  for (const cover of hardCovers) {
    const { image, landmarks } = make({ seed, cover });
    const isFound = async (by: FaceFinders): Promise<boolean> =>
      (await findFaces(by, image)).some((face) => isOnFace(face, landmarks));
    if ((await isFound(published)) || !(await isFound(ours)) || cases.length >= count) continue;
    cases.push({ seed, cover });
    console.error(`${cases.length} of ${count}: seed ${seed}, ${cover}`);
  }
console.log(JSON.stringify(cases));
