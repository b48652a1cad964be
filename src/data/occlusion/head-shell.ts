import type { OccludedFace } from './occluded-face.js';

/** The head's axis in head space: a vertical line through the ears, mm behind the eyes. */
export const axisZ = -70;
const COLUMNS = 72;
const ROWS = 110;
/** Degrees to either side of straight ahead, and heights above the eyes, mm. */
const WIDEST = 120;
const LOWEST = -150;
const HIGHEST = 125;

/** The distance of the head's surface from its axis, by direction and height: what cloth is draped over. */
export interface HeadShell {
  /** mm at an angle (degrees, 0 is ahead, positive to +x) and height (mm); continues beyond the ends. */
  radius(angle: number, y: number): number;
  /** The same smoothed, as cloth that bridges hollows: nowhere below the surface. */
  draped(angle: number, y: number): number;
}

const known = new WeakMap<OccludedFace, HeadShell>();

/** The shell of a face's head; computed once for each. */
export function headShell(face: OccludedFace): HeadShell {
  const shell = known.get(face) ?? createShell(face);
  known.set(face, shell);
  return shell;
}

function createShell(face: OccludedFace): HeadShell {
  const surface = filled(splat(face));
  const smooth = smoothed(surface);
  // Cloth lies on what stands out (nose, chin) and bridges what lies deeper.
  const drape = smoothed(
    surface.map((value, i) => Math.max(value, smooth[i]!)),
    1,
  ).map((value, i) => Math.max(value, surface[i]!));
  return { radius: (angle, y) => sample(surface, angle, y), draped: (angle, y) => sample(drape, angle, y) };
}

/** Greatest radius in each cell, from the skin's triangles sampled densely enough. */
function splat({ vertices, skinTriangles }: OccludedFace): Float32Array {
  const grid = new Float32Array(COLUMNS * ROWS);
  const count = skinTriangles.reduce((most, index) => Math.max(most, index), 0) + 1;
  const columns = new Float32Array(count);
  const rows = new Float32Array(count);
  const radii = new Float32Array(count);
  for (let v = 0; v < count; v++) {
    const x = vertices[3 * v]!;
    const z = vertices[3 * v + 2]! - axisZ;
    columns[v] = (((Math.atan2(x, z) * 180) / Math.PI + WIDEST) / (2 * WIDEST)) * (COLUMNS - 1);
    rows[v] = ((vertices[3 * v + 1]! - LOWEST) / (HIGHEST - LOWEST)) * (ROWS - 1);
    radii[v] = Math.hypot(x, z);
  }
  for (let t = 0; t < skinTriangles.length; t += 3) {
    const a = skinTriangles[t]!;
    const b = skinTriangles[t + 1]!;
    const c = skinTriangles[t + 2]!;
    // The back of the head lies outside the grid.
    if (vertices[3 * a + 2]! < axisZ - 65) continue;
    for (let i = 0; i <= 2; i++) {
      for (let j = 0; j <= 2 - i; j++) {
        const wa = i / 2;
        const wb = j / 2;
        const wc = 1 - wa - wb;
        const column = Math.round(wa * columns[a]! + wb * columns[b]! + wc * columns[c]!);
        const row = Math.round(wa * rows[a]! + wb * rows[b]! + wc * rows[c]!);
        if (column < 0 || column >= COLUMNS || row < 0 || row >= ROWS) continue;
        const at = row * COLUMNS + column;
        const radius = wa * radii[a]! + wb * radii[b]! + wc * radii[c]!;
        if (radius > grid[at]!) grid[at] = radius;
      }
    }
  }
  return grid;
}

/** Gives empty cells the mean of their neighbours until there are none. */
function filled(grid: Float32Array): Float32Array {
  for (let empty = true, pass = 0; empty && pass < ROWS; pass++) {
    empty = false;
    const before = grid.slice();
    for (let i = 0; i < grid.length; i++) {
      if (before[i]! > 0) continue;
      let sum = 0;
      let count = 0;
      for (const next of [
        i % COLUMNS > 0 ? i - 1 : i,
        i % COLUMNS < COLUMNS - 1 ? i + 1 : i,
        i - COLUMNS,
        i + COLUMNS,
      ]) {
        if ((before[next] ?? 0) > 0) {
          sum += before[next]!;
          count++;
        }
      }
      if (count > 0) grid[i] = sum / count;
      else empty = true;
    }
  }
  return grid;
}

function smoothed(grid: Float32Array, passes = 4): Float32Array {
  let from: Float32Array = grid;
  for (let pass = 0; pass < passes; pass++) {
    const to = new Float32Array(from.length);
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        let sum = 0;
        for (let j = -1; j <= 1; j++)
          for (let i = -1; i <= 1; i++)
            sum += cell(from, row + j, column + i) * (i === 0 ? 2 : 1) * (j === 0 ? 2 : 1);
        to[row * COLUMNS + column] = sum / 16;
      }
    }
    from = to;
  }
  return from;
}

function cell(grid: Float32Array, row: number, column: number): number {
  return grid[Math.min(ROWS - 1, Math.max(0, row)) * COLUMNS + Math.min(COLUMNS - 1, Math.max(0, column))]!;
}

function sample(grid: Float32Array, angle: number, y: number): number {
  const u = ((angle + WIDEST) / (2 * WIDEST)) * (COLUMNS - 1);
  const v = ((y - LOWEST) / (HIGHEST - LOWEST)) * (ROWS - 1);
  const i = Math.floor(u);
  const j = Math.floor(v);
  const fu = u - i;
  const fv = v - j;
  return (
    (1 - fv) * ((1 - fu) * cell(grid, j, i) + fu * cell(grid, j, i + 1)) +
    fv * ((1 - fu) * cell(grid, j + 1, i) + fu * cell(grid, j + 1, i + 1))
  );
}

/** The head-space point at an angle (degrees), height and distance from the axis. */
export function onShell(angle: number, y: number, radius: number): [number, number, number] {
  const a = (angle * Math.PI) / 180;
  return [radius * Math.sin(a), y, axisZ + radius * Math.cos(a)];
}
