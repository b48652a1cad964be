import type { HeadJoint, HeadSkeleton } from '../io/head-scene.js';
import { bodyJoints } from './body-joints.js';
import { alongBones } from './limb-axes.js';
import { moved, type JointPlaces, type Point } from './joint-places.js';

/**
 * What carries an avatar: head and neck alone, or a whole body's joints, for programs that ask for them:
 * `humanoid` without turned joints, as VRM wants it; `mixamo` with the limbs' +y along their bones, as
 * animations made for Mixamo's bodies want it.
 */
export type SkeletonKind = 'head' | 'humanoid' | 'mixamo';

/** From the base of the neck down to the joint that does not turn with the head. */
const TO_CHEST: Point = [0, -130, 20];

/** Name of the joint that shoulders follow. */
export function chestOf(kind: SkeletonKind): string {
  return kind === 'head' ? 'Spine' : 'Spine2';
}

/**
 * The skeleton of a head. The names are those of Mixamo and Ready Player Me, which most programs know:
 * `Neck`, `Head`, `LeftEye`, `RightEye`, and for a body `Hips`, `Spine`, `LeftArm` and so on, in a T-pose, on
 * the ground. Joints are not turned at rest, +y is up and +z to the front for each, but `mixamo`'s limbs.
 */
export function skeletonOf(
  kind: SkeletonKind,
  skinned: HeadSkeleton['skinned'],
  places: JointPlaces,
): HeadSkeleton {
  const chest = moved(places.neck, TO_CHEST, places.scale);
  const eyes = Object.entries({ LeftEye: places.leftEye, RightEye: places.rightEye });
  const upper: HeadJoint[] = [
    { name: 'Neck', parent: chestOf(kind), position: places.neck },
    { name: 'Head', parent: 'Neck', position: places.head },
    ...eyes.flatMap(([name, position]) => (position ? [{ name, parent: 'Head', position }] : [])),
  ];
  if (kind === 'head') {
    const joints: HeadJoint[] = [{ name: chestOf(kind), position: chest }, ...upper];
    return { root: skinned === 'all' ? 'Armature' : 'Avatar', skinned, joints };
  }
  const { spine, limbs, height } = bodyJoints(chest, places.scale);
  const joints = [...spine, ...upper, ...limbs];
  const turned = kind === 'mixamo' ? joints.map(alongBones) : joints;
  return { root: 'Armature', skinned, joints: turned, height };
}
