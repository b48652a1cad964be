import { parsingClasses } from '../../network/parsing/parsing-classes.js';
import { createImage, type Image } from '../../math/image.js';
import type { FaceParsing } from '../../network/parsing/face-parser.js';

/** Colours of the classes, sRGB: background dark blue, skin as it is, hair orange, covers magenta. */
const tints: readonly (readonly [number, number, number] | undefined)[] = [
  [30, 50, 110],
  undefined,
  [255, 150, 30],
  [235, 40, 200],
];
const STRENGTH = 0.6;

/**
 * The parser's crop with its classes as colours, the stronger the surer.
 * @param crop three channels, what the parser saw, of a multiple of the maps' size
 */
export function parsingPicture(crop: Image, { size, classes }: Pick<FaceParsing, 'size' | 'classes'>): Image {
  const picture = createImage(crop.width, crop.height, 3);
  const plane = size * size;
  for (let row = 0, at = 0; row < crop.height; row++)
    for (let column = 0; column < crop.width; column++, at++) {
      const cell = Math.floor((row * size) / crop.height) * size + Math.floor((column * size) / crop.width);
      for (let c = 0; c < 3; c++) {
        let value = crop.data[3 * at + c]!;
        for (let k = 0; k < parsingClasses.length; k++) {
          const tint = tints[k];
          if (tint) value += STRENGTH * classes[k * plane + cell]! * (tint[c]! - crop.data[3 * at + c]!);
        }
        picture.data[3 * at + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  return picture;
}
