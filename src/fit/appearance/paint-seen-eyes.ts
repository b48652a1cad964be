import type { Image } from '../../math/image.js';
import { smoothstep } from '../../math/smoothstep.js';
import { byteOfLinear, linearOfByte, luminance } from '../../render/color.js';
import { pullPush } from '../../render/pull-push.js';
import { EYE_FRONT } from './iris-disc.js';
import { irisSeen, radiusOf, ringColors, type SeenEye } from './seen-eyes.js';

/** Of an iris less than this share says nothing: the eye is closed, and what is seen are lids. */
const LEAST_SEEN = 0.2;
/** The iris ends between these shares of its radius; what is further out is white. */
const IRIS_ENDS = [1, 1.2] as const;
/** What the photo shows is continued this far, in radii of the iris: beyond, nobody looks. */
const CONTINUED = [1.6, EYE_FRONT] as const;
/** Catchlights are left at so many times the brightness of the iris around the pupil. */
const CATCHLIGHT = 1.6;
/** What is continued stays within these shares of what is expected: lids shade what is near them. */
const CONTINUES = [0.5, 1.5] as const;

/**
 * Paints what the photo shows of eyes over their texture, and continues it below the lids: the iris around
 * the pupil, the rest smoothly. Half of a face's likeness is in its eyes.
 * @param texture eyes as they are painted without that, changed in place
 */
export function paintSeenEyes(texture: Image, eyes: readonly SeenEye[]): void {
  const { width: size } = texture;
  const open = eyes.filter((eye) => irisSeen(eye, size) >= LEAST_SEEN);
  for (const eye of open) {
    const own = ringColors([eye], size);
    const all = ringColors(open, size);
    const expected = expectedColors(texture, eye, (radius) => own(radius) ?? all(radius));
    paintEye(texture, eye, expected);
  }
}

/** size×size×3, linear: the painted texture, its iris in the colours around the pupil. */
function expectedColors(
  { width: size, data }: Image,
  { disc }: SeenEye,
  ringAt: ReturnType<typeof ringColors>,
): Float32Array {
  const colors = new Float32Array(3 * size * size);
  for (let texel = 0; texel < size * size; texel++) {
    const radius = radiusOf(disc, texel, size);
    if (radius > EYE_FRONT) continue;
    const ring = ringAt(radius);
    const iris = ring ? 1 - smoothstep(...IRIS_ENDS, radius) : 0;
    for (let c = 0; c < 3; c++) {
      const painted = linearOfByte[data[4 * texel + c]!]!;
      colors[3 * texel + c] = painted + iris * ((ring?.[c] ?? painted) - painted);
    }
  }
  return colors;
}

function paintEye({ width: size, data }: Image, eye: SeenEye, expected: Float32Array): void {
  const { disc } = eye;
  const weight = new Float32Array(size * size);
  const change = new Float32Array(3 * size * size);
  const [least, most] = CONTINUES;
  eye.texels.forEach((texel, i) => {
    weight[texel] = eye.weights[i]!;
    const [red, green, blue] = eye.colors.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const [r, g, b] = expected.subarray(3 * texel, 3 * texel + 3) as unknown as [number, number, number];
    const inIris = radiusOf(disc, texel, size) < IRIS_ENDS[0];
    const brighter = luminance([red, green, blue]) / Math.max(1e-4, luminance([r, g, b]));
    const dim = inIris ? Math.min(1, CATCHLIGHT / Math.max(1e-4, brighter)) : 1;
    change.set([dim * red - r, dim * green - g, dim * blue - b], 3 * texel);
  });
  const seen = weight.slice();
  pullPush(change, weight, size, 3);
  for (let texel = 0; texel < size * size; texel++) {
    const radius = radiusOf(disc, texel, size);
    if (radius > EYE_FRONT) continue;
    const keeps = 1 - smoothstep(...CONTINUED, radius);
    for (let c = 0; c < 3; c++) {
      const plain = expected[3 * texel + c]!;
      const value = plain + change[3 * texel + c]!;
      const continued = plain + keeps * (Math.min(most * plain, Math.max(least * plain, value)) - plain);
      data[4 * texel + c] = byteOfLinear(Math.max(0, continued + seen[texel]! * (value - continued)));
    }
  }
}
