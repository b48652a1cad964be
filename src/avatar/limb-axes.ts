import type { HeadJoint } from '../io/head-scene.js';
import { rotationToQuaternion } from '../math/rotation.js';

type Quaternion = readonly [number, number, number, number];

/** A joint's axes at rest, head space: the columns are its +x, +y and +z; row-major. */
const quaternionOf = (rows: readonly number[]): Quaternion =>
  [...rotationToQuaternion(Float64Array.from(rows))] as unknown as Quaternion;

/** How far a foot leans forward from a leg that hangs down, radians; toes lie flat. */
const FOOT = Math.atan2(120, 65);

/** Legs: +y down, +x to the subject's right, +z to the front; then turned about +x towards the front. */
const legTurnedBy = (angle: number): Quaternion => {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return quaternionOf([-1, 0, 0, 0, -c, s, 0, s, c]);
};

/** Mixamo's axes of a body in a T-pose, by what joints' names say; the rest is not turned. */
const axes: readonly (readonly [RegExp, Quaternion])[] = [
  [/^(Left|Right)(UpLeg|Leg)$/, legTurnedBy(0)],
  [/^(Left|Right)Foot$/, legTurnedBy(FOOT)],
  [/^(Left|Right)ToeBase$/, legTurnedBy(Math.PI / 2)],
  // Arms: +y along the arm, +z down.
  [/^Left(Shoulder|Arm|ForeArm|Hand)/, quaternionOf([0, 1, 0, 0, 0, -1, -1, 0, 0])],
  [/^Right(Shoulder|Arm|ForeArm|Hand)/, quaternionOf([0, -1, 0, 0, 0, -1, 1, 0, 0])],
];

/** A joint whose +y runs along its bone, where it is one of a limb's. */
export function alongBones(joint: HeadJoint): HeadJoint {
  const own = axes.find(([pattern]) => pattern.test(joint.name));
  return own ? { ...joint, axes: own[1] } : joint;
}
