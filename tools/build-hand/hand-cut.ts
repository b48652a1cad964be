import { cross, dot, minus, normalized, type Vec3 } from '../../src/data/occlusion/mesh.js';
import type { BaseMesh, Targets } from '../build-head-model/makehuman-source.js';

/** The left hand and forearm of the base mesh, in hand space (see `HandModel`). */
export interface HandCut {
  /** V×3, mm. */
  readonly positions: Float32Array;
  /** T×3. */
  readonly triangles: Uint32Array;
  /** V×2, in the body's skin textures, u right, v up. */
  readonly uvs: Float32Array;
  /** By finger from the thumb, the centres of its four joint helpers from the palm outwards. */
  readonly helpers: readonly (readonly Vec3[])[];
  /** The elbow's helper. */
  readonly elbow: Vec3;
}

/** An even mixture of both sexes, grown up, of average build. */
const PERSON: Readonly<Record<string, number>> = {
  'macrodetails/universal-female-young-averagemuscle-averageweight': 0.5,
  'macrodetails/universal-male-young-averagemuscle-averageweight': 0.5,
};
/** How much of the forearm stays, mm before the wrist, and a length, mm, that exceeds it and the hand's. */
const FOREARM = 225;
const REACH = 300;

/** @throws Error when the mesh lacks a joint helper or a target */
export function cutHand(mesh: BaseMesh, targets: Targets): HandCut {
  const body = personPositions(mesh, targets);
  const helper = (name: string) => helperCentre(mesh, body, name);
  const wrist = helper('hand');
  const elbow = helper('elbow');
  const knuckle = helper('finger-3-1');
  const y = normalized(minus(knuckle, wrist));
  const across = minus(helper('finger-2-1'), helper('finger-5-1'));
  const along = dot(across, y);
  const x = normalized([across[0] - along * y[0], across[1] - along * y[1], across[2] - along * y[2]]);
  const z = cross(x, y);
  const inHand = (point: Vec3): Vec3 => {
    const d = minus(point, wrist);
    return [dot(d, x), dot(d, y), dot(d, z)];
  };
  const at = (vertex: number): Vec3 => [body[3 * vertex]!, body[3 * vertex + 1]!, body[3 * vertex + 2]!];
  const forearm = normalized(minus(wrist, elbow));
  const isHand = (vertex: number) => {
    const way = minus(at(vertex), wrist);
    return Math.hypot(...way) < REACH && dot(way, forearm) > -FOREARM;
  };
  const quads = mesh.quads.filter(({ group, vertices }) => group === 'body' && vertices.every(isHand));
  const indexOf = new Map<number, number>();
  const positions: number[] = [];
  const uvs: number[] = [];
  const triangles: number[] = [];
  for (const quad of quads) {
    const corners = quad.vertices.map((vertex, k) => {
      let index = indexOf.get(vertex);
      if (index === undefined) {
        indexOf.set(vertex, (index = positions.length / 3));
        positions.push(...inHand(at(vertex)));
        // Where islands of the texture meet, either side will do.
        uvs.push(mesh.uvs[2 * quad.uvs[k]!]!, mesh.uvs[2 * quad.uvs[k]! + 1]!);
      }
      return index;
    });
    triangles.push(corners[0]!, corners[1]!, corners[2]!, corners[0]!, corners[2]!, corners[3]!);
  }
  const helpers = [1, 2, 3, 4, 5].map((finger) =>
    [1, 2, 3, 4].map((joint) => inHand(helper(`finger-${finger}-${joint}`))),
  );
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from(triangles),
    uvs: Float32Array.from(uvs),
    helpers,
    elbow: inHand(elbow),
  };
}

function personPositions(mesh: BaseMesh, targets: Targets): Float64Array {
  const body = mesh.vertices.slice();
  const all = Array.from({ length: body.length / 3 }, (_, index) => index);
  for (const [name, weight] of Object.entries(PERSON)) {
    const steps = targets.displacements(name, all);
    for (let i = 0; i < body.length; i++) body[i]! += weight * steps[i]!;
  }
  return body;
}

/** The middle of the little cube that marks a joint of the left side. */
function helperCentre(mesh: BaseMesh, body: Float64Array, name: string): Vec3 {
  const vertices = new Set(
    mesh.quads.filter(({ group }) => group === `joint-l-${name}`).flatMap((quad) => quad.vertices),
  );
  if (vertices.size === 0)
    throw new Error(`cutHand: the base mesh has no helper joint-l-${name}; check the pinned package.`);
  const mean = (axis: number) =>
    [...vertices].reduce((sum, vertex) => sum + body[3 * vertex + axis]!, 0) / vertices.size;
  return [mean(0), mean(1), mean(2)];
}
