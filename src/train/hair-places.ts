import { fromEyes } from './cover-frame.js';
import type { UnlabelledView } from './unlabelled-view.js';
import type { HairLook } from './worn-things.js';

/**
 * An oval about the skull in which bound, short and shaved hair stays, in sizes of the face, from the middle
 * between the eyes.
 */
const SKULL = { down: -0.3, wide: 0.95, high: 0.95 };
/** Seen from the side, the back of the head is so much farther from the eyes; and eyes are so far apart. */
const BEHIND = 0.45;
const APART = 0.42;
/** What stands out from the head reaches farther than what lies on it. */
const CURLED = 1.3;
/** A knot of hair may be anywhere above here. */
const KNOT_LOW = 0.3;
/** The bald have none above this. */
const BALD_HIGH = -0.45;

/**
 * Where somebody's hair cannot be, by what was seen of its length: dark backgrounds, collars and beards look
 * like hair to a network that has seen few.
 */
export function hairlessPlaces({ frame, size, worn }: UnlabelledView): (at: number) => boolean {
  const hair = worn?.hair;
  if (!hair || !staysOnHead(hair)) return () => false;
  const placeOf = fromEyes(frame, size);
  const frontal = Math.min(1, Math.hypot(...frame.apart) / (APART * frame.size));
  const farther = hair.curl === 'curly' || hair.curl === 'coily' ? CURLED : 1;
  const wide = farther * (SKULL.wide + BEHIND * (1 - frontal));
  const high = farther * SKULL.high;
  return (at) => {
    const [x, y] = placeOf(at);
    if (hair.length === 'bald' && y < BALD_HIGH) return true;
    if (hair.length === 'tied' && y < KNOT_LOW) return false;
    return (x / wide) ** 2 + ((y - SKULL.down) / high) ** 2 > 1;
  };
}

const staysOnHead = ({ length }: HairLook): boolean => length !== 'medium' && length !== 'long';
