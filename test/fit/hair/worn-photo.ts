import { createImage, type Image } from '../../../src/math/image.js';
import { rotationFromEuler } from '../../../src/math/rotation.js';
import { transformPoints } from '../../../src/math/camera.js';
import { constantLight } from '../../../src/math/spherical-harmonics.js';
import { evaluateVertices } from '../../../src/model/evaluate.js';
import type { HairStyle } from '../../../src/model/hair-file.js';
import { followHead } from '../../../src/model/hair-on-head.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import type { ParsingClass } from '../../../src/network/parsing/parsing-classes.js';
import { createRasterTarget, rasterize } from '../../../src/render/rasterize.js';
import type { HairSubject } from '../../../src/fit/hair/fit-hair.js';
import { parsedFace } from '../parsed-face.js';

const SIZE = 400;
export const hairColor = [120, 70, 40] as const;
const colorOf: Readonly<Record<ParsingClass, readonly number[]>> = {
  background: [140, 170, 210],
  skin: [215, 165, 140],
  hair: hairColor,
  cover: [20, 200, 60],
};

/**
 * A photo of a head that wears a style, in flat colours and without errors of any network.
 * @param style none: a bald head
 * @param collar rows from which on all beside the head is taken for hair
 */
export function wornPhoto(
  model: MorphableModel,
  style: HairStyle | undefined,
  { yaw = 0, shape = [] as ArrayLike<number>, collar = Infinity } = {},
): HairSubject {
  const vertices = evaluateVertices(model, { shape });
  const hair = style ? followHead(model, style.positions, model.meanShape, vertices) : new Float32Array();
  const pose = {
    rotation: rotationFromEuler({ yaw, pitch: 0, roll: 0 }),
    translation: Float64Array.of(0, 20, -1000),
  };
  const camera = { focal: 1100, cx: SIZE / 2, cy: SIZE / 2 };
  const target = createRasterTarget(SIZE, SIZE);
  const posed = (points: Float32Array): Float32Array =>
    transformPoints(pose.rotation, pose.translation, points, new Float32Array(points.length));
  const skin = model.parts[0]!.triangles;
  rasterize(target, posed(vertices), skin, camera);
  if (style)
    rasterize(target, posed(hair), style.triangles, camera, { clear: false, idOffset: skin.length / 3 });
  const classAt = (x: number, y: number): ParsingClass => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= SIZE || row >= SIZE) return 'background';
    const id = target.triangle[row * SIZE + column]!;
    if (id < 0 && row > collar) return 'hair';
    return id < 0 ? 'background' : id < skin.length / 3 ? 'skin' : 'hair';
  };
  const image: Image = createImage(SIZE, SIZE, 3);
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) image.data.set(colorOf[classAt(x + 0.5, y + 0.5)], 3 * (y * SIZE + x));
  const parsing = parsedFace({ camera, ...pose }, classAt);
  return { image, parsing, camera, pose, shape, light: constantLight(1) };
}
