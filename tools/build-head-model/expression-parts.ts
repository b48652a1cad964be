import type { Similarity } from '../../src/math/procrustes.js';
import type { BustMotion } from './bust-motion.js';
import { followParts, type ReferenceVertices } from './geometry.js';
import type { Hanging } from './hanging.js';
import { followLids, lowerTeeth, type HelperGroups } from './helpers.js';
import type { CarriedUnit } from './expressions.js';
import { moved } from './register.js';
import type { FittedPart } from './parts.js';

/** A part and where it begins in the model. */
export interface PlacedPart {
  readonly part: FittedPart;
  readonly firstVertex: number;
}

/** How far the tip of the tongue comes forward, and rises over the lower teeth, mm. */
const TONGUE_FORWARD_MM = 34;
const TONGUE_UP_MM = 3;
/** How much nearer its root than its tip it bends: coming out, and lying down. */
const BENT = 1.5;
const LYING = 0.6;
/** How far the front of the tongue lies down behind the lower teeth when the jaw opens, mm. */
const TONGUE_DOWN_MM = 15;

/**
 * A unit's displacement of all model vertices. Brows and lashes go with the skin, upper teeth and eyeballs
 * stay, lower teeth and tongue move with the jaw.
 *
 * @param mean vertices of the mean head in the axes that the unit's jaw moves in, all of the model's, mm
 */
export function expressionOverModel(
  unit: CarriedUnit,
  mean: Float64Array,
  vertices: ReferenceVertices,
  groups: HelperGroups,
  placed: readonly PlacedPart[],
  beyond: Hanging,
  bustMotion: BustMotion,
): Float32Array {
  const out = new Float32Array(mean.length);
  out.set(unit.head);
  const reference = new Float64Array(vertices.baseVertices.length * 3);
  reference.set(unit.head);
  followLids(groups, unit.head, reference);
  bustMotion.settle(reference);
  out.set(followParts(reference, vertices, beyond, false), vertices.headCount * 3);
  for (const { part, firstVertex } of placed) {
    const own = followParts(reference, vertices, part, false);
    if (part.name === 'teeth') withJaw(unit.jaw, mean, firstVertex, lowerTeeth(part).vertices, own);
    if (part.name === 'tongue') {
      withJaw(unit.jaw, mean, firstVertex, new Set(part.references.keys()), own);
      if (unit.tongue > 0)
        bendTongue(mean, firstVertex, own, [0, TONGUE_UP_MM, TONGUE_FORWARD_MM], unit.tongue);
      if (unit.tongueDown > 0)
        bendTongue(mean, firstVertex, own, [0, -TONGUE_DOWN_MM, 0], unit.tongueDown, LYING);
    }
    out.set(own, firstVertex * 3);
  }
  return out;
}

function withJaw(
  jaw: Similarity | undefined,
  mean: Float64Array,
  firstVertex: number,
  which: ReadonlySet<number>,
  out: Float64Array,
): void {
  if (!jaw) return;
  for (const i of which) {
    const at = mean.slice((firstVertex + i) * 3, (firstVertex + i) * 3 + 3);
    moved(jaw, at).forEach((value, axis) => (out[i * 3 + axis] = value - at[axis]!));
  }
}

/** Moves the tongue's tip; its root stays. */
function bendTongue(
  mean: Float64Array,
  firstVertex: number,
  out: Float64Array,
  tip: readonly number[],
  amount: number,
  power = BENT,
): void {
  const count = out.length / 3;
  const depth = Array.from({ length: count }, (_, i) => mean[(firstVertex + i) * 3 + 2]!);
  const [back, front] = [Math.min(...depth), Math.max(...depth)];
  depth.forEach((z, i) => {
    const share = amount * ((z - back) / (front - back)) ** power;
    tip.forEach((length, axis) => (out[i * 3 + axis]! += share * length));
  });
}
