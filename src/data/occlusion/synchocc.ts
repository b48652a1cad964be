import { createImage, type Image } from '../../math/image.js';
import { createRandom, type Random } from '../random.js';
import { coverageOf, faceRegion, type FaceRegion } from './face-region.js';
import { fills, type Fill } from './fills.js';
import type { OccludedFace } from './occluded-face.js';
import {
  amountFor,
  checkCoverage,
  checkPhoto,
  leastCoverage,
  mostCoverage,
  type Occlusion,
  type OcclusionOptions,
} from './occlusion.js';
import { shapes, type Shape } from './shapes.js';

/** Names of the shapes of {@link synchocc}. */
export const synchoccNames: readonly string[] = Object.keys(shapes);

/** Shapes that cannot hide much more than {@link MOST_OPEN} of a face. */
const open: ReadonlySet<string> = new Set(['text', 'logo', 'grid']);
const MOST_OPEN = 0.45;

/** So many pixels of the face tell how much of it a shape hides. */
const PROBES = 2500;
/** Shapes of many pieces hide at most this share of what they span. */
const DENSEST = 0.8;

/** A shape put onto the photo. */
interface Patch {
  readonly shape: Shape;
  readonly x: number;
  readonly y: number;
  readonly cos: number;
  readonly sin: number;
  readonly opacity: number;
  /** Width of the edge, pixels. */
  readonly edge: number;
}

/**
 * Covers a face with a synthetic shape or patch, anywhere on it: after SynChOcc of Tiwari et al. 2022
 * (ROGUE).
 *
 * @param photo three channels
 * @param seed the same seed, photo and face give the same bytes
 * @throws RangeError for an unknown shape, a coverage outside 0…1, a photo without three channels, a face
 *   outside of it
 */
export function synchocc(
  photo: Image,
  face: OccludedFace,
  seed: number | string,
  options: OcclusionOptions = {},
): Occlusion {
  checkPhoto('synchocc', photo);
  checkCoverage('synchocc', options.coverage);
  const random = createRandom(seed).fork('synchocc');
  const wanted = options.coverage ?? random.fork('coverage').uniform(leastCoverage, mostCoverage);
  const name =
    options.occluder ??
    random
      .fork('shape')
      .choice(wanted > MOST_OPEN ? synchoccNames.filter((shape) => !open.has(shape)) : synchoccNames);
  const make = shapes[name];
  if (!make)
    throw new RangeError(
      `synchocc: expected an occluder of ${synchoccNames.join(', ')}, received "${name}".`,
    );
  const region = faceRegion(face, photo.width, photo.height);
  const side = Math.max(region.box.width, region.box.height);
  const r = random.fork('patch');
  const opacity = r.uniform() < 0.8 || wanted > 0.6 ? 1 : r.uniform(0.75, 0.95);
  const [x, y] = somewhere(region, wanted, r);
  const angle = r.normal(0, 0.6);
  const soft = r.uniform() < 0.35 ? r.uniform(0.02, 0.08) * side : 1;
  const shape = make(random.fork('outline'), Math.min(DENSEST, wanted + 0.12));
  const patch: Patch = {
    shape,
    x,
    y,
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    opacity,
    edge: Math.max(1, soft),
  };
  const probes = probePixels(region);
  const size = (amount: number) => side * (0.06 + 1.9 * amount * amount);
  const radius = size(
    amountFor(wanted, (amount) => {
      let hidden = 0;
      for (let i = 0; i < probes.length; i += 2)
        hidden += alphaAt(patch, size(amount), probes[i]!, probes[i + 1]!);
      return hidden / (probes.length / 2);
    }),
  );
  const fillName = r.choice(Object.keys(fills));
  const fill = fills[fillName]!(random.fork('fill'), photo, radius);
  const { image, mask } = painted(photo, patch, radius, fill);
  return {
    image,
    mask,
    coverage: coverageOf(region, mask.data, photo.width),
    occluder: name,
    parameters: {
      fill: fillName,
      opacity: rounded(opacity),
      x: rounded(x),
      y: rounded(y),
      radius: rounded(radius),
      degrees: rounded((angle * 180) / Math.PI),
      edge: rounded(patch.edge),
    },
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** A pixel of the face's skin; nearer to its middle the more is to be hidden. */
function somewhere({ box, skin }: FaceRegion, wanted: number, random: Random): [number, number] {
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  const pull = Math.min(0.8, wanted);
  for (let attempt = 0; attempt < 100; attempt++) {
    const x = random.integer(0, box.width - 1);
    const y = random.integer(0, box.height - 1);
    if (skin[y * box.width + x] === 1)
      return [box.x + x + pull * (middle[0] - box.x - x), box.y + y + pull * (middle[1] - box.y - y)];
  }
  return [...middle];
}

/** Pixels of the skin at even steps, x and y in turn. */
function probePixels({ box, skin, count }: FaceRegion): Float32Array {
  const step = Math.max(1, count / PROBES);
  const pixels: number[] = [];
  let seen = 0;
  let next = 0;
  for (let i = 0; i < skin.length; i++) {
    if (skin[i] !== 1 || seen++ < next) continue;
    next += step;
    pixels.push(box.x + (i % box.width) + 0.5, box.y + Math.floor(i / box.width) + 0.5);
  }
  return Float32Array.from(pixels);
}

function alphaAt(
  { shape, x, y, cos, sin, opacity, edge }: Patch,
  radius: number,
  px: number,
  py: number,
): number {
  const dx = px - x;
  const dy = py - y;
  const distance = radius * shape((cos * dx + sin * dy) / radius, (cos * dy - sin * dx) / radius);
  const t = Math.min(1, Math.max(0, 0.5 - distance / edge));
  return opacity * (edge > 1.5 ? t * t * (3 - 2 * t) : t);
}

function painted(photo: Image, patch: Patch, radius: number, fill: Fill): { image: Image; mask: Image } {
  const { width, height } = photo;
  const reach = 2 * radius + patch.edge;
  const color = new Float64Array(3);
  const image: Image = { width, height, channels: 3, data: Uint8Array.from(photo.data) };
  const mask = createImage(width, height, 1);
  for (let y = Math.max(0, Math.floor(patch.y - reach)); y < Math.min(height, patch.y + reach); y++) {
    for (let x = Math.max(0, Math.floor(patch.x - reach)); x < Math.min(width, patch.x + reach); x++) {
      const alpha = alphaAt(patch, radius, x + 0.5, y + 0.5);
      if (alpha < 1 / 512) continue;
      const i = y * width + x;
      fill(x, y, color);
      for (let k = 0; k < 3; k++)
        image.data[3 * i + k] = Math.round(
          photo.data[3 * i + k]! * (1 - alpha) + alpha * Math.min(255, Math.max(0, color[k]!)),
        );
      mask.data[i] = Math.round(255 * alpha);
    }
  }
  return { image, mask };
}
