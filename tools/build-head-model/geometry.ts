import { alignPoints } from '../../src/math/procrustes.js';
import type { BustCut } from './bust-cut.js';
import type { Hanging } from './hanging.js';
import type { HeadCut } from './head-cut.js';
import type { Identity } from '../../src/data/synthetic/identity.js';
import type { BaseMesh, Targets } from './makehuman-source.js';
import type { FittedPart } from './parts.js';
import { principalComponents, type Samples } from './principal-components.js';
import { seededRandom } from './random.js';

/**
 * The vertices that everything is computed on: the head's own, then the helpers that parts hang on, then the
 * bust's. Positions are flat arrays over these vertices.
 */
export interface ReferenceVertices {
  readonly baseVertices: readonly number[];
  readonly indexOf: ReadonlyMap<number, number>;
  /** How many of them, from the first on, are head vertices, and how many of those are outer skin. */
  readonly headCount: number;
  readonly skinCount: number;
}

export function referenceVertices(
  cut: HeadCut,
  parts: readonly FittedPart[],
  bust: Pick<BustCut, 'baseVertices'>,
): ReferenceVertices {
  const baseVertices = [...cut.baseVertices];
  const indexOf = new Map(cut.headVertexOf);
  for (const part of parts) {
    for (const [i, references] of part.references.entries()) {
      for (const [k, vertex] of references.entries()) {
        if (part.weights[i]![k] === 0 || indexOf.has(vertex)) continue;
        indexOf.set(vertex, baseVertices.length);
        baseVertices.push(vertex);
      }
    }
  }
  for (const vertex of bust.baseVertices) {
    if (indexOf.has(vertex)) continue;
    indexOf.set(vertex, baseVertices.length);
    baseVertices.push(vertex);
  }
  const skinCount = cut.islandOf.findIndex((island) => island !== 'skin');
  return { baseVertices, indexOf, headCount: cut.baseVertices.length, skinCount };
}

/** The undeformed reference vertices, mm. */
export function basePositions(mesh: BaseMesh, vertices: ReferenceVertices): Float64Array {
  return Float64Array.from(
    vertices.baseVertices.flatMap((vertex) => [0, 1, 2].map((axis) => mesh.vertices[vertex * 3 + axis]!)),
  );
}

/** Evaluates people at the reference vertices, reading each target once. */
export function identityEvaluator(
  base: Float64Array,
  vertices: ReferenceVertices,
  targets: Targets,
): (identity: Identity) => Float64Array {
  const cache = new Map<string, Float32Array>();
  return (identity) => {
    const positions = base.slice();
    for (const [name, weight] of identity) {
      let displacement = cache.get(name);
      if (!displacement) cache.set(name, (displacement = targets.displacements(name, vertices.baseVertices)));
      for (let i = 0; i < positions.length; i++) positions[i]! += weight * displacement[i]!;
    }
    return positions;
  };
}

/**
 * Aligns all reference vertices so that the outer skin fits the template best (rotation, translation and
 * scale).
 */
export function alignToTemplate(
  positions: Float64Array,
  template: Float64Array,
  skinCount: number,
): Float64Array {
  const { scale, rotation, translation } = alignPoints(
    positions.subarray(0, skinCount * 3),
    template.subarray(0, skinCount * 3),
  );
  const out = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    for (let row = 0; row < 3; row++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += rotation[row * 3 + k]! * positions[i + k]!;
      out[i + row] = scale * sum + translation[row]!;
    }
  }
  return out;
}

export interface ShapeModel {
  readonly mean: Float64Array;
  /** Displacement of one standard deviation over the reference vertices, per component. */
  readonly displacements: readonly Float64Array[];
  readonly report: ShapeReport;
}

export interface ShapeReport {
  readonly samples: number;
  readonly heldOut: number;
  /** Root-mean-square distance of a sample's skin vertices from the mean, mm. */
  readonly spreadMm: number;
  /** Rows of components, share of variance, and error on the held-out people, mm. */
  readonly rows: readonly {
    readonly components: number;
    readonly explained: number;
    readonly rmsMm: number;
    readonly p95Mm: number;
  }[];
}

/**
 * Shape basis from sampled people. Components are those of the outer skin; all other vertices follow by
 * regression on the scores, so that eyes, teeth and helpers move with the face.
 */
export function buildShapeModel(
  aligned: readonly Float64Array[],
  heldOut: readonly Float64Array[],
  skinCount: number,
  components: number,
  seed: number,
): ShapeModel {
  const n = aligned.length;
  const all = aligned[0]!.length;
  const width = skinCount * 3;
  const mean = new Float64Array(all);
  for (const sample of aligned) for (let i = 0; i < all; i++) mean[i]! += sample[i]! / n;
  const data = new Float32Array(n * width);
  aligned.forEach((sample, row) => {
    for (let i = 0; i < width; i++) data[row * width + i] = sample[i]! - mean[i]!;
  });
  const centred: Samples = { count: n, width, data };
  const { scores, variances, totalVariance } = principalComponents(centred, components, seededRandom(seed));
  const displacements = Array.from({ length: components }, (_, k) => {
    const out = new Float64Array(all);
    aligned.forEach((sample, row) => {
      const score = scores[row * components + k]! / n;
      for (let i = 0; i < all; i++) out[i]! += score * (sample[i]! - mean[i]!);
    });
    return out;
  });
  const counts = [10, 20, 40, 60, 80, 100, 120].filter((count) => count <= components);
  const rows = counts.map((count) => {
    const { rmsMm, p95Mm } = reconstructionError(heldOut, mean, displacements.slice(0, count), width);
    return {
      components: count,
      explained: variances.slice(0, count).reduce((a, b) => a + b, 0) / totalVariance,
      rmsMm,
      p95Mm,
    };
  });
  return {
    mean,
    displacements,
    report: { samples: n, heldOut: heldOut.length, spreadMm: Math.sqrt(totalVariance / skinCount), rows },
  };
}

/** Error of the closest model instance to unseen heads, over skin vertices. */
function reconstructionError(
  heads: readonly Float64Array[],
  mean: Float64Array,
  displacements: readonly Float64Array[],
  width: number,
) {
  const norms = displacements.map((d) => d.subarray(0, width).reduce((sum, value) => sum + value * value, 0));
  const distances: number[] = [];
  for (const head of heads) {
    const rest = Float64Array.from({ length: width }, (_, i) => head[i]! - mean[i]!);
    displacements.forEach((d, k) => {
      let dot = 0;
      for (let i = 0; i < width; i++) dot += rest[i]! * d[i]!;
      for (let i = 0; i < width; i++) rest[i]! -= (dot / norms[k]!) * d[i]!;
    });
    for (let i = 0; i < width; i += 3) distances.push(Math.hypot(rest[i]!, rest[i + 1]!, rest[i + 2]!));
  }
  distances.sort((a, b) => a - b);
  return {
    rmsMm: Math.sqrt(distances.reduce((sum, d) => sum + d * d, 0) / distances.length),
    p95Mm: distances[Math.floor(0.95 * distances.length)]!,
  };
}

/**
 * Positions or displacements of what hangs on the reference vertices; offsets apply to positions only.
 */
export function followParts(
  values: ArrayLike<number>,
  vertices: ReferenceVertices,
  part: Hanging,
  withOffsets: boolean,
): Float64Array {
  const out = new Float64Array(part.references.length * 3);
  part.references.forEach((references, i) => {
    for (let axis = 0; axis < 3; axis++) {
      let sum = withOffsets ? part.offsets[i]![axis]! : 0;
      references.forEach((vertex, k) => {
        const weight = part.weights[i]![k]!;
        if (weight !== 0) sum += weight * values[vertices.indexOf.get(vertex)! * 3 + axis]!;
      });
      out[i * 3 + axis] = sum;
    }
  });
  return out;
}
