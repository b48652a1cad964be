import type { HeadMesh, MorphTarget } from '../io/head-scene.js';
import { rotationFromAxisAngle } from '../math/rotation.js';
import type { UnitWeights } from '../model/visemes.js';

/**
 * Morph targets that are sums of others, under names of their own, in the order of the table.
 *
 * @param targets of a mesh; units that it lacks do not move it
 */
export function summedMorphs(
  targets: readonly MorphTarget[],
  sums: Readonly<Record<string, UnitWeights>>,
): MorphTarget[] {
  const [first] = targets;
  if (!first) return [];
  const byName = new Map(targets.map((target) => [target.name, target.deltas]));
  return Object.entries(sums).map(([name, weights]) => {
    const deltas = new Float32Array(first.deltas.length);
    for (const [unit, weight] of Object.entries(weights)) {
      const own = byName.get(unit);
      if (own) for (let i = 0; i < deltas.length; i++) deltas[i]! += weight * own[i]!;
    }
    return { name, deltas };
  });
}

/**
 * How far an eye turns when its `eyeLook…` unit is 1, radians: about as far as people look without their
 * head.
 */
const EYE_TURN = 0.5;

/** Yaw and pitch, in turns of `EYE_TURN`, of each direction that an eye looks in: left is the subject's. */
const directions: Readonly<Record<'Left' | 'Right', Readonly<Record<string, readonly [number, number]>>>> = {
  Left: { Down: [0, 1], In: [-1, 0], Out: [1, 0], Up: [0, -1] },
  Right: { Down: [0, 1], In: [1, 0], Out: [-1, 0], Up: [0, -1] },
};

/**
 * ARKit's `eyeLook…` units for an eyeball: the turn about its centre that the lids' units go with, for
 * programs that know morph targets and no joints.
 */
export function eyeMorphs({ positions, pivot }: HeadMesh): MorphTarget[] {
  if (!pivot) return [];
  const side = pivot[0] > 0 ? 'Left' : 'Right';
  return Object.entries(directions[side]).map(([direction, [yaw, pitch]]) => {
    const r = rotationFromAxisAngle([pitch * EYE_TURN, yaw * EYE_TURN, 0]);
    const deltas = new Float32Array(positions.length);
    for (let i = 0; i < deltas.length; i += 3) {
      const from = [0, 1, 2].map((axis) => positions[i + axis]! - pivot[axis]!);
      for (let axis = 0; axis < 3; axis++) {
        const row = 3 * axis;
        deltas[i + axis] = r[row]! * from[0]! + r[row + 1]! * from[1]! + r[row + 2]! * from[2]! - from[axis]!;
      }
    }
    return { name: `eyeLook${direction}${side}`, deltas };
  });
}
