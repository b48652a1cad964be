import type { UnitWeights } from '../../model/visemes.js';
import { visemes } from '../../model/visemes.js';

/** VRM 1.0's preset expressions as sums of ARKit's units; `neutral` is the face at rest and needs none. */
export const vrmExpressions = {
  happy: {
    mouthSmileLeft: 0.8,
    mouthSmileRight: 0.8,
    cheekSquintLeft: 0.6,
    cheekSquintRight: 0.6,
    eyeSquintLeft: 0.35,
    eyeSquintRight: 0.35,
    browOuterUpLeft: 0.15,
    browOuterUpRight: 0.15,
  },
  angry: {
    browDownLeft: 0.9,
    browDownRight: 0.9,
    eyeSquintLeft: 0.4,
    eyeSquintRight: 0.4,
    noseSneerLeft: 0.45,
    noseSneerRight: 0.45,
    mouthFrownLeft: 0.4,
    mouthFrownRight: 0.4,
    mouthPressLeft: 0.5,
    mouthPressRight: 0.5,
  },
  sad: {
    browInnerUp: 0.8,
    mouthFrownLeft: 0.75,
    mouthFrownRight: 0.75,
    mouthShrugLower: 0.35,
    eyeSquintLeft: 0.2,
    eyeSquintRight: 0.2,
    eyeLookDownLeft: 0.15,
    eyeLookDownRight: 0.15,
  },
  relaxed: {
    mouthSmileLeft: 0.35,
    mouthSmileRight: 0.35,
    eyeBlinkLeft: 0.25,
    eyeBlinkRight: 0.25,
    browInnerUp: 0.1,
  },
  surprised: {
    browInnerUp: 0.8,
    browOuterUpLeft: 0.8,
    browOuterUpRight: 0.8,
    eyeWideLeft: 0.8,
    eyeWideRight: 0.8,
    jawOpen: 0.35,
    mouthFunnel: 0.15,
  },
  aa: visemes.viseme_aa,
  ih: visemes.viseme_I,
  ou: visemes.viseme_U,
  ee: visemes.viseme_E,
  oh: visemes.viseme_O,
  blink: { eyeBlinkLeft: 1, eyeBlinkRight: 1 },
  blinkLeft: { eyeBlinkLeft: 1 },
  blinkRight: { eyeBlinkRight: 1 },
  lookUp: { eyeLookUpLeft: 1, eyeLookUpRight: 1 },
  lookDown: { eyeLookDownLeft: 1, eyeLookDownRight: 1 },
  lookLeft: { eyeLookOutLeft: 1, eyeLookInRight: 1 },
  lookRight: { eyeLookInLeft: 1, eyeLookOutRight: 1 },
} as const satisfies Readonly<Record<string, UnitWeights>>;

export type VrmExpression = keyof typeof vrmExpressions;

/** VRM 0.x's names of the presets; it has none for surprise. */
export const vrm0Presets: Readonly<Record<VrmExpression, string>> = {
  happy: 'joy',
  angry: 'angry',
  sad: 'sorrow',
  relaxed: 'fun',
  surprised: 'unknown',
  aa: 'a',
  ih: 'i',
  ou: 'u',
  ee: 'e',
  oh: 'o',
  blink: 'blink',
  blinkLeft: 'blink_l',
  blinkRight: 'blink_r',
  lookUp: 'lookup',
  lookDown: 'lookdown',
  lookLeft: 'lookleft',
  lookRight: 'lookright',
};
