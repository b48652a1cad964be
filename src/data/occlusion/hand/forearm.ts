import { multiplyRotations, rotationFromAxisAngle } from '../../../math/rotation.js';
import type { Random } from '../../random.js';
import { curve, normalized, placed, tube, type Mesh, type Vec3 } from '../mesh.js';
import type { ObjectPart } from '../object-model.js';
import { pattern, smoothNoise } from '../textures.js';
import type { HandModel } from './hand-file.js';

/**
 * What a wrist can do, degrees: towards the back of the hand and the palm, to the thumb and the little
 * finger.
 */
const BACK = 58;
const FRONT = 55;
const THUMB = 18;
const LITTLE = 32;
const radians = Math.PI / 180;

/**
 * Turns the forearm about the wrist so that it points a way, as far as a wrist can.
 * @param way unit vector from the wrist to the elbow, hand space
 * @returns row-major 3×3 in hand space
 */
export function forearmTowards(way: Vec3): Float64Array {
  const ahead = Math.max(0.05, -way[1]);
  const lift = Math.min(BACK, Math.max(-FRONT, Math.atan2(way[2], ahead) / radians));
  const aside = Math.min(THUMB, Math.max(-LITTLE, Math.atan2(way[0], ahead) / radians));
  // −y turns to +z about −x and to +x about +z.
  return multiplyRotations(
    rotationFromAxisAngle([-lift * radians, 0, 0]),
    rotationFromAxisAngle([0, 0, aside * radians]),
  );
}

/** Cloths of sleeves; none is a bare arm. */
const sleeves: readonly (readonly [Vec3, 'weave' | 'knit' | 'fleece'])[] = [
  [[0.02, 0.025, 0.05], 'weave'],
  [[0.3, 0.3, 0.31], 'knit'],
  [[0.14, 0.02, 0.03], 'fleece'],
  [[0.02, 0.02, 0.022], 'fleece'],
  [[0.55, 0.56, 0.58], 'weave'],
  [[0.1, 0.16, 0.3], 'weave'],
  [[0.12, 0.14, 0.07], 'fleece'],
  [[0.35, 0.22, 0.12], 'knit'],
];

/**
 * The sleeve over a forearm, or the bare arm, and the arm beyond the elbow, which leaves the picture.
 * @param forearm see {@link forearmTowards}
 * @param upperArm unit vector from the elbow on, hand space
 */
export function armParts(
  hand: HandModel,
  forearm: ArrayLike<number>,
  upperArm: Vec3,
  skin: Vec3,
  random: Random,
): ObjectPart[] {
  const bare = random.uniform() < 0.3;
  const cuff = random.uniform(34, 120);
  const [color, cloth] = random.choice(sleeves);
  const noise = smoothNoise(`sleeve ${random.integer(0, 5)}`, 12);
  const elbow = hand.elbow;
  const length = Math.hypot(...elbow);
  const from = bare ? length * 0.8 : cuff;
  const start = from / length;
  const bend: Vec3 = straightened(forearm, upperArm);
  const at = (share: number): Vec3 => [elbow[0] * share, elbow[1] * share, elbow[2] * share];
  const beyond = (mm: number): Vec3 => [
    elbow[0] + bend[0] * mm,
    elbow[1] + bend[1] * mm,
    elbow[2] + bend[2] * mm,
  ];
  const path = curve([at(start), at(0.5 + 0.5 * start), at(0.97), beyond(70), beyond(170), beyond(330)], 5);
  const last = path.length - 1;
  const cloak = bare ? 0 : random.uniform(5, 9);
  const radii = path.map((_, k) => {
    const t = k / last;
    return k === 0 && !bare ? 25 : 29 + 17 * Math.min(1, (start + t * 1.6) / 1.1) + cloak;
  });
  const sleeve = tube(path, radii, 20, 0.86);
  if (!bare) creased(sleeve, noise);
  const mesh = placed(sleeve, forearm, [0, 0, 0]);
  return [
    bare
      ? { mesh, color: skin, texture: pattern('skin'), specular: { strength: 0.04, shininess: 12 } }
      : { mesh, color, texture: pattern(cloth) },
  ];
}

/** The upper arm's direction where the forearm still lies as at rest. */
function straightened(forearm: ArrayLike<number>, way: Vec3): Vec3 {
  const back = (k: number) => forearm[k]! * way[0] + forearm[3 + k]! * way[1] + forearm[6 + k]! * way[2];
  return normalized([back(0), back(1), back(2)]);
}

/** Folds across a sleeve: lighter ridges, darker between. */
function creased({ positions, uvs, colors }: Mesh, noise: (u: number, v: number) => number): void {
  for (let i = 0; i < uvs.length / 2; i++) {
    const u = uvs[2 * i]!;
    const v = uvs[2 * i + 1]!;
    const fold = noise(Math.abs(2 * u - 1) * 0.35, v * 1.4) - 0.5;
    const shade = Math.max(0.45, 1 + 0.7 * fold);
    positions[3 * i + 2]! += 7 * fold;
    positions[3 * i]! += 5 * fold;
    for (let k = 0; k < 3; k++) colors[3 * i + k]! *= shade;
    uvs[2 * i] = u * 2;
    uvs[2 * i + 1] = v * 4;
  }
}
