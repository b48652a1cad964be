import type { VrmPlaces } from './vrm-places.js';

/** Index of a joint's node. @throws RangeError where the skeleton has none of that name */
export function requiredNode(operation: string, { nodeOf }: VrmPlaces, joint: string): number {
  const node = nodeOf(joint);
  if (node === undefined)
    throw new RangeError(
      `${operation}: expected a humanoid skeleton, got one without "${joint}"; make the scene with skeleton: 'humanoid'.`,
    );
  return node;
}
