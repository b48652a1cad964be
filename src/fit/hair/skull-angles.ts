/**
 * Directions from the middle of the skull, by which hairlines are told: `around` the face's axis, turns, 0 to
 * the subject's left and a quarter at the crown; `away` from that axis, degrees, 0 at the nose.
 */
export interface SkullAngles {
  readonly around: number;
  readonly away: number;
  /** Distance from the middle, mm. */
  readonly radius: number;
}

/** The middle of the mean skull, head space, mm, and the tilt of the face's axis below the horizontal. */
const MIDDLE = [0, 5, -75] as const;
const TILT = Math.atan(0.15);
const [COS, SIN] = [Math.cos(TILT), Math.sin(TILT)];

export function anglesOf(x: number, y: number, z: number): SkullAngles {
  const dx = x - MIDDLE[0];
  const dy = y - MIDDLE[1];
  const dz = z - MIDDLE[2];
  const up = COS * dy + SIN * dz;
  const front = COS * dz - SIN * dy;
  const side = Math.hypot(dx, up);
  const turn = Math.atan2(up, dx) / (2 * Math.PI);
  return {
    around: turn < 0 ? turn + 1 : turn,
    away: (Math.atan2(side, front) * 180) / Math.PI,
    radius: Math.hypot(side, front),
  };
}

/** The inverse of {@link anglesOf}. */
export function pointAt({ around, away, radius }: SkullAngles): [number, number, number] {
  const angle = (away * Math.PI) / 180;
  const front = radius * Math.cos(angle);
  const side = radius * Math.sin(angle);
  const up = side * Math.sin(2 * Math.PI * around);
  return [
    MIDDLE[0] + side * Math.cos(2 * Math.PI * around),
    MIDDLE[1] + COS * up - SIN * front,
    MIDDLE[2] + SIN * up + COS * front,
  ];
}

/** Sectors around the face's axis in which hairlines are stored. */
export const SECTORS = 48;

/** The sector of a direction. */
export const sectorOf = (around: number): number => Math.floor(around * SECTORS) % SECTORS;

/** The sine of the direction of a sector's middle: 1 above the face's axis, 0 beside it. */
export const sineOf = (sector: number): number => Math.sin((2 * Math.PI * (sector + 0.5)) / SECTORS);

/** The sector of the same direction on the face's other side. */
export const mirroredSector = (sector: number): number => (SECTORS / 2 - 1 - sector + SECTORS) % SECTORS;

/** A value per sector at a direction between them. */
export function betweenSectors(values: ArrayLike<number>, around: number): number {
  const at = around * SECTORS - 0.5 + SECTORS;
  const first = Math.floor(at);
  const share = at - first;
  return (1 - share) * values[first % SECTORS]! + share * values[(first + 1) % SECTORS]!;
}
