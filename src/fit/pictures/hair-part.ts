import { neutralLightness, type HairTexture } from '../../model/hair-file.js';
import { transformPoints } from '../../math/camera.js';
import { rotatePoints, rotationFromEuler } from '../../math/rotation.js';
import { linearOfByte } from '../../render/color.js';
import type { ScenePart } from '../../render/scene-part.js';
import { createFloatTexture, type Texture } from '../../render/texture.js';
import type { FittedHair } from '../hair/fitted-hair.js';
import type { Reconstruction } from '../reconstruction.js';
import { portrait } from './sheet.js';

const strands = new WeakMap<HairTexture, Texture>();

/** Strands whose mean lightness is 1, with alpha. */
function strandTexture(texture: HairTexture): Texture {
  const known = strands.get(texture);
  if (known) return known;
  const { size, data } = texture;
  const pixels = new Float32Array(4 * size * size);
  for (let i = 0; i < size * size; i++) {
    const alpha = data[2 * i + 1]! / 255;
    const shade = (alpha * linearOfByte[data[2 * i]!]!) / linearOfByte[neutralLightness]!;
    for (let k = 0; k < 3; k++) pixels[4 * i + k] = shade;
    pixels[4 * i + 3] = alpha;
  }
  const made = createFloatTexture(size, size, 4, pixels);
  strands.set(texture, made);
  return made;
}

/** Where the cards of hair stand before a camera: camera-space mm. */
interface PlacedCards {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
}

/** Cards in their colour; nothing where none are worn. @param lit whether in the photo's light */
function cardsPart(
  hair: FittedHair | undefined,
  lit: boolean,
  place: (cards: PlacedCards) => PlacedCards,
): ScenePart[] {
  const color = lit ? hair?.photoColor : hair?.color;
  if (!hair?.cards || !color) return [];
  const { triangles, uvs, texture } = hair.cards;
  return [{ ...place(hair.cards), triangles, uvs, texture: strandTexture(texture), alpha: 'mask', color }];
}

/**
 * Hair before a portrait camera, for `renderScene`.
 * @param yaw by which the head is turned, degrees
 * @param lit whether in the photo's light
 */
export function hairPart(
  hair: FittedHair | undefined,
  { yaw, size, visible }: { readonly yaw: number; readonly size: number; readonly visible: number },
  lit = false,
): ScenePart[] {
  const turn = rotationFromEuler({ yaw, pitch: 0, roll: 0 });
  return cardsPart(hair, lit, ({ positions, normals }) => ({
    positions: portrait(positions, { yaw }, size, visible).positions,
    normals: rotatePoints(turn, normals, new Float32Array(normals.length)),
  }));
}

/** Hair as the photo's camera sees it, in the photo's light. */
export function posedHair({ hair, pose }: Pick<Reconstruction, 'hair' | 'pose'>): ScenePart[] {
  const { rotation, translation } = pose;
  return cardsPart(hair, true, ({ positions, normals }) => ({
    positions: transformPoints(rotation, translation, positions, new Float32Array(positions.length)),
    normals: rotatePoints(rotation, normals, new Float32Array(normals.length)),
  }));
}
