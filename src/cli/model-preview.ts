import { dirname } from 'node:path';
import { drawPreview } from '../fit/pictures/preview.js';
import { loadModel } from '../node/files/assets.js';
import { encodePng } from '../node/files/image-codec.js';
import { labelledSheet } from '../node/evaluation/labelled-sheet.js';
import { outputError } from './errors.js';
import { shown } from './inputs.js';
import { makeFolder } from '../node/files/make-folder.js';
import { writeWhole } from '../node/files/whole-file.js';
import { print } from './terminal.js';

/** Tiles per row of the preview's sections: mean, shape, expressions, skins. */
export const previewColumns = [6, 7, 7, 6] as const;

/** `rogue model preview`. @throws OutputError */
export async function writeModelPreview(file: string): Promise<void> {
  const sheet = await labelledSheet(drawPreview(await loadModel()), previewColumns);
  const png = await encodePng(sheet);
  await makeFolder(dirname(file)).catch((error: unknown) => {
    throw outputError(file, error);
  });
  await writeWhole(file, png, 'choose another folder with -o');
  print(shown(file));
}
