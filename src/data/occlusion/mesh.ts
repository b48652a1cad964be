/**
 * Small surfaces to build objects from; millimetres, any space. Both sides are seen, so orientation only has
 * to be consistent.
 */
export interface Mesh {
  /** V×3. */
  readonly positions: Float32Array;
  /** T×3. */
  readonly triangles: Uint32Array;
  /** V×2. */
  readonly uvs: Float32Array;
  /** V×3 linear, multiplies the look's colour. */
  readonly colors: Float32Array;
}

export type Vec3 = readonly [number, number, number];
/**
 * Writes position (0…2), texture coordinates (3, 4) and colour (5…7, preset to white) of one point of a
 * surface.
 */
export type SurfacePoint = (u: number, v: number, out: Float64Array) => void;

const point = new Float64Array(8);

/**
 * A rectangular patch of `columns × rows` cells; u and v run from 0 to 1, texture coordinates are u and v
 * unless written.
 */
export function surface(columns: number, rows: number, at: SurfacePoint): Mesh {
  const count = (columns + 1) * (rows + 1);
  const positions = new Float32Array(3 * count);
  const uvs = new Float32Array(2 * count);
  const colors = new Float32Array(3 * count);
  const triangles = new Uint32Array(6 * columns * rows);
  let vertex = 0;
  let corner = 0;
  for (let j = 0; j <= rows; j++) {
    for (let i = 0; i <= columns; i++, vertex++) {
      point[3] = i / columns;
      point[4] = j / rows;
      point[5] = point[6] = point[7] = 1;
      at(i / columns, j / rows, point);
      for (let k = 0; k < 3; k++) {
        positions[3 * vertex + k] = point[k]!;
        colors[3 * vertex + k] = point[5 + k]!;
      }
      uvs[2 * vertex] = point[3];
      uvs[2 * vertex + 1] = point[4];
      if (i === columns || j === rows) continue;
      const below = vertex + columns + 1;
      triangles.set([vertex, below, vertex + 1, vertex + 1, below, below + 1], corner);
      corner += 6;
    }
  }
  return { positions, triangles, uvs, colors };
}

/**
 * A round tube along points; radius in mm, or one per point. Ends are rounded off when the radii there go to
 * 0.
 */
export function tube(
  path: readonly Vec3[],
  radius: number | readonly number[],
  sides = 8,
  flatten = 1,
): Mesh {
  const last = path.length - 1;
  const frames = framesAlong(path);
  return surface(sides, last, (u, v, out) => {
    const k = Math.round(v * last);
    const [x, y, z] = path[k]!;
    const { across, up } = frames[k]!;
    const r = typeof radius === 'number' ? radius : radius[k]!;
    const a = 2 * Math.PI * u;
    const c = Math.cos(a) * r;
    const s = Math.sin(a) * r * flatten;
    out[0] = x + across[0] * c + up[0] * s;
    out[1] = y + across[1] * c + up[1] * s;
    out[2] = z + across[2] * c + up[2] * s;
  });
}

/** Directions across a path, carried along it so that they do not twist; the first is as level as can be. */
function framesAlong(path: readonly Vec3[]): { across: Vec3; up: Vec3 }[] {
  let across: Vec3 = [0, 0, 0];
  return path.map((_, k) => {
    const forward = normalized(minus(path[Math.min(k + 1, path.length - 1)]!, path[Math.max(k - 1, 0)]!));
    const seed: Vec3 =
      k === 0 ? (Math.abs(forward[1]) < 0.9 ? cross([0, 1, 0], forward) : cross([0, 0, 1], forward)) : across;
    const along = dot(seed, forward);
    across = normalized([
      seed[0] - along * forward[0],
      seed[1] - along * forward[1],
      seed[2] - along * forward[2],
    ]);
    return { across, up: cross(forward, across) };
  });
}

/** A closed body turned about the y axis; profile of radius and height from bottom to top. */
export function lathe(profile: readonly (readonly [number, number])[], sides = 32): Mesh {
  const last = profile.length - 1;
  return surface(sides, last, (u, v, out) => {
    const [r, y] = profile[Math.round(v * last)]!;
    const a = 2 * Math.PI * u;
    out[0] = r * Math.sin(a);
    out[1] = y;
    out[2] = r * Math.cos(a);
  });
}

/** A ball, or an ellipsoid; `bumps` moves its surface out by a share of the radius. */
export function ball(
  radius: Vec3,
  detail = 20,
  bumps: (x: number, y: number, z: number) => number = () => 0,
): Mesh {
  return surface(2 * detail, detail, (u, v, out) => {
    const a = 2 * Math.PI * u;
    const b = Math.PI * (v - 0.5);
    const x = Math.cos(b) * Math.sin(a);
    const y = Math.sin(b);
    const z = Math.cos(b) * Math.cos(a);
    const s = 1 + bumps(x, y, z);
    out[0] = radius[0] * x * s;
    out[1] = radius[1] * y * s;
    out[2] = radius[2] * z * s;
  });
}

/** Points of a slab's outline: so many on each corner's arc, and between corners. */
const ARC = 6;
const EDGE = 6;

/**
 * A flat body with a rounded outline and rounded edges in the x–y plane, its front at +z; texture coordinates
 * span the front.
 */
export function slab(width: number, height: number, depth: number, corner: number, bend = 0): Mesh {
  const sides = 4 * (ARC + EDGE);
  const half = Math.min(width, height) / 2;
  const edge = Math.min(depth / 2, corner, half) * 0.6;
  // From the front's middle outwards, over the edge, to the back's middle: how far inside the outline, and z.
  const rings: (readonly [number, number])[] = [
    [half, depth / 2],
    [0.5 * half, depth / 2],
    [edge, depth / 2],
    [edge * 0.3, depth / 2 - edge * 0.3],
    [0, depth / 2 - edge],
    [0, edge - depth / 2],
    [edge, -depth / 2],
    [half, -depth / 2],
  ];
  return surface(sides, rings.length - 1, (u, v, out) => {
    const [inset, z] = rings[Math.round(v * (rings.length - 1))]!;
    const [x, y] = outlinePoint(
      Math.round(u * sides),
      width / 2 - inset,
      height / 2 - inset,
      Math.max(0, corner - inset),
    );
    out[0] = x;
    out[1] = y;
    out[2] = z - (bend * x * x) / (width * width * 0.25);
    out[3] = x / width + 0.5;
    out[4] = 0.5 - y / height;
  });
}

/** Anticlockwise from the right edge's upper end: a corner's arc, then the edge to the next corner. */
function outlinePoint(
  index: number,
  halfX: number,
  halfY: number,
  corner: number,
): readonly [number, number] {
  const r = Math.min(corner, halfX, halfY);
  const q = Math.floor(index / (ARC + EDGE));
  const k = index % (ARC + EDGE);
  const along = Math.max(0, (k - ARC + 1) / (EDGE + 1));
  const at = (quarter: number, share: number): readonly [number, number] => {
    const a = (quarter + share) * (Math.PI / 2);
    const sx = [1, -1, -1, 1][quarter % 4]!;
    const sy = [1, 1, -1, -1][quarter % 4]!;
    return [sx * (halfX - r) + r * Math.cos(a), sy * (halfY - r) + r * Math.sin(a)];
  };
  if (k < ARC) return at(q, k / (ARC - 1));
  const [x0, y0] = at(q, 1);
  const [x1, y1] = at(q + 1, 0);
  return [x0 + (x1 - x0) * along, y0 + (y1 - y0) * along];
}

/** Several meshes as one. */
export function merged(meshes: readonly Mesh[]): Mesh {
  const total = (of: (mesh: Mesh) => ArrayLike<number>) =>
    meshes.reduce((sum, mesh) => sum + of(mesh).length, 0);
  const all: Mesh = {
    positions: new Float32Array(total((mesh) => mesh.positions)),
    triangles: new Uint32Array(total((mesh) => mesh.triangles)),
    uvs: new Float32Array(total((mesh) => mesh.uvs)),
    colors: new Float32Array(total((mesh) => mesh.colors)),
  };
  let vertex = 0;
  let corner = 0;
  for (const mesh of meshes) {
    all.positions.set(mesh.positions, 3 * vertex);
    all.colors.set(mesh.colors, 3 * vertex);
    all.uvs.set(mesh.uvs, 2 * vertex);
    for (const index of mesh.triangles) all.triangles[corner++] = index + vertex;
    vertex += mesh.positions.length / 3;
  }
  return all;
}

/** Turns (row-major 3×3), scales and moves a mesh, in place. */
export function placed(mesh: Mesh, rotation: ArrayLike<number>, [tx, ty, tz]: Vec3, scale = 1): Mesh {
  const { positions: p } = mesh;
  for (let i = 0; i < p.length; i += 3) {
    const x = p[i]! * scale;
    const y = p[i + 1]! * scale;
    const z = p[i + 2]! * scale;
    for (let k = 0; k < 3; k++)
      p[i + k] =
        rotation[3 * k]! * x +
        rotation[3 * k + 1]! * y +
        rotation[3 * k + 2]! * z +
        (k === 0 ? tx : k === 1 ? ty : tz);
  }
  return mesh;
}

/** A mesh in the mirror x = 0, still seen from outside. */
export function mirrored({ positions, triangles, uvs, colors }: Mesh): Mesh {
  return {
    positions: positions.map((value, i) => (i % 3 === 0 ? -value : value)),
    uvs,
    colors,
    triangles: triangles.map((_, i) => triangles[i - (i % 3) + [0, 2, 1][i % 3]!]!),
  };
}

/** Multiplies a mesh's colours, in place. */
export function tinted(mesh: Mesh, [red, green, blue]: Vec3): Mesh {
  for (let i = 0; i < mesh.colors.length; i += 3) {
    mesh.colors[i]! *= red;
    mesh.colors[i + 1]! *= green;
    mesh.colors[i + 2]! *= blue;
  }
  return mesh;
}

/** A smooth curve through points (Catmull & Rom 1974), `steps` pieces between neighbours. */
export function curve(points: readonly Vec3[], steps = 6): Vec3[] {
  const at = (k: number): Vec3 => points[Math.min(points.length - 1, Math.max(0, k))]!;
  const out: Vec3[] = [];
  for (let k = 0; k + 1 < points.length; k++) {
    const a = at(k - 1);
    const b = at(k);
    const c = at(k + 1);
    const d = at(k + 2);
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      const mix = (i: 0 | 1 | 2) =>
        0.5 *
        (2 * b[i] +
          (c[i] - a[i]) * t +
          (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t +
          (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t * t * t);
      out.push([mix(0), mix(1), mix(2)]);
    }
  }
  out.push(at(points.length - 1));
  return out;
}

export const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export function normalized(a: Vec3): Vec3 {
  const length = Math.hypot(a[0], a[1], a[2]) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}
