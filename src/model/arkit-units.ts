/**
 * ARKit's 52 blendshapes in the order of its documentation, in lower camel case: the expression units of the
 * open head model. Left and right are the subject's.
 */
export const arkitUnits = [
  ...['eyeBlinkLeft', 'eyeLookDownLeft', 'eyeLookInLeft', 'eyeLookOutLeft', 'eyeLookUpLeft'],
  ...['eyeSquintLeft', 'eyeWideLeft'],
  ...['eyeBlinkRight', 'eyeLookDownRight', 'eyeLookInRight', 'eyeLookOutRight', 'eyeLookUpRight'],
  ...['eyeSquintRight', 'eyeWideRight'],
  ...['jawForward', 'jawLeft', 'jawRight', 'jawOpen', 'mouthClose', 'mouthFunnel', 'mouthPucker'],
  ...['mouthLeft', 'mouthRight', 'mouthSmileLeft', 'mouthSmileRight', 'mouthFrownLeft', 'mouthFrownRight'],
  ...['mouthDimpleLeft', 'mouthDimpleRight', 'mouthStretchLeft', 'mouthStretchRight'],
  ...['mouthRollLower', 'mouthRollUpper', 'mouthShrugLower', 'mouthShrugUpper'],
  ...['mouthPressLeft', 'mouthPressRight', 'mouthLowerDownLeft', 'mouthLowerDownRight'],
  ...['mouthUpperUpLeft', 'mouthUpperUpRight'],
  ...['browDownLeft', 'browDownRight', 'browInnerUp', 'browOuterUpLeft', 'browOuterUpRight'],
  ...['cheekPuff', 'cheekSquintLeft', 'cheekSquintRight', 'noseSneerLeft', 'noseSneerRight', 'tongueOut'],
] as const;

export type ArkitUnit = (typeof arkitUnits)[number];

/** The unit that does the same on the other side; units of both sides are their own mirror image. */
export function mirroredUnit(name: string): string {
  if (name.endsWith('Left')) return name.replace(/Left$/, 'Right');
  return name.replace(/Right$/, 'Left');
}

const bothSides = (a: string, b: string): [string, string][] =>
  ['Left', 'Right'].map((side) => [a + side, b + side]);

/** Units of which a face shows one or the other: together they cancel. */
export const opposingUnits: readonly (readonly [string, string])[] = [
  ...bothSides('eyeBlink', 'eyeWide'),
  ...bothSides('eyeSquint', 'eyeWide'),
  ...bothSides('eyeLookDown', 'eyeLookUp'),
  ...bothSides('eyeLookIn', 'eyeLookOut'),
  ['eyeLookOutLeft', 'eyeLookOutRight'],
  ...bothSides('browDown', 'browOuterUp'),
  ['jawLeft', 'jawRight'],
  ['mouthLeft', 'mouthRight'],
  ...bothSides('mouthSmile', 'mouthFrown'),
  ['mouthPucker', 'mouthStretchLeft'],
  ['mouthPucker', 'mouthStretchRight'],
  ['mouthFunnel', 'mouthRollLower'],
  ['mouthFunnel', 'mouthRollUpper'],
];

/** Units of which the first never exceeds the second: lips close no farther than the jaw is open. */
const followingUnits = [['mouthClose', 'jawOpen']] as const;

/** Places of the opposing pairs among a model's units; pairs that it lacks are left out. */
export const opposingIndices = (names: readonly string[]): (readonly [number, number])[] =>
  placesOf(opposingUnits, names);

/** Places of units of which the first never exceeds the second. */
export const followingIndices = (names: readonly string[]): (readonly [number, number])[] =>
  placesOf(followingUnits, names);

function placesOf(
  pairs: readonly (readonly [string, string])[],
  names: readonly string[],
): (readonly [number, number])[] {
  return pairs
    .map(([a, b]) => [names.indexOf(a), names.indexOf(b)] as const)
    .filter(([a, b]) => a >= 0 && b >= 0);
}

/** Units and how much rarer than an ordinary one they are, for priors: of a person whose shape is known… */
const STIFFNESS: readonly (readonly [RegExp, number])[] = [
  // The gaze says these.
  [/^eyeLook/, 10],
  // Eyes' openings, nostrils, brows and lips differ more between people than they move.
  [/^(eyeWide|eyeSquint|noseSneer|mouthShrug)/, 4],
  [/^(brow|mouthRoll|mouthStretch|mouthFrown|mouthPress)/, 2],
  // Few do these in photos.
  [/^(cheekPuff|tongueOut|mouthClose)/, 6],
  // Mouths open by the jaw before they do by the lower lip.
  [/^mouthLowerDown/, 10],
  [/^jawForward/, 20],
  [/^(cheekSquint|jawLeft|jawRight|mouthLeft|mouthRight|mouthDimple)/, 2],
];
/** … and of a stranger in a single photo: open eyes, high brows and thin lips are rather the person's own. */
const STRANGERS: readonly (readonly [RegExp, number])[] = [
  [/^mouthShrug/, 200],
  [/^(browOuterUp|mouthRoll|eyeLook)/, 50],
  [/^eyeWide/, 28],
  [/^mouthStretch/, 40],
  [/^mouthFrown/, 12],
  [/^browInnerUp/, 10],
  [/^mouthUpperUp/, 12],
  ...STIFFNESS,
];

/**
 * How much more than others a fit should draw a unit to rest.
 * @param known whether the person's shape is
 */
export function unitStiffness(name: string, known: boolean): number {
  return (known ? STIFFNESS : STRANGERS).find(([pattern]) => pattern.test(name))?.[1] ?? 1;
}

/**
 * Of each opposing pair the smaller one is taken off the larger one and becomes 0: what they show together is
 * their difference. Lips close no farther than the jaw is open. In place.
 *
 * @param names of the coefficients
 */
export function keepOpposed(names: readonly string[], coefficients: Float32Array | Float64Array): void {
  for (const [i, j] of opposingIndices(names)) {
    const common = Math.min(coefficients[i]!, coefficients[j]!);
    if (common <= 0) continue;
    coefficients[i]! -= common;
    coefficients[j]! -= common;
  }
  for (const [close, open] of followingIndices(names))
    coefficients[close] = Math.min(coefficients[close]!, Math.max(0, coefficients[open]!));
}
