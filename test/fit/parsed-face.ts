import { cropToImage } from '../../src/detect/crop.js';
import { boxOfHead } from '../../src/network/face-view.js';
import { parserCrop, type FaceParsing } from '../../src/network/parsing/face-parser.js';
import {
  parsingClasses,
  parsingLabels,
  type ParsingClass,
} from '../../src/network/parsing/parsing-classes.js';
import type { SyntheticFace } from './synthetic-face.js';

/** What a parser would say of a synthetic face whose pixels show what a function says. */
export function parsedFace(
  { camera, rotation, translation }: Pick<SyntheticFace, 'camera' | 'rotation' | 'translation'>,
  classAt: (x: number, y: number) => ParsingClass,
): FaceParsing {
  const { box, roll } = boxOfHead({ camera, pose: { rotation, translation } });
  const crop = parserCrop(box, roll, 192);
  const size = 96;
  const classes = new Float32Array(parsingClasses.length * size * size);
  for (let at = 0; at < size * size; at++) {
    const [x, y] = cropToImage(crop, 2 * (at % size) + 1, 2 * Math.floor(at / size) + 1);
    classes[parsingLabels[classAt(x, y)] * size * size + at] = 1;
  }
  return { crop, size, classes };
}
