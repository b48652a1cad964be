import { ImagePyramid } from '../../detect/image-pyramid.js';
import type { Image } from '../../math/image.js';
import { transformPoints } from '../../math/camera.js';
import { rotatePoints } from '../../math/rotation.js';
import { frontalIrradiance } from '../../math/spherical-harmonics.js';
import { evaluateVertices } from '../../model/evaluate.js';
import type { HairStyle } from '../../model/hair-file.js';
import type { FittedHair, HairCards } from './fitted-hair.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { luminance } from '../../render/color.js';
import { vertexNormals } from '../../render/normals.js';
import { chooseStyle, type StyleChoice } from './choose-style.js';
import { closeSeams } from './close-seams.js';
import { combHair, withoutFace } from './comb-hair.js';
import { hairEvidence } from './hair-evidence.js';
import { seenHairColor, unlitHairColor } from './hair-color.js';
import { faceLimit, hairGround, hairlineOf } from './hairline.js';
import { liftHair } from './lift-hair.js';
import type { PosedView } from './map-view.js';
import { namedTone } from './named-tones.js';
import { contrastFor } from './strand-contrast.js';
import { styleOnHead, type StyleTry } from './style-outlines.js';

/** What of a reconstruction hair is fitted to. */
export interface HairSubject extends PosedView {
  readonly image: Image;
  /** Standard deviations. */
  readonly shape: ArrayLike<number>;
  /** 27 irradiance coefficients. */
  readonly light: ArrayLike<number>;
  /** Of a black-and-white photo hair has no hue either. Default false. */
  readonly grey?: boolean;
}

type Rgb = readonly [number, number, number];

/** Hair of people of whom the photo shows no hair: a dark brown, linear. */
const UNKNOWN_COLOR = [0.05, 0.033, 0.023] as const;

/**
 * Chooses a style by what a photo shows of the hair, fits it to the head and colours it (docs/avatars.md).
 *
 * @param wanted `auto`, or the name of a style, `bald` or `shaved`
 * @throws RangeError when there is no such style
 */
export function fitHair(
  model: MorphableModel,
  styles: readonly HairStyle[],
  subject: HairSubject,
  wanted = 'auto',
): FittedHair {
  const { image, parsing, shape, pose, light } = subject;
  const vertices = evaluateVertices(model, { shape });
  const pyramid = new ImagePyramid(image);
  const evidence = hairEvidence(model, vertices, pyramid, subject);
  const choice =
    wanted === 'auto' ? chooseStyle(model, styles, evidence, parsing.hair) : named(styles, wanted);
  const seen = seenHairColor(image, parsing, evidence);
  const { worn, length, sure } = choice;
  const bald = length === 'bald';
  const hairline = hairlineOf(model, evidence);
  const cards = worn && wear(model, worn, vertices, hairline);
  const ground = bald ? new Float32Array(model.vertexCount) : hairGround(model, vertices, hairline, cards);
  if (bald) return { style: 'bald', length, color: undefined, photoColor: undefined, sure, ground, cards };
  const facing = cards ? facingNormals(cards, pose) : new Float32Array();
  const measured = seen ? unlitHairColor(seen.lit, facing, light) : UNKNOWN_COLOR;
  const toned = parsing.hair ? namedTone(measured, parsing.hair.tones) : measured;
  const own = (color: Rgb): Rgb => (subject.grey ? greyOf(color) : color);
  const color = own(toned);
  const photoColor = own(seen?.middle ?? lightOn(color, light));
  const dyed = cards && { ...cards, texture: contrastFor(cards.texture, color) };
  return { style: worn?.style.name ?? length, length, color, photoColor, sure, ground, cards: dyed };
}

function greyOf(color: Rgb): Rgb {
  const grey = luminance(color);
  return [grey, grey, grey];
}

/** A colour in the light that falls on what faces the camera. */
function lightOn(color: Rgb, light: ArrayLike<number>): Rgb {
  const ahead = frontalIrradiance(light);
  return [0, 1, 2].map((k) => color[k]! * Math.max(0, ahead[k]!)) as unknown as Rgb;
}

function named(styles: readonly HairStyle[], wanted: string): StyleChoice {
  if (wanted === 'bald' || wanted === 'shaved') return { length: wanted, worn: undefined, sure: 0 };
  const style = styles.find(({ name }) => name === wanted);
  if (!style)
    throw new RangeError(
      `fitHair: expected the style auto, none, bald, shaved, ${styles.map(({ name }) => name).join(', ')}, got "${wanted}".`,
    );
  return { length: style.length, worn: { style, volume: 1, overlap: 0 }, sure: 0 };
}

/** Puts a style on a head: combed to the photo's hairline, out of the face and above the skin. */
function wear(
  model: MorphableModel,
  tried: StyleTry,
  vertices: Float32Array,
  hairline: Float32Array,
): HairCards {
  const { normals, uvs, triangles, texture } = tried.style;
  const positions = styleOnHead(model, tried, vertices);
  const { vertexCount, triangles: skinTriangles } = model.parts[0]!;
  const skin = vertices.slice(0, 3 * vertexCount);
  const face = faceLimit(model, vertices);
  combHair(positions, skin.subarray(0, 3 * headVertexCount(model)), { hairline, face });
  liftHair(positions, {
    positions: skin,
    normals: vertexNormals(skin, skinTriangles, new Float32Array(skin.length)),
    triangles: skinTriangles,
  });
  closeSeams(tried.style, positions);
  return {
    positions,
    head: vertices,
    normals,
    uvs,
    triangles: withoutFace(positions, triangles, face),
    texture,
  };
}

/** Normals of the hair that faces the camera, camera space. */
function facingNormals({ positions, normals }: HairCards, pose: HairSubject['pose']): Float32Array {
  const turned = rotatePoints(pose.rotation, normals, new Float32Array(normals.length));
  const places = transformPoints(
    pose.rotation,
    pose.translation,
    positions,
    new Float32Array(positions.length),
  );
  const facing: number[] = [];
  for (let i = 0; i < turned.length; i += 3) {
    const towards =
      turned[i]! * places[i]! + turned[i + 1]! * places[i + 1]! + turned[i + 2]! * places[i + 2]!;
    if (towards < 0) facing.push(turned[i]!, turned[i + 1]!, turned[i + 2]!);
  }
  return Float32Array.from(facing);
}
