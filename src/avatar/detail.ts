import type { HeadMesh } from '../io/head-scene.js';
import { gather, splitSeams, type SplitMesh } from '../io/split-seams.js';

/** 0: all triangles; 1 and 2: for heads that are farther away, or many. */
export type DetailLevel = 0 | 1 | 2;

/** Share of a mesh's triangles that each level keeps. */
export const keptShare: Readonly<Record<DetailLevel, number>> = { 0: 1, 1: 0.45, 2: 0.15 };
/** Meshes are not thinned below this: their outlines would show it. */
const LEAST_TRIANGLES = 80;

/** Units whose motion a coarse mesh has to follow too: the lids and the lips' line. */
const followed = /^(jawOpen|eyeBlink(Left|Right)|mouthSmile(Left|Right)|mouthFunnel|mouthPucker|mouthRoll)/;
/** What a motion of 1 mm counts to a change of place of 1 mm; and a change of texture coordinates of 1. */
const MOTION_WEIGHT = 0.35;
const UV_WEIGHT = 40;
/** The simplifier takes 32 values a vertex at most. */
const MOST_VALUES = 32;

/**
 * A mesh with fewer triangles on some of its own vertices: morph targets, weights and texture stay true, as
 * nothing is interpolated. Where to thin it out is told by shape, texture seams and the motion of lids and
 * lips (meshoptimizer's quadrics with attributes).
 */
export async function withDetail(mesh: HeadMesh, level: DetailLevel): Promise<HeadMesh> {
  const triangles = mesh.triangles.length / 3;
  const wanted = Math.max(LEAST_TRIANGLES, Math.round(triangles * keptShare[level]));
  if (level === 0 || wanted >= triangles) return mesh;
  const { MeshoptSimplifier } = await import('meshoptimizer');
  await MeshoptSimplifier.ready;
  const textured = mesh.uvs.length > 0;
  const split = splitSeams(mesh.triangles, textured ? mesh.uvTriangles : undefined);
  const { values, weights } = attributesOf(mesh, split);
  const positions = gather(mesh.positions, split.vertexOf, 3);
  const [indices] = MeshoptSimplifier.simplifyWithAttributes(
    Uint32Array.from(split.indices),
    positions,
    3,
    values,
    weights.length,
    weights,
    null,
    wanted * 3,
    1,
  );
  return {
    ...mesh,
    triangles: indices.map((at) => split.vertexOf[at]!),
    uvTriangles: textured ? indices.map((at) => split.uvOf[at]!) : mesh.uvTriangles,
  };
}

function attributesOf(
  mesh: HeadMesh,
  split: SplitMesh,
): { readonly values: Float32Array; readonly weights: number[] } {
  const size = boxSize(mesh.positions);
  const fields: { values: Float32Array; width: number; weight: number }[] = [];
  if (mesh.uvs.length > 0)
    fields.push({ values: gather(mesh.uvs, split.uvOf, 2), width: 2, weight: UV_WEIGHT / size });
  for (const { name, deltas } of mesh.morphTargets ?? [])
    if (followed.test(name))
      fields.push({ values: gather(deltas, split.vertexOf, 3), width: 3, weight: MOTION_WEIGHT / size });
  const used: typeof fields = [];
  let width = 0;
  for (const field of fields) {
    if (width + field.width > MOST_VALUES) break;
    used.push(field);
    width += field.width;
  }
  const values = new Float32Array(split.vertexOf.length * width);
  let first = 0;
  for (const field of used) {
    for (let v = 0; v < split.vertexOf.length; v++)
      for (let k = 0; k < field.width; k++)
        values[v * width + first + k] = field.values[v * field.width + k]!;
    first += field.width;
  }
  return { values, weights: used.flatMap((field) => Array<number>(field.width).fill(field.weight)) };
}

/** The longest side of the box around a mesh: the simplifier's errors are relative to it. */
function boxSize(positions: Float32Array): number {
  let most = 1e-6;
  for (let axis = 0; axis < 3; axis++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = axis; i < positions.length; i += 3) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    most = Math.max(most, high - low);
  }
  return most;
}
