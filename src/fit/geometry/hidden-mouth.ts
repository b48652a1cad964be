import { smoothstep } from '../../math/smoothstep.js';
import { mirroredUnit } from '../../model/arkit-units.js';

/** Units that part the lips or draw them aside: of a mouth that nobody sees, they are at rest. */
const AT_REST =
  /^(jawOpen|jawLeft|jawRight|mouth(Close|Left|Right|(UpperUp|LowerDown|Stretch)(Left|Right)|ShrugUpper))$/;
/** Units that are alike on both sides of such a mouth. */
const EVEN = /^mouth(Smile|Frown|Dimple|Press)(Left|Right)$/;
/** A mouth of which less than the first share is seen is hidden; from the second on it is not. */
const HIDDEN = 0.2;
const SEEN = 0.5;
/** `jawOpen` between which a hidden mouth becomes an open one, as chins tell, and smiles, as cheeks do. */
const OPEN = [0.25, 0.4] as const;
const LAUGHING = [0.45, 0.75] as const;

/**
 * Brings a mouth to rest as far as it is hidden, in place. What is expected of it is the mean of all that it
 * may do, which nobody does: lips a little apart, drawn aside, teeth bared. A smile, which cheeks and eyes
 * tell of, stays, the same on both sides.
 * @param names of the units
 * @param expression their coefficients, 0…1
 * @param seen share of the mouth in plain view, 0…1
 */
export function restHiddenMouth(names: readonly string[], expression: Float32Array, seen: number): void {
  const fitted = expression.slice();
  const unit = (name: string): number => fitted[names.indexOf(name)] ?? 0;
  const smile = (unit('mouthSmileLeft') + unit('mouthSmileRight')) / 2;
  const even = 1 - smoothstep(HIDDEN, SEEN, seen);
  const rest = even * (1 - Math.max(smoothstep(...OPEN, unit('jawOpen')), smoothstep(...LAUGHING, smile)));
  names.forEach((name, k) => {
    if (AT_REST.test(name)) expression[k] = (1 - rest) * fitted[k]!;
    if (EVEN.test(name)) expression[k] = fitted[k]! + (even * (unit(mirroredUnit(name)) - fitted[k]!)) / 2;
  });
}
