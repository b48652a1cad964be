import { factorCholesky, substituteCholesky } from '../../src/math/linear-solve.js';
import { evaluatePoints } from '../../src/model/evaluate.js';
import type { MorphableModel, TextureAlbedo } from '../../src/model/morphable-model.js';

/** An affine map: `y = matrix · x + offset`. */
export interface AffineMap {
  readonly inputs: number;
  readonly outputs: number;
  /** outputs×inputs, row-major. */
  readonly matrix: Float64Array;
  readonly offset: Float64Array;
}

/** Ridges against mm² of displacement, summed over vertices: what cannot be seen stays at rest. */
const SHAPE_RIDGE = 2;
const EXPRESSION_RIDGE = 12;
const ALBEDO_RIDGE = 1e-4;
/** Weight of skin off the face. */
const REST = 0.1;
/** Units that no old one stands for: correctives, and what goes with the gaze. */
const NOT_MEANT = /^(tongueOut|mouthClose|eyeLook)/;

/**
 * The map from `[old shape, old expression]` to `[new shape, new expression, x, y, z]`, the last in mm that
 * the head moves, that keeps the vertices of the skin, the face's above all. Shape follows by ridge
 * regression; expressions become sums of new units with no negative share.
 * @throws Error when the two skins have different vertices
 */
export function geometryMap(from: MorphableModel, to: MorphableModel): AffineMap {
  const count = from.parts[0]!.vertexCount;
  if (to.parts[0]!.vertexCount !== count)
    throw new Error(
      `geometryMap: the skins have ${count} and ${to.parts[0]!.vertexCount} vertices; both models need the same mesh.`,
    );
  const face = from.regions.get('face');
  const weights = Float64Array.from({ length: count * 3 }, (_, i) =>
    Math.max(REST, face?.[Math.floor(i / 3)] ?? 1),
  );
  const row = (values: Float32Array, k: number, vertices: number): Float32Array =>
    values.subarray(k * vertices * 3, k * vertices * 3 + count * 3);
  const moves = [0, 1, 2].map((axis) =>
    Float32Array.from({ length: count * 3 }, (_, i) => (i % 3 === axis ? 1 : 0)),
  );
  const shapes = [
    ...Array.from({ length: to.shape.count }, (_, k) => row(to.shape.displacements, k, to.vertexCount)),
    ...moves,
  ];
  const units = to.expression.names.flatMap((name, k) => (NOT_MEANT.test(name) ? [] : [k]));
  const faces = [...units.map((k) => row(to.expression.displacements, k, to.vertexCount)), ...moves];
  const shapeFit = ridge(shapes, weights, (k) => (k < to.shape.count ? SHAPE_RIDGE : 1e-3));
  const unitFit = nonNegative(faces, weights, units.length);
  const outputs = to.shape.count + to.expression.count + 3;
  const inputs = from.shape.count + from.expression.count;
  const matrix = new Float64Array(outputs * inputs);
  const set = (output: number, input: number, value: number) => (matrix[output * inputs + input] = value);
  const moveAt = to.shape.count + to.expression.count;
  for (let j = 0; j < from.shape.count; j++) {
    shapeFit(row(from.shape.displacements, j, from.vertexCount)).forEach((value, k) =>
      set(k < to.shape.count ? k : moveAt + k - to.shape.count, j, value),
    );
  }
  for (let j = 0; j < from.expression.count; j++) {
    unitFit(row(from.expression.displacements, j, from.vertexCount)).forEach((value, k) =>
      set(
        k < units.length ? to.shape.count + units[k]! : moveAt + k - units.length,
        from.shape.count + j,
        value,
      ),
    );
  }
  const offset = new Float64Array(outputs);
  const change = Float32Array.from({ length: count * 3 }, (_, i) => from.meanShape[i]! - to.meanShape[i]!);
  shapeFit(change).forEach(
    (value, k) => (offset[k < to.shape.count ? k : moveAt + k - to.shape.count] = value),
  );
  return { inputs, outputs, matrix, offset };
}

/**
 * The map of albedo coefficients that keeps the colours of a grid of texels; both atlases are the same.
 * @param importance of a texel by its place in the atlas, 0…1; all alike by default
 */
export function albedoMap(
  from: TextureAlbedo,
  to: TextureAlbedo,
  importance: (u: number, v: number) => number = () => 1,
  grid = 96,
): AffineMap {
  const weights = Float64Array.from({ length: grid * grid * 3 }, (_, i) => {
    const texel = Math.floor(i / 3);
    return importance(((texel % grid) + 0.5) / grid, (Math.floor(texel / grid) + 0.5) / grid);
  });
  const sample = (values: Float32Array, size: number): Float32Array => onGrid(values, size, grid);
  const modes = ({ modes: all, modeSize, count }: TextureAlbedo): Float32Array[] =>
    Array.from({ length: count }, (_, k) =>
      sample(all.subarray(k * modeSize ** 2 * 3, (k + 1) * modeSize ** 2 * 3), modeSize),
    );
  const fit = ridge(modes(to), weights, () => ALBEDO_RIDGE);
  const matrix = new Float64Array(to.count * from.count);
  modes(from).forEach((mode, j) => fit(mode).forEach((value, k) => (matrix[k * from.count + j] = value)));
  const [a, b] = [sample(from.mean, from.meanSize), sample(to.mean, to.meanSize)];
  return { inputs: from.count, outputs: to.count, matrix, offset: fit(a.map((value, i) => value - b[i]!)) };
}

/** Means of the texels that fall into each cell of a coarser grid, or the nearest one of a finer. */
function onGrid(values: Float32Array, size: number, grid: number): Float32Array {
  const out = new Float32Array(grid * grid * 3);
  const range = (k: number): [number, number] => {
    const first = Math.floor((k * size) / grid);
    return [first, Math.max(first + 1, Math.floor(((k + 1) * size) / grid))];
  };
  for (let y = 0; y < grid; y++) {
    const [top, bottom] = range(y);
    for (let x = 0; x < grid; x++) {
      const [left, right] = range(x);
      const share = 1 / ((bottom - top) * (right - left));
      for (let v = top; v < bottom; v++)
        for (let u = left; u < right; u++)
          for (let c = 0; c < 3; c++) out[(y * grid + x) * 3 + c]! += share * values[(v * size + u) * 3 + c]!;
    }
  }
  return out;
}

type Fit = (target: ArrayLike<number>) => Float64Array;

function normalMatrix(rows: readonly Float32Array[], weights: Float64Array): Float64Array {
  const n = rows.length;
  const normal = new Float64Array(n * n);
  const weighted = rows.map((row) => Float64Array.from(row, (value, i) => value * weights[i]!));
  for (let a = 0; a < n; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weighted[a]![i]! * rows[b]![i]!;
      normal[a * n + b] = normal[b * n + a] = sum;
    }
  return normal;
}

const rightSide = (rows: readonly Float32Array[], weights: Float64Array, target: ArrayLike<number>) =>
  Float64Array.from(rows, (row) => row.reduce((sum, value, i) => sum + value * weights[i]! * target[i]!, 0));

/** Ridge regression on some rows. */
function ridge(rows: readonly Float32Array[], weights: Float64Array, ridgeOf: (k: number) => number): Fit {
  const normal = normalMatrix(rows, weights);
  rows.forEach((_, k) => (normal[k * rows.length + k]! += ridgeOf(k)));
  if (!factorCholesky(normal, rows.length)) throw new Error('code-map: the new basis is degenerate');
  return (target) => {
    const right = rightSide(rows, weights, target);
    substituteCholesky(normal, right, rows.length);
    return right;
  };
}

/** The same with the first `bounded` shares not negative, by coordinate descent (Franc et al. 2005). */
function nonNegative(rows: readonly Float32Array[], weights: Float64Array, bounded: number): Fit {
  const n = rows.length;
  const normal = normalMatrix(rows, weights);
  return (target) => {
    const right = rightSide(rows, weights, target);
    const x = new Float64Array(n);
    for (let sweep = 0; sweep < 400; sweep++) {
      for (let k = 0; k < n; k++) {
        let rest = right[k]!;
        for (let j = 0; j < n; j++) if (j !== k) rest -= normal[k * n + j]! * x[j]!;
        const value = rest / (normal[k * n + k]! + (k < bounded ? EXPRESSION_RIDGE : 1e-3));
        x[k] = k < bounded ? Math.max(0, value) : value;
      }
    }
    return x;
  };
}

export function applyMap({ inputs, outputs, matrix, offset }: AffineMap, x: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: outputs }, (_, k) => {
    let sum = offset[k]!;
    for (let j = 0; j < inputs; j++) sum += matrix[k * inputs + j]! * x[j]!;
    return sum;
  });
}

/** Root mean square distances between two heads, mm: over the face, and of the 68 landmarks. */
export function headDifference(
  from: MorphableModel,
  to: MorphableModel,
  before: Float32Array,
  after: Float32Array,
): { readonly face: number; readonly landmarks: number } {
  const face = from.regions.get('face')!;
  let sum = 0;
  let total = 0;
  for (let v = 0; v < from.parts[0]!.vertexCount; v++) {
    total += face[v]!;
    for (let axis = 0; axis < 3; axis++)
      sum += face[v]! * (before[v * 3 + axis]! - after[v * 3 + axis]!) ** 2;
  }
  const [a, b] = [
    evaluatePoints(from.landmarks.ibug68!, before),
    evaluatePoints(to.landmarks.ibug68!, after),
  ];
  const squared = a.reduce((all, value, i) => all + (value - b[i]!) ** 2, 0);
  return { face: Math.sqrt(sum / total), landmarks: Math.sqrt(squared / 68) };
}
