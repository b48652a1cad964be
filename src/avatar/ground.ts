import type { HeadMesh, HeadSkeleton } from '../io/head-scene.js';

/** Too small to be seen, mm. */
const SIZE = 0.5;

/**
 * A speck on the ground below an avatar whose body is not there: TalkingHead sets down what is lowest of a
 * scene, which would be the shoulders.
 *
 * @param like a mesh whose material it wears
 */
export function groundSpeck({ joints, height = 0 }: HeadSkeleton, like: HeadMesh): HeadMesh {
  const corner = (x: number, z: number): number[] => [x, -height, z];
  const textured = like.uvs.length > 0;
  return {
    name: 'ground',
    positions: Float32Array.from([...corner(0, 0), ...corner(0, SIZE), ...corner(SIZE, 0)]),
    triangles: Uint32Array.of(0, 1, 2),
    uvs: textured ? like.uvs.slice(0, 2) : new Float32Array(0),
    uvTriangles: textured ? new Uint32Array(3) : new Uint32Array(0),
    material: like.material,
    binding: { joints: [joints[0]!.name] },
  };
}
