/**
 * A closed, slightly bumpy ellipsoid of about the triangle count and size of the head model, in camera space.
 */
export function headLikeMesh(
  rows = 64,
  columns = 65,
): { positions: Float32Array; triangles: Uint32Array; uvs: Float32Array } {
  const positions = new Float32Array(3 * (rows + 1) * columns);
  const uvs = new Float32Array(2 * (rows + 1) * columns);
  for (let i = 0; i <= rows; i++) {
    for (let j = 0; j < columns; j++) {
      const polar = (Math.PI * i) / rows;
      const around = (2 * Math.PI * j) / columns;
      const v = i * columns + j;
      const radius = 1 + 0.03 * Math.sin(7 * polar) * Math.cos(5 * around);
      positions[3 * v] = 95 * radius * Math.sin(polar) * Math.sin(around);
      positions[3 * v + 1] = 125 * radius * Math.cos(polar);
      positions[3 * v + 2] = 105 * radius * Math.sin(polar) * Math.cos(around) - 700;
      uvs[2 * v] = j / columns;
      uvs[2 * v + 1] = i / rows;
    }
  }
  const triangles = new Uint32Array(6 * (rows - 1) * columns);
  let t = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const k = (j + 1) % columns;
      const a = i * columns + j;
      const b = i * columns + k;
      const c = (i + 1) * columns + j;
      const d = (i + 1) * columns + k;
      // The quads at the poles have no second triangle.
      if (i > 0) {
        triangles.set([a, d, b], t);
        t += 3;
      }
      if (i < rows - 1) {
        triangles.set([a, c, d], t);
        t += 3;
      }
    }
  }
  return { positions, triangles, uvs };
}

/** A camera under which {@link headLikeMesh} fills most of a square image. */
export function headCamera(size: number): { focal: number; cx: number; cy: number } {
  return { focal: 2.8 * size, cx: size / 2, cy: size / 2 };
}
