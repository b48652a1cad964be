import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alignmentPoints } from '../../detect/alignment.js';
import type { EvaluationMethod, FacePrediction, FaceRendering } from '../../evaluate/prediction.js';
import type { Rogue } from '../../fit/rogue.js';
import { readPoints, readPts } from '../../io/landmark-file.js';
import { readObj } from '../../io/read-obj.js';
import { decodeImage } from '../files/image-codec.js';
import { insideFolder } from '../files/inside-folder.js';

/** A photo's name as its predictions have it. */
export const withoutEnding = (id: string): string => id.replace(/\.\w+$/, '');

/** A condition as a folder's name: `random box` becomes `random-box`. */
export const conditionFolder = (condition: string): string =>
  condition.replaceAll(' + ', '-').replaceAll(' ', '-');

/**
 * Predictions that were made elsewhere, by the photos' names without ending: in `<folder>/<condition>/`,
 * those of clean photos also in the folder itself. Landmarks are `.pts`, `.txt` or `.npy` (68 rows of x, y in
 * pixels), shapes `.obj` in mm, renderings `.png` or `.jpg`; a photo without any is a failure. Files that are
 * there and cannot be read are failures too.
 *
 * @param rogue finds the face in renderings
 */
export function predictedFolder(name: string, folder: string, rogue: Rogue): EvaluationMethod {
  return {
    name,
    async predict({ id, condition, photo }) {
      const stem = withoutEnding(id);
      // Photos that differ in their endings alone are told apart by these.
      const places = [id, stem].flatMap((name) => [
        insideFolder(join(folder, conditionFolder(condition)), name),
        ...(condition === 'clean' ? [insideFolder(folder, name)] : []),
      ]);
      const found = (await Promise.all(places.map(async (place) => predictionAt(place, rogue, photo)))).find(
        (prediction) => prediction !== undefined,
      );
      return found ?? { failed: `no file ${conditionFolder(condition)}/${stem}.*` };
    },
  };
}

async function predictionAt(
  stem: string,
  rogue: Rogue,
  photo: { readonly width: number; readonly height: number },
): Promise<FacePrediction | undefined> {
  const read = async (ending: string): Promise<Uint8Array | undefined> =>
    readFile(`${stem}${ending}`).catch(() => undefined);
  const [pts, text, npy, obj, png, jpg] = await Promise.all(
    ['.pts', '.txt', '.npy', '.obj', '.png', '.jpg'].map(read),
  );
  const picture = png ?? jpg;
  const points = text ?? npy;
  if (!pts && !points && !obj && !picture) return undefined;
  const landmarks68 = pts ? readPts(new TextDecoder().decode(pts)) : points && readPoints(points, 2);
  if (landmarks68 && landmarks68.length !== 136)
    throw new Error(`${stem}: ${landmarks68.length / 2} landmarks, expected 68`);
  const rendering = picture && (await renderingOf(picture, stem, rogue, photo));
  return {
    ...(landmarks68 && { landmarks68 }),
    ...(obj && { shape: { vertices: readObj(new TextDecoder().decode(obj)).positions } }),
    ...(rendering && { rendering: () => rendering }),
  };
}

/** A rendering and the face in it; one as large as the photo lies on it pixel by pixel. */
async function renderingOf(
  file: Uint8Array,
  stem: string,
  rogue: Rogue,
  photo: { readonly width: number; readonly height: number },
): Promise<FaceRendering> {
  const { image } = await decodeImage(file);
  const [face] = await rogue.findFaces(image, { maxFaces: 1 });
  if (!face) throw new Error(`${stem}: no face found in the rendering`);
  const { points } = face.landmarks;
  const same = image.width === photo.width && image.height === photo.height;
  return {
    image,
    alignment: alignmentPoints.flatMap((k) => [points[3 * k]!, points[3 * k + 1]!]),
    ...(same && { place: { left: 0, top: 0, scale: 1 } }),
  };
}
