import { factorCholesky, substituteCholesky } from '../../src/math/linear-solve.js';
import { alignPoints } from '../../src/math/procrustes.js';
import { vertexNormals } from '../../src/render/normals.js';
import {
  identitySampler,
  sampleAttributes,
  type PersonAttributes,
} from '../../src/data/synthetic/identity.js';
import { alignToTemplate, identityEvaluator, type ShapeModel } from './geometry.js';
import { drawIctPeople, ictPerson, ictSurface, type IctHeads } from './ict-head.js';
import type { IctModel } from './ict-source.js';
import type { MakeHumanSource } from './population.js';
import { seededRandom } from './random.js';
import { moved } from './register.js';
import { surfaceMatcher } from './surface-match.js';

/** How near a basis comes to people that it was not made of; root mean squares over the face, mm. */
export interface PeopleFigures {
  readonly people: number;
  /** From vertex to vertex, and from the fitted vertices to the person's surface. */
  readonly verticesMm: number;
  readonly surfaceMm: number;
  /** The same for the mean head. */
  readonly meanVerticesMm: number;
  readonly meanSurfaceMm: number;
  /** Coefficients with the prior of a fit: their standard deviation, and the greatest mean of one of them. */
  readonly coefficientDeviation: number;
  readonly greatestMean: number;
}

/** A person to be fitted. */
interface Judged {
  /** Reference vertices, aligned, mm. */
  readonly positions: Float64Array;
  /** The surface that distances are taken to. */
  readonly surface: { readonly positions: Float64Array; readonly triangles: Uint32Array };
}

/** Ridges on squared coefficients, mm²: none to speak of for errors, one vertex of 1 mm for coefficients. */
const FREE = 1e-3;
const PRIOR = 1;
const PEOPLE = 60;
const PEOPLE_OF_AGE = 30;
const YEARS = { children: [0.1, 0.3], adults: [0.4, 0.7], old: [0.8, 1] } as const;

/** Fits people of either population that the basis never saw. */
export function judgeBasis(
  shape: ShapeModel,
  source: MakeHumanSource,
  ictOnUs: IctHeads,
  ict: IctModel,
  triangles: Uint32Array,
  face: Float32Array,
  seed: number,
): Record<string, PeopleFigures> {
  const { base, vertices } = source;
  const judge = (people: readonly Judged[], where = face) =>
    figuresOf(shape, people, vertices.skinCount, triangles, where);
  // Inside lips, lids and nostrils ICT's skin has no place to be near to.
  const matched = face.map((weight, v) => weight * (ictOnUs.registration.weights[v] ?? 0));
  const out: Record<string, PeopleFigures> = {};
  const random = seededRandom(seed + 2);
  out['ict'] = judge(
    drawIctPeople(ictOnUs.modes.length, PEOPLE / 2, random).map((draw) => {
      const person = ictPerson(ictOnUs, draw);
      const skin = vertices.skinCount * 3;
      const onto = alignPoints(person.subarray(0, skin), base.subarray(0, skin));
      return {
        positions: moved(onto, person),
        surface: {
          positions: moved(onto, ictSurface(ictOnUs, ict, draw)),
          triangles: ict.skinTriangles,
        },
      };
    }),
    matched,
  );
  for (const [name, [from, to]] of Object.entries(YEARS)) {
    out[name] = judge(makeHumanOf(source, random, (age) => from + age * (to - from), triangles));
  }
  return out;
}

function makeHumanOf(
  { base, vertices, targets, contact }: MakeHumanSource,
  random: ReturnType<typeof seededRandom>,
  ageOf: (share: number) => number,
  triangles: Uint32Array,
): Judged[] {
  const sample = identitySampler(targets.names);
  const evaluate = identityEvaluator(base, vertices, targets);
  return Array.from({ length: PEOPLE_OF_AGE }, () => {
    const attributes: PersonAttributes = { ...sampleAttributes(random), age: ageOf(random.uniform()) };
    const person = contact.closePositions(evaluate(sample(random, attributes)));
    const positions = alignToTemplate(person, base, vertices.skinCount);
    return { positions, surface: { positions, triangles } };
  });
}

function figuresOf(
  shape: ShapeModel,
  people: readonly Judged[],
  skinCount: number,
  triangles: Uint32Array,
  face: Float32Array,
): PeopleFigures {
  const free = shapeFitter(shape, skinCount, FREE);
  const prior = shapeFitter(shape, skinCount, PRIOR);
  const sums = { vertices: 0, surface: 0, meanVertices: 0, meanSurface: 0 };
  const coefficients = people.map(({ positions }) => prior(positions));
  for (const { positions, surface } of people) {
    const fitted = headOf(shape, free(positions));
    const matcher = surfaceMatcher(surface.positions, surface.triangles);
    const add = (head: Float64Array) => errors(head, positions, matcher, triangles, face);
    const own = add(fitted);
    const mean = add(shape.mean);
    sums.vertices += own.vertices / people.length;
    sums.surface += own.surface / people.length;
    sums.meanVertices += mean.vertices / people.length;
    sums.meanSurface += mean.surface / people.length;
  }
  const count = shape.displacements.length;
  const means = Array.from(
    { length: count },
    (_, k) => coefficients.reduce((sum, row) => sum + row[k]!, 0) / people.length,
  );
  const squared = coefficients.reduce(
    (sum, row) => sum + row.reduce((total, value, k) => total + (value - means[k]!) ** 2, 0),
    0,
  );
  return {
    people: people.length,
    verticesMm: Math.sqrt(sums.vertices),
    surfaceMm: Math.sqrt(sums.surface),
    meanVerticesMm: Math.sqrt(sums.meanVertices),
    meanSurfaceMm: Math.sqrt(sums.meanSurface),
    coefficientDeviation: Math.sqrt(squared / people.length / count),
    greatestMean: Math.max(...means.map(Math.abs)),
  };
}

/** Mean squared distances over the face. */
function errors(
  head: Float64Array,
  person: Float64Array,
  matcher: ReturnType<typeof surfaceMatcher>,
  triangles: Uint32Array,
  face: Float32Array,
): { vertices: number; surface: number } {
  const normals = vertexNormals(Float32Array.from(head), triangles, new Float32Array(head.length));
  const sums = { vertices: 0, surface: 0 };
  let count = 0;
  face.forEach((weight, v) => {
    if (weight < 0.5) return;
    const at = head.subarray(v * 3, v * 3 + 3);
    const match = matcher.match(at, normals.subarray(v * 3, v * 3 + 3), 0);
    if (!match) return;
    count++;
    sums.surface += match.distance ** 2;
    for (let axis = 0; axis < 3; axis++) sums.vertices += (at[axis]! - person[v * 3 + axis]!) ** 2;
  });
  return { vertices: sums.vertices / count, surface: sums.surface / count };
}

function headOf({ mean, displacements }: ShapeModel, coefficients: Float64Array): Float64Array {
  const out = mean.slice();
  displacements.forEach((mode, k) => mode.forEach((value, i) => (out[i]! += coefficients[k]! * value)));
  return out;
}

/** Coefficients nearest to a head's outer skin, by ridge regression. */
function shapeFitter({ mean, displacements }: ShapeModel, skinCount: number, ridge: number) {
  const n = displacements.length;
  const rows = displacements.map((mode) => mode.subarray(0, skinCount * 3));
  const normal = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b <= a; b++) {
      let sum = a === b ? ridge : 0;
      for (let i = 0; i < rows[a]!.length; i++) sum += rows[a]![i]! * rows[b]![i]!;
      normal[a * n + b] = normal[b * n + a] = sum;
    }
  if (!factorCholesky(normal, n)) throw new Error('judge-basis: the shape basis is degenerate');
  return (head: Float64Array): Float64Array => {
    const right = Float64Array.from(rows, (row) =>
      row.reduce((sum, value, i) => sum + value * (head[i]! - mean[i]!), 0),
    );
    substituteCholesky(normal, right, n);
    return right;
  };
}
