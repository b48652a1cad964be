import { alignPoints } from '../../src/math/procrustes.js';
import { mediapipeTo68 } from '../../src/detect/mediapipe-to-68.js';
import { carryField, mouthPocket, type Pocket } from './carry.js';
import type { BustMotion } from './bust-motion.js';
import type { ReferenceVertices } from './geometry.js';
import type { HeadCut } from './head-cut.js';
import { helpersOfNeutral, ictInsides, withHelpers, type HelperGroups } from './helpers.js';
import type { IctModel } from './ict-source.js';
import type { Correspondences } from './landmarks.js';
import type { LipContact } from './lip-contact.js';
import type { FittedPart } from './parts.js';
import type { Random } from './random.js';
import { linearPart, moved, registerToIct, type Registration } from './register.js';
import { rimsOf, type Rims } from './rims.js';
import { neighboursOf, quadsOf, type Neighbours } from './smooth-field.js';

/** Edges and openings of our head. */
export interface Topology {
  readonly neighbours: Neighbours;
  readonly mouth: Rims;
  readonly rightEye: Rims;
  readonly leftEye: Rims;
  readonly pocket: Pocket;
}

/** @param base reference vertices of the base mesh, mm */
export function topologyOf(cut: HeadCut, base: ArrayLike<number>): Topology {
  const neighbours = neighboursOf(quadsOf(cut.triangles), cut.baseVertices.length);
  const mouth = rimsOf(cut, neighbours, base, 'mouthCavity');
  return {
    neighbours,
    mouth,
    pocket: mouthPocket(cut, neighbours, mouth, base),
    rightEye: rimsOf(cut, neighbours, base, 'rightSocket'),
    leftEye: rimsOf(cut, neighbours, base, 'leftSocket'),
  };
}

/** ICT's people on our vertices. */
export interface IctHeads {
  readonly registration: Registration;
  readonly insides: ReturnType<typeof ictInsides>;
  /** Reference vertices of the neutral head, mm, in the template's place and size, lips closed. */
  readonly neutral: Float64Array;
  /** Displacement of the reference vertices by one standard deviation of each mode, mm. */
  readonly modes: readonly Float64Array[];
}

/** What carries ICT's people over. */
export interface IctHeadsSource {
  readonly cut: HeadCut;
  readonly topology: Topology;
  readonly contact: LipContact;
  readonly correspondences: Correspondences;
  readonly vertices: ReferenceVertices;
  readonly parts: readonly FittedPart[];
  readonly groups: HelperGroups;
  readonly bustMotion: BustMotion;
  /** The reference vertices that aligned heads are aligned to, mm. */
  readonly template: Float64Array;
  /** A mean head's reference vertices, aligned, lips closed, mm. */
  readonly mean: Float64Array;
}

/** Registers a mean head of ours to ICT's and carries ICT's identity modes over. */
export function ictHeads(source: IctHeadsSource, ict: IctModel): IctHeads {
  const { cut, topology, contact, vertices, parts, groups, bustMotion, template, mean } = source;
  const { tri, bary } = source.correspondences.mediapipe468;
  const first = registerToIct(
    {
      cut,
      ...topology,
      positions: mean.slice(0, vertices.headCount * 3),
      inner51: mediapipeTo68.slice(17).map((index) => ({
        vertices: tri[index]!.map((base) => cut.headVertexOf.get(base)!),
        weights: bary[index]!,
      })),
    },
    ict,
  );
  const registration = inTemplate(first, template, vertices.skinCount);
  const insides = ictInsides(ict);
  const neutral = helpersOfNeutral(registration, insides, groups, vertices, parts, mean);
  bustMotion.goAlong(neutral, mean);
  const modes = Array.from({ length: ict.identityCount }, (_, k) => {
    const field = ict.identity(k);
    const head = contact.closeDisplacement(
      carryField(registration, topology.neighbours, field, topology.pocket),
    );
    const whole = withHelpers(registration, insides, groups, head, field, neutral);
    bustMotion.follow(whole);
    return whole;
  });
  return { registration, insides, neutral: contact.closePositions(neutral), modes };
}

/** The registration in the place and size that all sampled heads have: the template's. */
function inTemplate(registration: Registration, template: Float64Array, skinCount: number): Registration {
  const onto = alignPoints(
    registration.positions.subarray(0, skinCount * 3),
    template.subarray(0, skinCount * 3),
  );
  const { similarity } = registration;
  const rotation = Float64Array.from({ length: 9 }, (_, i) =>
    [0, 1, 2].reduce(
      (sum, k) => sum + onto.rotation[Math.floor(i / 3) * 3 + k]! * similarity.rotation[k * 3 + (i % 3)]!,
      0,
    ),
  );
  return {
    ...registration,
    similarity: {
      scale: onto.scale * similarity.scale,
      rotation,
      translation: moved(onto, similarity.translation),
      rms: similarity.rms,
    },
    ict: moved(onto, registration.ict),
    positions: moved(onto, registration.positions),
  };
}

/** Standard normal mode coefficients of ICT people, in pairs of opposites: their mean is the neutral head. */
export function drawIctPeople(modes: number, pairs: number, random: Random): Float64Array[] {
  return Array.from({ length: pairs }, () =>
    Float64Array.from({ length: modes }, () => random.normal()),
  ).flatMap((draw) => [draw, draw.map((value) => -value)]);
}

/** Reference vertices of an ICT person, not aligned, mm. */
export function ictPerson({ neutral, modes }: IctHeads, draw: Float64Array): Float64Array {
  const out = neutral.slice();
  modes.forEach((mode, k) => mode.forEach((value, i) => (out[i]! += draw[k]! * value)));
  return out;
}

/** All of ICT's own vertices of a person, in the template's axes, mm. */
export function ictSurface({ registration }: IctHeads, ict: IctModel, draw: Float64Array): Float64Array {
  const field = new Float64Array(ict.neutral.length);
  draw.forEach((weight, k) => ict.identity(k).forEach((value, i) => (field[i]! += weight * value)));
  const change = linearPart(registration.similarity, field);
  return registration.ict.map((value, i) => value + change[i]!);
}
