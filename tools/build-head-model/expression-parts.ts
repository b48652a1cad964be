import type { Similarity } from '../../src/math/procrustes.js';
import { smoothstep } from '../../src/math/smoothstep.js';
import type { BustMotion } from './bust-motion.js';
import { followParts, type ReferenceVertices } from './geometry.js';
import type { Hanging } from './hanging.js';
import { followLids, type HelperGroups } from './helpers.js';
import type { CarriedUnit } from './expressions.js';
import { moved } from './register.js';
import type { FittedPart } from './parts.js';

/** A part and where it begins in the model. */
export interface PlacedPart {
  readonly part: FittedPart;
  readonly firstVertex: number;
}

/** How far the tip of the tongue comes forward, mm, and how much nearer its tip than its root it bends. */
const TONGUE_FORWARD_MM = 42;
const BENT = 1.3;
/** How far it rises over the lower teeth, and how far its tip then hangs over the lip, mm. */
const TONGUE_UP_MM = 11;
const TIP_DOWN_MM = 6;
const TIP_FROM = 0.7;

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
    withJaw(unit.jaw, mean, firstVertex, part.jaw ?? [], own);
    if (unit.tongue > 0 && part.tongue)
      bendTongue(mean.subarray(firstVertex * 3), own, part.tongue, unit.tongue);
    out.set(own, firstVertex * 3);
  }
  return out;
}

function withJaw(
  jaw: Similarity | undefined,
  mean: Float64Array,
  firstVertex: number,
  shares: readonly number[],
  out: Float64Array,
): void {
  if (!jaw) return;
  shares.forEach((share, i) => {
    const at = mean.slice((firstVertex + i) * 3, (firstVertex + i) * 3 + 3);
    moved(jaw, at).forEach((value, axis) => (out[i * 3 + axis] = share * (value - at[axis]!)));
  });
}

/**
 * Puts the tongue out, over the lower teeth and lip; its root stays.
 * @param mean of the part's vertices, mm
 * @param out displacements of them; the tongue's is added
 * @param tongue how much each vertex is tongue
 */
export function bendTongue(
  mean: ArrayLike<number>,
  out: Float64Array | Float32Array,
  tongue: readonly number[],
  amount: number,
): void {
  const own = tongue.flatMap((share, i) => (share > 0.5 ? [mean[i * 3 + 2]!] : []));
  // Teeth have none.
  if (own.length === 0) return;
  const [back, front] = [Math.min(...own), Math.max(...own)];
  tongue.forEach((share, i) => {
    const along = Math.min(1, Math.max(0, (mean[i * 3 + 2]! - back) / (front - back)));
    const hanging = smoothstep(TIP_FROM, 1, along);
    out[i * 3 + 1]! += amount * share * (TONGUE_UP_MM * along - TIP_DOWN_MM * hanging);
    out[i * 3 + 2]! += amount * share * TONGUE_FORWARD_MM * along ** BENT;
  });
}
