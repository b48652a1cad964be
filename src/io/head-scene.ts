import { rotationFromQuaternion } from '../math/rotation.js';

/**
 * A head as files hold it: named surfaces with materials and morph targets, head space, mm
 * (docs/conventions.md).
 */
export interface HeadScene {
  readonly meshes: readonly HeadMesh[];
  /** What carries the meshes, each by its `binding`. Without one they stand beside each other. */
  readonly skeleton?: HeadSkeleton;
  /** Anything JSON can hold; stored with the scene where the format can. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** Joints that carry a head. */
export interface HeadSkeleton {
  /** Name of the node above all others. */
  readonly root: string;
  /** Parents before their children. */
  readonly joints: readonly HeadJoint[];
  /**
   * Which meshes are skinned: those that bend between joints, while the others hang on their joint as they
   * are; or all, as game engines like it that make one skeletal mesh of everything.
   */
  readonly skinned: 'bending' | 'all';
  /** How high the head's origin is above the root, mm. Default 0. */
  readonly height?: number;
}

export interface HeadJoint {
  readonly name: string;
  /** Name of the joint above; none: the root is. */
  readonly parent?: string;
  /** Head space, mm. */
  readonly position: readonly [number, number, number];
  /** How its own axes are turned at rest, in head space, as a unit quaternion; default: not at all. */
  readonly axes?: readonly [number, number, number, number];
}

/** One surface. */
export interface HeadMesh {
  readonly name: string;
  /** V×3 mm, head space, without morph targets and without `rotation`. */
  readonly positions: Float32Array;
  /** T×3, counter-clockwise seen from outside. */
  readonly triangles: Uint32Array;
  /**
   * U×2, origin top left, and T×3 indices into them: seams have one vertex and several uvs. Empty where there
   * are none.
   */
  readonly uvs: Float32Array;
  readonly uvTriangles: Uint32Array;
  /** V×3 unit normals; computed from the triangles when absent. */
  readonly normals?: Float32Array;
  /** V: how surely a photo shows each vertex, 0…1. */
  readonly seen?: Float32Array;
  readonly material: HeadMaterial;
  /** The point in head space, mm, about which the mesh turns, as an eyeball's centre. */
  readonly pivot?: readonly [number, number, number];
  /** A turn about the pivot (about the head's origin without one), as a unit quaternion `[x, y, z, w]`. */
  readonly rotation?: readonly [number, number, number, number];
  /**
   * The one to four joints that carry the mesh, and how much of each vertex each one carries, V×J, each row
   * of sum 1; one joint needs no weights. `rotation` turns the first joint.
   */
  readonly binding?: { readonly joints: readonly string[]; readonly weights?: Float32Array };
  readonly morphTargets?: readonly MorphTarget[];
  /** One weight per morph target, all 0 by default. */
  readonly morphWeights?: readonly number[];
}

export interface MorphTarget {
  readonly name: string;
  /** V×3 mm at weight 1. */
  readonly deltas: Float32Array;
}

/** An encoded picture, sRGB; `name` without extension. Textures of one name are one. */
export interface TextureFile {
  readonly name: string;
  readonly data: Uint8Array;
  readonly type: 'png' | 'jpeg' | 'webp';
}

/** Materials of one name are one. */
export interface HeadMaterial {
  readonly name: string;
  /** Linear red, green, blue and alpha, 0…1, which multiply the texture. White by default. */
  readonly baseColor?: readonly [number, number, number, number];
  /** Its colour without a photo's light, where that is known. */
  readonly texture?: TextureFile;
  /** The colour with the photo's light in it: for drawing without lamps. */
  readonly photoTexture?: TextureFile;
  /** In place of `baseColor` in the photo's light, where that differs. */
  readonly photoBaseColor?: readonly [number, number, number, number];
  /**
   * Red: how much of the light from all around arrives; green: roughness; blue: metal. Linear; in place of
   * `roughness` and `metallic` where a format has it.
   */
  readonly surface?: TextureFile;
  readonly alphaMode: 'OPAQUE' | 'MASK' | 'BLEND';
  /** Of `MASK`: what has less alpha is not there. Default 0.5. */
  readonly alphaCutoff?: number;
  readonly doubleSided: boolean;
  /** 0…1. */
  readonly roughness: number;
  readonly metallic: number;
}

/**
 * Checks that the arrays of a mesh fit together.
 *
 * @param operation Named in the error, as `writeGlb`.
 * @throws RangeError in one line: what was expected, what came.
 */
export function checkHeadMesh(operation: string, mesh: HeadMesh): void {
  const fail = (expected: string, received: string): never => {
    throw new RangeError(`${operation}: mesh "${mesh.name}": expected ${expected}, got ${received}.`);
  };
  const vertices = mesh.positions.length / 3;
  const corners = mesh.triangles.length;
  if (!Number.isInteger(vertices) || vertices === 0) fail('V×3 positions', `${mesh.positions.length} values`);
  if (corners === 0 || corners % 3 !== 0)
    fail('at least one triangle of three indices', `${corners} indices`);
  if (mesh.triangles.some((v) => v >= vertices))
    fail(`vertex indices below ${vertices}`, `index ${mesh.triangles.find((v) => v >= vertices)}`);
  const textured = mesh.uvs.length > 0;
  if (textured && mesh.uvTriangles.length !== corners)
    fail(`${corners} uv indices`, `${mesh.uvTriangles.length}`);
  if (textured && mesh.uvTriangles.some((u) => 2 * u + 1 >= mesh.uvs.length))
    fail(`uv indices below ${mesh.uvs.length / 2}`, 'a greater one');
  if (!textured && mesh.material.texture) fail('uvs for a textured material', 'none; leave the texture out');
  if (mesh.normals && mesh.normals.length !== mesh.positions.length)
    fail(`${mesh.positions.length} normal values`, `${mesh.normals.length}`);
  const targets = mesh.morphTargets ?? [];
  for (const { name, deltas } of targets) {
    if (deltas.length !== mesh.positions.length)
      fail(`${mesh.positions.length} deltas in morph target "${name}"`, `${deltas.length}`);
    if (!allFinite(deltas)) fail(`finite deltas in morph target "${name}"`, 'NaN or Infinity');
  }
  if (mesh.morphWeights && mesh.morphWeights.length !== targets.length)
    fail(`${targets.length} morph weights`, `${mesh.morphWeights.length}`);
  if (!allFinite(mesh.positions) || !allFinite(mesh.uvs)) fail('finite positions and uvs', 'NaN or Infinity');
}

/** Three million numbers are checked for a head: without a call for each. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}

/**
 * Checks each mesh, and that the joints are there which carry it.
 *
 * @throws RangeError in one line, as {@link checkHeadMesh}.
 */
export function checkHeadScene(operation: string, { meshes, skeleton }: HeadScene): void {
  for (const mesh of meshes) checkHeadMesh(operation, mesh);
  if (!skeleton) return;
  const known = new Set<string>();
  for (const { name, parent } of skeleton.joints) {
    if (parent !== undefined && !known.has(parent))
      throw new RangeError(`${operation}: joint "${name}": expected its parent "${parent}" before it.`);
    known.add(name);
  }
  for (const { name, binding, positions } of meshes) {
    const joints = binding?.joints ?? [];
    if (joints.length < 1 || joints.length > 4 || !joints.every((joint) => known.has(joint)))
      throw new RangeError(
        `${operation}: mesh "${name}": expected 1 to 4 joints of ${[...known].join(', ')}, got ${joints.join(', ') || 'none'}.`,
      );
    const expected = (positions.length / 3) * joints.length;
    if ((joints.length > 1 || binding!.weights) && binding!.weights?.length !== expected)
      throw new RangeError(
        `${operation}: mesh "${name}": expected ${expected} weights, got ${binding!.weights?.length ?? 0}.`,
      );
  }
}

/**
 * The positions of a mesh as it is seen: morph weights applied, turned about its pivot. V×3 mm, head space.
 */
export function posedPositions(mesh: HeadMesh): Float32Array {
  const out = Float32Array.from(mesh.positions);
  mesh.morphWeights?.forEach((weight, k) => {
    const { deltas } = mesh.morphTargets![k]!;
    if (weight !== 0) for (let i = 0; i < out.length; i++) out[i]! += weight * deltas[i]!;
  });
  if (!mesh.rotation) return out;
  const r = rotationFromQuaternion(mesh.rotation);
  const [px, py, pz] = mesh.pivot ?? [0, 0, 0];
  for (let i = 0; i < out.length; i += 3) {
    const x = out[i]! - px;
    const y = out[i + 1]! - py;
    const z = out[i + 2]! - pz;
    out[i] = px + r[0]! * x + r[1]! * y + r[2]! * z;
    out[i + 1] = py + r[3]! * x + r[4]! * y + r[5]! * z;
    out[i + 2] = pz + r[6]! * x + r[7]! * y + r[8]! * z;
  }
  return out;
}
