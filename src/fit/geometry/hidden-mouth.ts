import { smoothstep } from '../../math/smoothstep.js';
import { mirroredUnit } from '../../model/arkit-units.js';

/** Units that part the lips or draw them aside: of a mouth that nobody sees, they are at rest. */
const AT_REST = /^(jaw|mouth)(Left|Right|(UpperUp|LowerDown)(Left|Right)|ShrugUpper)$/;
/** Units that are alike on both sides of such a mouth. */
const EVEN = /^mouth(Smile|Frown|Dimple|Press|Stretch)(Left|Right)$/;
/** A mouth of which less than the first share is seen is hidden; from the second on it is not. */
const HIDDEN = 0.2;
const SEEN = 0.5;
/** `jawOpen` between which a hidden mouth becomes an open one, as chins tell, and smiles, as cheeks do. */
const OPEN = [0.25, 0.4] as const;
const LAUGHING = [0.45, 0.75] as const;

/**
 * An expression whose mouth is at rest as far as it is hidden. What is expected of it is the mean of all that
 * it may do, which nobody does: lips a little apart, drawn aside, teeth bared. A smile, which cheeks and eyes
 * tell of, stays.
 * @param names of the units
 * @param fitted their coefficients, 0…1
 * @param seen share of the mouth in plain view, 0…1
 * @returns new coefficients; `fitted` itself where the mouth is seen
 */
export function restHiddenMouth(names: readonly string[], fitted: Float32Array, seen: number): Float32Array {
  const even = 1 - smoothstep(HIDDEN, SEEN, seen);
  if (even === 0) return fitted;
  const unit = (name: string): number => fitted[names.indexOf(name)] ?? 0;
  const smile = (unit('mouthSmileLeft') + unit('mouthSmileRight')) / 2;
  const rest = even * (1 - Math.max(smoothstep(...OPEN, unit('jawOpen')), smoothstep(...LAUGHING, smile)));
  return fitted.map((value, k) => {
    const name = names[k]!;
    if (AT_REST.test(name)) return (1 - rest) * value;
    if (EVEN.test(name)) return value + (even * (unit(mirroredUnit(name)) - value)) / 2;
    // Lips that touch, however far the jaw is expected to be open.
    return name === 'mouthClose' ? value + rest * (unit('jawOpen') - value) : value;
  });
}
