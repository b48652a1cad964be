import { openHand } from '../hand/gestures.js';
import { facingRotation, handParts, type Facing, type Surface } from '../hand/place-hand.js';
import { grippingReach } from '../hand/wrap.js';
import { normalized, type Vec3 } from '../mesh.js';
import type { ObjectPart, Site } from '../object-model.js';
import type { Random } from '../../random.js';

/** How a left hand holds a thing; object space, mm and degrees. */
interface Grip extends Facing {
  readonly surface: Surface;
  /** Where the back of the hand looks. */
  readonly outwards: Vec3;
  /** A point of the hand, hand space, and where it is held. */
  readonly anchor: Vec3;
  readonly at: Vec3;
  /** Whether the thumb goes behind the thing, where nobody sees it. */
  readonly thumbBehind?: boolean;
  /** What the thing is scaled by later: hands do not grow with it. */
  readonly scale?: number;
}

/** The hand that holds a thing, with its arm from below. @param side 1 for a left hand, −1 for a right one */
export function holdingHand(
  site: Site,
  random: Random,
  side: number,
  { surface, outwards, anchor, at, thumbBehind = false, scale = 1, ...facing }: Grip,
): ObjectPart[] {
  const [, ...fingers] = openHand(random, random.uniform(0, 0.5), 4);
  const [thumb, ...others] = grippingReach;
  return handParts(
    site.hand,
    side,
    {
      rotation: facingRotation(outwards, facing),
      anchor,
      at,
      size: random.uniform(0.94, 1.06) / scale,
      fingers: [{ bend: [-4, 6, 12], spread: thumbBehind ? 46 : 10 }, ...fingers],
      touch: { surface, outwards },
      closing: [thumbBehind ? undefined : thumb, ...others],
      elbow: normalized([random.uniform(0.35, 0.7), -0.85, random.uniform(-0.1, 0.2)]),
      shoulder: normalized([0.1, -0.8, -0.5]),
    },
    site.skin,
    random.fork('sleeve'),
  );
}

/** A hand around an upright round thing, from one side. @param radius of the thing at a height, mm */
export function holdingAround(
  site: Site,
  random: Random,
  side: number,
  height: number,
  radius: (y: number) => number,
  scale = 1,
): ObjectPart[] {
  const a = (random.uniform(52, 76) * Math.PI) / 180;
  const outwards: Vec3 = [Math.sin(a), 0, Math.cos(a)];
  const r = radius(height);
  return holdingHand(site, random, side, {
    surface: (x, y, z) => Math.hypot(x, z) - radius(y),
    outwards,
    scale,
    anchor: [4, 66, -14],
    at: [r * outwards[0], height, r * outwards[2]],
    turn: random.uniform(58, 80),
  });
}

/** Distance from a box about the origin with the given half sizes, rounded off outside. */
export function boxSurface(width: number, height: number, depth: number): Surface {
  return (x, y, z) => {
    const dx = Math.abs(x) - width;
    const dy = Math.abs(y) - height;
    const dz = Math.abs(z) - depth;
    return Math.hypot(Math.max(0, dx), Math.max(0, dy), Math.max(0, dz)) + Math.min(0, Math.max(dx, dy, dz));
  };
}
