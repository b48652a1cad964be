import { multiplyRotations, rotationFromEuler } from '../../../math/rotation.js';
import type { Random } from '../../random.js';
import { fist, openHand, pointing } from '../hand/gestures.js';
import { flatReach } from '../hand/wrap.js';
import { handParts, onHead, type HandPlace, type OnHead } from '../hand/place-hand.js';
import { cross, normalized, type Vec3 } from '../mesh.js';
import type { ObjectModel, Occluder, Site } from '../object-model.js';
import type { OccludedFace } from '../occluded-face.js';

/** Heights of a face in head space, mm. */
interface Heights {
  readonly chin: number;
  readonly mouth: number;
  readonly nose: number;
  readonly eyes: number;
  readonly brows: number;
}

function heightsOf({ landmark }: Site): Heights {
  const mean = (...indices: number[]) =>
    indices.reduce((sum, index) => sum + landmark(index)[1], 0) / indices.length;
  return {
    chin: mean(8),
    mouth: mean(51, 57),
    nose: mean(30),
    eyes: mean(36, 39, 42, 45),
    brows: mean(19, 24),
  };
}

type Place = Omit<HandPlace, 'size' | 'elbow' | 'shoulder'> & Partial<Pick<HandPlace, 'elbow' | 'shoulder'>>;

/** A gesture: what one hand does, in the space of a left hand. */
interface Gesture {
  readonly name: string;
  readonly range: readonly [number, number];
  /** Whether both hands do it. */
  readonly both?: boolean;
  /** Whether the hand is that of the side which a turned head shows. */
  readonly nearer?: boolean;
  /** How far the second hand lies over the first, and a shadow's distance, mm. */
  readonly over?: number;
  readonly gap?: number;
  place(head: SidedHead, random: Random, amount: number): Place;
}

/** What a gesture needs to know of a head. */
interface SidedHead {
  readonly y: Heights;
  at(place: OnHead): Pick<HandPlace, 'rotation' | 'at' | 'touch'>;
  /** The nose's tip. */
  readonly tip: Vec3;
  /** Unit vector from there to the camera. */
  readonly camera: Vec3;
}

function sidedHead(site: Site, side: number, above: number): SidedHead {
  const [x, y, z] = site.landmark(30);
  const [cx, cy, cz] = towardsCamera(site.face, [x, y, z]);
  return {
    y: heightsOf(site),
    at: (place) => onHead(site.shell, side, { above, ...place }),
    tip: [side * x, y, z],
    camera: [side * cx, cy, cz],
  };
}

const mix = (from: number, to: number, share: number): number => from + (to - from) * share;
/** Width of a grown-up's face between the ears' landmarks, mm. */
const FACE_WIDTH = 140;
/** Sine of the yaw from which a head shows one side more. */
const TURNED = 0.12;

function gestureOccluder({
  name,
  range,
  both = false,
  gap = 7,
  over = 0,
  nearer = false,
  place,
}: Gesture): Occluder {
  return {
    name,
    range,
    build: (site, random, amount): ObjectModel => {
      const own =
        nearer && Math.abs(site.face.rotation[2]!) > TURNED
          ? -Math.sign(site.face.rotation[2]!)
          : random.choice([-1, 1]);
      const right = site.landmark(0);
      const left = site.landmark(16);
      const size =
        Math.min(1.12, Math.max(0.7, (left[0] - right[0]) / FACE_WIDTH)) * random.uniform(0.93, 1.07);
      const sides = both ? [own, -own] : [own];
      const parts = sides.flatMap((side, k) => {
        const r = random.fork(`hand ${side}`);
        const at = place(sidedHead(site, side, k * over), r, amount);
        const elbow = at.elbow ?? normalized([r.uniform(0.3, 0.7), -0.85, r.uniform(0.15, 0.45)]);
        const shoulder = at.shoulder ?? normalized([r.uniform(0, 0.4), -0.9, -0.25]);
        return handParts(site.hand, side, { elbow, shoulder, ...at, size }, site.skin, random.fork('sleeve'));
      });
      return {
        parts,
        shadow: { gap, strength: 0.5 },
        parameters: {
          hands: sides.length,
          side: own > 0 ? 'left' : 'right',
          size: Math.round(size * 100) / 100,
        },
      };
    },
  };
}

/** Palm and fingers on the face. */
const laid = { closing: flatReach } as const;
const palm: Vec3 = [2, 62, -12];

const gestures: readonly Gesture[] = [
  {
    name: 'hand over mouth',
    range: [0.1, 0.34],
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: [0, 84, -10],
      fingers: openHand(random, random.uniform(0, 0.7)),
      ...at({
        angle: mix(30, 0, amount) + random.normal(0, 2),
        y: mix(y.chin + 4, y.mouth + 4, amount),
        turn: random.uniform(48, 74),
      }),
    }),
  },
  {
    name: 'hand over mouth and nose',
    range: [0.28, 0.42],
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: [0, 70, -10],
      fingers: openHand(random, random.uniform(0, 0.8)),
      ...at({
        angle: mix(22, 2, amount) + random.normal(0, 2),
        y: mix(y.mouth - 16, y.nose - 8, amount),
        turn: random.uniform(30, 58),
      }),
    }),
  },
  {
    name: 'hand over eye',
    range: [0.18, 0.46],
    nearer: true,
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: palm,
      fingers: openHand(random, random.uniform(0, 1)),
      ...at({
        angle: mix(52, 16, amount) + random.normal(0, 2),
        y: mix(y.nose - 14, y.eyes - 4, amount),
        turn: random.uniform(-4, 26),
      }),
    }),
  },
  {
    name: 'hands over eyes',
    range: [0.45, 0.6],
    both: true,
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: [0, mix(128, 92, amount), -8],
      fingers: openHand(random, random.uniform(0, 0.5)),
      ...at({
        angle: mix(32, 25, amount) + random.normal(0, 1),
        y: y.eyes + random.normal(0, 3),
        turn: random.uniform(6, 20),
      }),
    }),
  },
  {
    name: 'hand on cheek',
    range: [0.1, 0.34],
    nearer: true,
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: [4, 50, -14],
      fingers: openHand(random, random.uniform(0, 1), random.uniform(6, 30)),
      ...at({
        angle: mix(62, 24, amount) + random.normal(0, 2),
        y: y.mouth + mix(-10, 14, amount),
        turn: random.uniform(-14, 16),
      }),
    }),
  },
  {
    name: 'fist at mouth',
    range: [0.1, 0.16],
    place: ({ at, y }, random, amount) => ({
      anchor: [28, 82, -22],
      fingers: fist(random),
      ...at({
        angle: random.normal(2, 3),
        y: mix(y.chin - 14, y.mouth + 22, amount),
        turn: random.uniform(38, 66),
        roll: random.uniform(62, 88),
      }),
    }),
  },
  {
    name: 'finger on lips',
    range: [0.08, 0.12],
    place: ({ at, y }, random, amount) => ({
      anchor: [30, 128, -5],
      fingers: pointing(random),
      ...at({
        angle: random.normal(1, 2),
        y: y.mouth + mix(-22, 32, amount),
        turn: random.uniform(-12, 6),
        roll: random.uniform(50, 80),
        tilt: random.uniform(-4, 4),
      }),
    }),
  },
  {
    name: 'hand on forehead',
    range: [0.12, 0.34],
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: [0, 90, -10],
      fingers: openHand(random, random.uniform(0, 1)),
      elbow: normalized([1, random.uniform(-0.9, -0.2), 0.35]),
      ...at({
        angle: mix(28, 8, amount) + random.normal(0, 3),
        y: mix(y.brows + 62, y.brows + 12, amount),
        turn: random.uniform(58, 92),
      }),
    }),
  },
  {
    name: 'spread fingers',
    range: [0.14, 0.42],
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: palm,
      fingers: openHand(random, random.uniform(1.5, 2.1)),
      ...at({
        angle: mix(20, 2, amount) + random.normal(0, 2),
        y: mix(y.chin, y.mouth + 14, amount),
        turn: random.uniform(-6, 22),
      }),
    }),
  },
  {
    name: 'hands over lower face',
    range: [0.12, 0.38],
    both: true,
    over: 13,
    place: ({ at, y }, random, amount) => ({
      ...laid,
      anchor: [0, mix(150, 112, amount), -8],
      fingers: openHand(random, random.uniform(0, 0.6)),
      ...at({
        angle: 13 + random.normal(0, 1),
        y: mix(y.chin + 12, y.mouth + 14, amount),
        turn: random.uniform(46, 60),
      }),
    }),
  },
  {
    name: 'hand towards camera',
    range: [0.1, 0.5],
    gap: 22,
    place: ({ y, tip, camera }, random, amount) => {
      const away = 1 - amount;
      const distance = random.uniform(70, 190);
      const lean = random.normal(0, 12);
      const tilt = random.normal(-3, 6);
      const turn = random.normal(0, 12);
      return {
        anchor: [0, 85, 0],
        rotation: multiplyRotations(
          facing(camera),
          rotationFromEuler({ yaw: turn, pitch: tilt, roll: lean }),
        ),
        fingers: openHand(random, random.uniform(0.4, 1.9), random.uniform(1, 10)),
        at: [
          tip[0] + 90 * away + distance * camera[0],
          (y.mouth + y.eyes) / 2 - 100 * away + distance * camera[1],
          tip[2] + distance * camera[2],
        ],
        elbow: normalized([random.uniform(0.1, 0.4), -0.9, -0.3]),
        shoulder: normalized([0.1, -0.5, -0.85]),
      };
    },
  },
];

/** A hand upright with its palm in a direction. */
function facing(way: Vec3): Float64Array {
  const back: Vec3 = [-way[0], -way[1], -way[2]];
  const across = normalized(cross([0, 1, 0], back));
  const up = cross(back, across);
  return Float64Array.of(across[0], up[0], back[0], across[1], up[1], back[1], across[2], up[2], back[2]);
}

/** Unit vector from a point of the head to the camera. */
function towardsCamera({ rotation: r, translation: t }: OccludedFace, from: Vec3): Vec3 {
  const at = (k: number) => -(r[k]! * t[0]! + r[3 + k]! * t[1]! + r[6 + k]! * t[2]!) - from[k]!;
  return normalized([at(0), at(1), at(2)]);
}

/** Free hands on and before a face. */
export const hands: readonly Occluder[] = gestures.map(gestureOccluder);
