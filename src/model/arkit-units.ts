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
