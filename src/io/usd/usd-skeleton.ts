import {
  multiplyRotations,
  rotatePoints,
  rotationFromQuaternion,
  rotationToQuaternion,
  transposeRotation,
} from '../../math/rotation.js';
import { fixed } from '../fixed-decimals.js';
import type { HeadJoint, HeadMesh, HeadSkeleton } from '../head-scene.js';
import { usdArray, usdName, usdTokens, type UsdPrim } from './usda.js';

/** USD's own unit, the centimetre: programs that do not look at the layer's unit take it for that. */
export const centimetresPerMillimetre = 0.1;

const unturned = [0, 0, 0, 1] as const;

/** A joint's turn and place in another's frame; cm. */
interface JointFrame {
  readonly turn: Float64Array;
  readonly place: Float64Array;
}

/** Joints as USD names them, by the path from the first one. */
function jointPaths({ joints }: HeadSkeleton): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { name, parent } of joints)
    paths.set(name, parent === undefined ? usdName(name) : `${paths.get(parent)!}/${usdName(name)}`);
  return paths;
}

/**
 * The skeleton, and the pose and weights of what is seen as an animation of one moment: USD keeps both there.
 * @param path of the skeleton in the layer
 */
export function skeletonPrims(path: string, skeleton: HeadSkeleton, meshes: readonly HeadMesh[]): UsdPrim {
  const names = usdTokens([...jointPaths(skeleton).values()]);
  const known = new Map(skeleton.joints.map((joint) => [joint.name, joint]));
  const bind = skeleton.joints.map(inHead);
  const rest = skeleton.joints.map((joint) => inParent(joint, joint.parent, known));
  const posed = skeleton.joints.map((joint, k) => turnedBy(rest[k]!, jointTurn(joint.name, meshes)));
  const weights = shapeWeights(meshes);
  return {
    kind: 'Skeleton',
    name: path.slice(path.lastIndexOf('/') + 1),
    metadata: ['prepend apiSchemas = ["SkelBindingAPI"]'],
    lines: [
      `uniform token[] joints = ${names}`,
      `uniform matrix4d[] bindTransforms = ${matrices(bind)}`,
      `uniform matrix4d[] restTransforms = ${matrices(rest)}`,
      `rel skel:animationSource = <${path}/Pose>`,
    ],
    children: [
      {
        kind: 'SkelAnimation',
        name: 'Pose',
        lines: [
          `uniform token[] joints = ${names}`,
          `float3[] translations = ${usdArray(
            posed.flatMap(({ place }) => [...place]),
            4,
            3,
          )}`,
          `quatf[] rotations = ${usdArray(posed.flatMap(realFirst), 6, 4)}`,
          `half3[] scales = ${usdArray(new Float32Array(3 * posed.length).fill(1), 0, 3)}`,
          `uniform token[] blendShapes = ${usdTokens([...weights.keys()])}`,
          `float[] blendShapeWeights = ${usdArray([...weights.values()], 4)}`,
        ],
      },
    ],
  };
}

function inHead({ position, axes = unturned }: HeadJoint): JointFrame {
  return {
    turn: rotationFromQuaternion(axes),
    place: Float64Array.from(position, (x) => x * centimetresPerMillimetre),
  };
}

function inParent(
  joint: HeadJoint,
  parent: string | undefined,
  known: ReadonlyMap<string, HeadJoint>,
): JointFrame {
  const own = inHead(joint);
  if (parent === undefined) return own;
  const above = inHead(known.get(parent)!);
  const back = transposeRotation(above.turn);
  const from = own.place.map((x, axis) => x - above.place[axis]!);
  return {
    turn: multiplyRotations(back, own.turn),
    place: rotatePoints(back, from, new Float64Array(3)),
  };
}

/**
 * How what hangs on a joint is turned in the scene. Eyes that look by blend shapes are not turned as well:
 * one weight moves all meshes that have a shape of its name.
 */
function jointTurn(name: string, meshes: readonly HeadMesh[]): HeadMesh['rotation'] {
  const turned = meshes.find(({ binding, rotation }) => rotation && binding?.joints[0] === name);
  return turned && (turned.morphTargets ?? []).length === 0 ? turned.rotation : undefined;
}

function turnedBy({ turn, place }: JointFrame, by: HeadMesh['rotation']): JointFrame {
  return { turn: by ? multiplyRotations(turn, rotationFromQuaternion(by)) : turn, place };
}

/** USD's quaternions have the real part first. */
function realFirst({ turn }: JointFrame): number[] {
  const [x, y, z, w] = rotationToQuaternion(turn);
  return [w!, x!, y!, z!];
}

/** 4×4, which multiply rows from the right. */
function matrices(frames: readonly JointFrame[]): string {
  const rows = frames.map(({ turn, place }) => {
    const columns = [0, 1, 2].map((k) => [turn[k]!, turn[3 + k]!, turn[6 + k]!, 0]);
    const all = [...columns, [...place, 1]].map(
      (row) => `(${row.map((value) => fixed(value, 6)).join(', ')})`,
    );
    return `(${all.join(', ')})`;
  });
  return `[${rows.join(', ')}]`;
}

/** Weights of all meshes' morph targets by name. */
function shapeWeights(meshes: readonly HeadMesh[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { morphTargets = [], morphWeights = [] } of meshes)
    morphTargets.forEach(({ name }, k) => {
      weights.set(usdName(name), Math.max(weights.get(usdName(name)) ?? 0, morphWeights[k] ?? 0));
    });
  return weights;
}
