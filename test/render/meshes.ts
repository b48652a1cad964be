/**
 * A sphere of `2 · columns · (rows − 1)` triangles, counter-clockwise seen from outside, with uvs (u around,
 * v down).
 */
export function sphereMesh(
  rows: number,
  columns: number,
  radius: number,
  centre: readonly [number, number, number],
): {
  positions: Float32Array;
  triangles: Uint32Array;
  uvs: Float32Array;
} {
  const positions: number[] = [];
  const uvs: number[] = [];
  const triangles: number[] = [];
  const across = columns + 1;
  for (let i = 0; i <= rows; i++)
    for (let j = 0; j <= columns; j++) {
      const polar = (Math.PI * i) / rows;
      const around = (2 * Math.PI * j) / columns;
      positions.push(
        centre[0] + radius * Math.sin(polar) * Math.sin(around),
        centre[1] + radius * Math.cos(polar),
        centre[2] + radius * Math.sin(polar) * Math.cos(around),
      );
      uvs.push(j / columns, i / rows);
    }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const a = i * across + j;
      const b = a + 1;
      const c = a + across;
      const d = c + 1;
      if (i > 0) triangles.push(a, d, b);
      if (i < rows - 1) triangles.push(a, c, d);
    }
  return {
    positions: Float32Array.from(positions),
    triangles: Uint32Array.from(triangles),
    uvs: Float32Array.from(uvs),
  };
}
