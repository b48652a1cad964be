import { createImage, type Image } from '../../math/image.js';
import { addDirectionalLight, constantLight } from '../../math/spherical-harmonics.js';
import { byteOfLinear, linearOfByte } from '../../render/color.js';
import { transformPoints, type Camera } from '../../math/camera.js';
import { rotationFromEuler, type EulerAngles } from '../../math/rotation.js';

/** A picture made of equal tiles in rows, with gaps between them. */
export interface Sheet {
  readonly image: Image;
  readonly columns: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly gap: number;
}

/** Background of sheets and of tiles without a photo, sRGB. */
export const background = [226, 229, 232] as const;

/** An empty sheet with room for `count` tiles. */
export function createSheet(
  count: number,
  columns: number,
  tileWidth: number,
  tileHeight = tileWidth,
  gap = 4,
): Sheet {
  const rows = Math.ceil(count / columns);
  const image = createImage(columns * (tileWidth + gap) + gap, rows * (tileHeight + gap) + gap, 3);
  fill(image);
  return { image, columns, tileWidth, tileHeight, gap };
}

function fill(image: Image): void {
  for (let i = 0; i < image.data.length; i++) image.data[i] = background[i % 3]!;
}

/** Top left corner of a tile. */
export function tileCorner(
  { columns, tileWidth, tileHeight, gap }: Sheet,
  index: number,
): { readonly x: number; readonly y: number } {
  return {
    x: gap + (index % columns) * (tileWidth + gap),
    y: gap + Math.floor(index / columns) * (tileHeight + gap),
  };
}

/**
 * Lays a picture of a tile's width over a tile, in linear light; shorter pictures go to the tile's top.
 *
 * @param tile three channels, or four with straight alpha
 */
export function paste(sheet: Sheet, index: number, tile: Image): void {
  if (tile.width !== sheet.tileWidth || tile.height > sheet.tileHeight || tile.channels === 1) {
    throw new RangeError(
      `paste: expected a colour tile ${sheet.tileWidth} wide and at most ${sheet.tileHeight} high, got ${tile.width}×${tile.height}×${tile.channels}.`,
    );
  }
  const corner = tileCorner(sheet, index);
  const { data, width } = sheet.image;
  for (let y = 0; y < tile.height; y++) {
    for (let x = 0; x < tile.width; x++) {
      const from = (y * tile.width + x) * tile.channels;
      const to = ((corner.y + y) * width + corner.x + x) * 3;
      const alpha = tile.channels === 4 ? tile.data[from + 3]! / 255 : 1;
      for (let k = 0; k < 3; k++) {
        const color = tile.data[from + k]!;
        data[to + k] =
          alpha === 1
            ? color
            : byteOfLinear(alpha * linearOfByte[color]! + (1 - alpha) * linearOfByte[data[to + k]!]!);
      }
    }
  }
}

/** A soft lamp from the upper right before an even surround: shows form without hard shadows. */
export function studioLight(): Float32Array {
  return addDirectionalLight(constantLight(0.4), [0.4, 0.5, 0.8], [0.8, 0.8, 0.8]);
}

/** A head before a portrait camera. */
export interface Portrait {
  /** V×3, camera space, mm. */
  readonly positions: Float32Array;
  readonly camera: Camera;
}

const portraitDistance = 1250;

/**
 * Turns a head and places it before a camera 1.25 m away.
 *
 * @param vertices V×3, head space, mm
 * @param size side of the picture in pixels
 * @param visible what the picture shows of the head's middle, mm; the default has room for any head
 */
export function portrait(
  vertices: Float32Array,
  angles: Partial<EulerAngles>,
  size: number,
  visible = 290,
): Portrait {
  const rotation = rotationFromEuler({ yaw: 0, pitch: 0, roll: 0, ...angles });
  // The origin lies between the eyes, in front of the head's axis; the middle of the head goes to the
  // picture's middle.
  const back = 75;
  const translation = [rotation[2]! * back, -12, rotation[8]! * back - back - portraitDistance];
  const positions = transformPoints(rotation, translation, vertices, new Float32Array(vertices.length));
  return {
    positions,
    camera: { focal: ((portraitDistance + back) * size) / visible, cx: size / 2, cy: size / 2 },
  };
}

/** Draws a square, the greener the surer. @param score 0…1 */
export function drawBox(
  { width, height, data }: Image,
  { x, y, width: side }: { readonly x: number; readonly y: number; readonly width: number },
  score: number,
): void {
  const dot = (u: number, v: number): void => {
    const column = Math.round(u);
    const row = Math.round(v);
    if (column < 0 || row < 0 || column >= width || row >= height) return;
    data.set([255 * (1 - score), 255 * score, 40], 3 * (row * width + column));
  };
  for (let i = 0; i <= side; i++) {
    dot(x + i, y);
    dot(x + i, y + side);
    dot(x, y + i);
    dot(x + side, y + i);
  }
}
