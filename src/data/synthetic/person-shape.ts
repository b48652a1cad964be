import { factorCholesky, substituteCholesky } from '../../math/linear-solve.js';
import { addRow, flushRows, normalEquations } from '../../math/normal-equations.js';
import { alignPoints } from '../../math/procrustes.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import type { Identity } from './identity.js';
import type { Following, People } from './people-file.js';

/** A person's neutral head, and what hair hangs on. */
export interface PersonShape {
  /** All vertices of the head model, V×3, mm, head space. */
  readonly vertices: Float32Array;
  /** The reference vertices of the people file, R×3, mm, head space. */
  readonly references: Float64Array;
}

/**
 * Ridge on squared coefficients, relative to a vertex displacement of one squared mm: keeps unseen modes at
 * rest.
 */
const RIDGE = 1;

/** Evaluates people and finds their best coefficients in the compact model. */
export class PersonShaper {
  private readonly indexOf: ReadonlyMap<string, number>;
  private readonly meanHead: Float64Array;
  private readonly normal: Float64Array;

  /** @throws Error when the people file was made for another head model */
  constructor(
    private readonly people: People,
    private readonly model: MorphableModel,
  ) {
    const followers = (people.beyond.offsets.length + people.parts.offsets.length) / 3;
    if (people.headCount + followers !== model.vertexCount) {
      throw new Error(
        `PersonShaper: the people file is for a head of ${people.headCount + followers} vertices, the head model has ${model.vertexCount}; build both again.`,
      );
    }
    this.indexOf = new Map(people.targetNames.map((name, index) => [name, index]));
    this.meanHead = Float64Array.from(model.meanShape.subarray(0, people.headCount * 3));
    this.normal = normalMatrix(model, people.headCount);
  }

  /**
   * The neutral head of a person, aligned to the model's mean by rotation, translation and scale, as the
   * basis is.
   */
  evaluate(identity: Identity): PersonShape {
    const { base, starts, vertices, steps, scales, headCount, beyond, parts } = this.people;
    const positions = Float64Array.from(base);
    for (const [name, weight] of identity) {
      const target = this.indexOf.get(name);
      if (target === undefined)
        throw new Error(
          `PersonShaper: the people file has no target "${name}"; build it again with "npm run build-people".`,
        );
      const scale = weight * scales[target]!;
      for (let entry = starts[target]!; entry < starts[target + 1]!; entry++) {
        const at = vertices[entry]! * 3;
        for (let axis = 0; axis < 3; axis++) positions[at + axis]! += scale * steps[entry * 3 + axis]!;
      }
    }
    const { scale, rotation, translation } = alignPoints(positions.subarray(0, headCount * 3), this.meanHead);
    const references = new Float64Array(positions.length);
    for (let i = 0; i < positions.length; i += 3) {
      for (let row = 0; row < 3; row++) {
        references[i + row] =
          scale *
            (rotation[row * 3]! * positions[i]! +
              rotation[row * 3 + 1]! * positions[i + 1]! +
              rotation[row * 3 + 2]! * positions[i + 2]!) +
          translation[row]!;
      }
    }
    const all = new Float32Array(this.model.vertexCount * 3);
    all.set(references.subarray(0, headCount * 3));
    follow(beyond, references, all, headCount * 3);
    follow(parts, references, all, headCount * 3 + beyond.offsets.length);
    return { vertices: all, references };
  }

  /** Coefficients of the compact model whose skin is nearest to a neutral head's, in standard deviations. */
  coefficients({ vertices }: PersonShape): Float32Array {
    const { shape, meanShape } = this.model;
    const width = this.people.headCount * 3;
    const all = this.model.vertexCount * 3;
    const right = new Float64Array(shape.count);
    const change = new Float32Array(width);
    for (let i = 0; i < width; i++) change[i] = vertices[i]! - meanShape[i]!;
    // Four sums at a time do not wait for one another.
    for (let k = 0; k < shape.count; k++) {
      const mode = shape.displacements.subarray(k * all, k * all + width);
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let i = 0;
      for (; i + 3 < width; i += 4) {
        a += mode[i]! * change[i]!;
        b += mode[i + 1]! * change[i + 1]!;
        c += mode[i + 2]! * change[i + 2]!;
        d += mode[i + 3]! * change[i + 3]!;
      }
      for (; i < width; i++) a += mode[i]! * change[i]!;
      right[k] = a + b + c + d;
    }
    substituteCholesky(this.normal, right, shape.count);
    return Float32Array.from(right);
  }
}

/** Cholesky factor of BᵀB + ridge over the head's vertices. */
function normalMatrix({ shape, vertexCount }: MorphableModel, headCount: number): Float64Array {
  const n = shape.count;
  const width = headCount * 3;
  const all = vertexCount * 3;
  const equations = normalEquations(n);
  const row = new Float64Array(n);
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < n; k++) row[k] = shape.displacements[k * all + i]!;
    addRow(equations, row, 0, 1);
  }
  flushRows(equations);
  const matrix = equations.hessian;
  for (let k = 0; k < n; k++) matrix[k * n + k]! += RIDGE;
  if (!factorCholesky(matrix, n))
    throw new Error('PersonShaper: the shape basis of the head model is degenerate.');
  return matrix;
}

/** Positions of what hangs on the reference vertices, written from `at` on. */
export function follow(
  { references, weights, offsets }: Following,
  positions: ArrayLike<number>,
  out: Float32Array,
  at = 0,
): Float32Array {
  const each = references.length / (offsets.length / 3);
  for (let i = 0, from = 0; i < offsets.length; i += 3, from += each) {
    let x = offsets[i]!;
    let y = offsets[i + 1]!;
    let z = offsets[i + 2]!;
    for (let k = from; k < from + each; k++) {
      const weight = weights[k]!;
      const place = references[k]! * 3;
      x += weight * positions[place]!;
      y += weight * positions[place + 1]!;
      z += weight * positions[place + 2]!;
    }
    out[at + i] = x;
    out[at + i + 1] = y;
    out[at + i + 2] = z;
  }
  return out;
}
