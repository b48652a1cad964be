import { BufferAttribute, BufferGeometry, Vector3 } from 'three';
import { MeshBVH, type HitPointInfo } from 'three-mesh-bvh';
import type { TriangleMesh } from '../io/read-obj.js';

/** Finds the nearest points of a surface. */
export interface SurfaceDistance {
  /**
   * The distance of a point from the surface, in its unit.
   * @param nearest receives the nearest point of the surface, three numbers
   */
  at(x: number, y: number, z: number, nearest?: Float64Array): number;
}

/**
 * Prepares a triangle mesh for distances of points from its surface, not from its vertices only. Triangles
 * without area count as the segments or points that they are.
 * @throws RangeError for a mesh without triangles, or with a coordinate that is no finite number
 */
export function surfaceDistance({ positions, triangles }: TriangleMesh): SurfaceDistance {
  if (triangles.length === 0)
    throw new RangeError('surfaceDistance: the mesh has no triangles; distances need a surface.');
  const wrong = positions.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new RangeError(
      `surfaceDistance: coordinate ${wrong % 3} of vertex ${Math.floor(wrong / 3)} is ${positions[wrong]}.`,
    );
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  // The tree reorders the index: a copy keeps the caller's.
  geometry.setIndex(new BufferAttribute(triangles.slice(), 1));
  const bvh = new MeshBVH(geometry);
  const point = new Vector3();
  const hit: HitPointInfo = { point: new Vector3(), distance: 0, faceIndex: 0 };
  return {
    at(x, y, z, nearest) {
      bvh.closestPointToPoint(point.set(x, y, z), hit);
      nearest?.set([hit.point.x, hit.point.y, hit.point.z]);
      return hit.distance;
    },
  };
}
