import { createImage, type Image } from '../math/image.js';
import type { ModelPart, MorphableModel } from '../model/morphable-model.js';
import { pullPush } from '../render/pull-push.js';
import { createTexelMap, texelValues } from '../render/texel-map.js';

/** Texels per side: the values are smooth. */
const SIZE = 128;

/** Roughness of skin, and of what is smoother or rougher, by the model's regions. */
const PLAIN_SKIN = 0.6;
const roughnessOf: Readonly<Record<string, number>> = {
  nose: 0.5,
  forehead: 0.54,
  mouth: 0.46,
  eyes: 0.52,
  scalp: 0.75,
  neck: 0.64,
  mouthCavity: 0.35,
};

/** How much of the light from all around reaches the inside of mouth and sockets. */
const lightOf: Readonly<Record<string, number>> = { mouthCavity: 0.12, sockets: 0.45 };

const maps = new WeakMap<MorphableModel, Image>();

/**
 * How a skin takes light, over its atlas: red tells how much light from all around arrives, green roughness,
 * blue metal, of which there is none. 128×128; nothing of it depends on the person.
 */
export function surfaceMap(model: MorphableModel): Image {
  const known = maps.get(model);
  if (known) return known;
  const part = model.parts[0]!;
  const light = regionValues(model, part, lightOf, 1);
  const roughness = regionValues(model, part, roughnessOf, PLAIN_SKIN);
  const map = createTexelMap(part.uvs, part.uvTriangles, SIZE);
  const fields = [light, roughness].map((field) => texelValues(map, part.triangles, (v) => field[v]!));
  const filled = new Float32Array(map.triangle.length).map((_, i) => (map.triangle[i]! < 0 ? 0 : 1));
  const values = new Float32Array(2 * filled.length).map((_, i) => fields[i % 2]![i >> 1]!);
  // The atlas's empty texels would shine through at its islands' borders.
  pullPush(values, filled, SIZE, 2);
  const out = createImage(SIZE, SIZE, 3);
  for (let at = 0; at < filled.length; at++) {
    out.data[3 * at] = 255 * values[2 * at]!;
    out.data[3 * at + 1] = 255 * values[2 * at + 1]!;
  }
  maps.set(model, out);
  return out;
}

/** Per vertex of the model: a plain value, or where regions say so theirs. */
function regionValues(
  { regions, vertexCount }: MorphableModel,
  { firstVertex, vertexCount: own }: ModelPart,
  values: Readonly<Record<string, number>>,
  plain: number,
): Float32Array {
  const out = new Float32Array(vertexCount).fill(plain);
  for (const [name, value] of Object.entries(values)) {
    const mask = regions.get(name);
    if (!mask) continue;
    for (let v = firstVertex; v < firstVertex + own; v++) out[v]! += mask[v]! * (value - out[v]!);
  }
  return out;
}
