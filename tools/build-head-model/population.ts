import { identitySampler } from '../../src/data/synthetic/identity.js';
import {
  alignToTemplate,
  buildShapeModel,
  identityEvaluator,
  type ReferenceVertices,
  type ShapeModel,
} from './geometry.js';
import { drawIctPeople, ictPerson, type IctHeads } from './ict-head.js';
import type { LipContact } from './lip-contact.js';
import type { Targets } from './makehuman-source.js';
import { seededRandom } from './random.js';

/** People who make the basis and people who judge it, of each population. */
const MAKEHUMAN_PEOPLE = 800;
const MAKEHUMAN_HELD_OUT = 100;
const ICT_PAIRS = 600;
const ICT_HELD_OUT_PAIRS = 30;
const SHAPE_COMPONENTS = 120;

/** MakeHuman's people on the reference vertices. */
export interface MakeHumanSource {
  /** Reference vertices of the base mesh, mm, lips closed. */
  readonly base: Float64Array;
  readonly vertices: ReferenceVertices;
  readonly targets: Targets;
  readonly contact: LipContact;
}

/** Aligned heads of MakeHuman people with closed lips: those that make the basis, and others. */
export function makeHumanHeads(
  { base, vertices, targets, contact }: MakeHumanSource,
  seed: number,
): { readonly people: Float64Array[]; readonly heldOut: Float64Array[] } {
  const sample = identitySampler(targets.names);
  const evaluate = identityEvaluator(base, vertices, targets);
  const random = seededRandom(seed);
  const draw = (count: number): Float64Array[] =>
    Array.from({ length: count }, () =>
      alignToTemplate(contact.closePositions(evaluate(sample(random))), base, vertices.skinCount),
    );
  return { people: draw(MAKEHUMAN_PEOPLE), heldOut: draw(MAKEHUMAN_HELD_OUT) };
}

export function meanHead(heads: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(heads[0]!.length);
  for (const head of heads) head.forEach((value, i) => (mean[i]! += value / heads.length));
  return mean;
}

/**
 * One shape basis of ICT's and MakeHuman's people together: the scans' faces, and the children, ages and
 * descents that the scans lack.
 */
export function jointShapeModel(
  makeHuman: ReturnType<typeof makeHumanHeads>,
  ict: IctHeads,
  { base, vertices }: MakeHumanSource,
  seed: number,
): ShapeModel {
  const random = seededRandom(seed + 1);
  const draw = (pairs: number): Float64Array[] =>
    drawIctPeople(ict.modes.length, pairs, random).map((person) =>
      alignToTemplate(ictPerson(ict, person), base, vertices.skinCount),
    );
  return buildShapeModel(
    [...draw(ICT_PAIRS), ...makeHuman.people],
    [...draw(ICT_HELD_OUT_PAIRS), ...makeHuman.heldOut],
    vertices.skinCount,
    SHAPE_COMPONENTS,
    seed,
  );
}
