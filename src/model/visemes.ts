import type { ArkitUnit } from './arkit-units.js';

/** A face as a sum of the model's units, weights 0…1. */
export type UnitWeights = Readonly<Partial<Record<ArkitUnit, number>>>;

const bothSides = (unit: string, weight: number): UnitWeights => ({
  [`${unit}Left`]: weight,
  [`${unit}Right`]: weight,
});

/**
 * The 15 visemes of Oculus' lip sync, in its order, as the mouth's shapes for groups of sounds: made of the
 * model's units, so that they fit every head. The lips' places follow Oculus' reference pictures (developers'
 * documentation of Oculus Lipsync, "Viseme Reference"): PP p b m, FF f v, TH th, DD t d, kk k g, CH ch j sh,
 * SS s z, nn n l, RR r, then five vowels.
 *
 * As everywhere with the model's units, `mouthClose` closes the lips of a jaw as open as itself.
 */
export const visemes = {
  viseme_sil: { ...bothSides('mouthPress', 0.06) },
  viseme_PP: {
    jawOpen: 0.06,
    mouthClose: 0.06,
    mouthRollLower: 0.35,
    mouthRollUpper: 0.3,
    ...bothSides('mouthPress', 0.45),
  },
  viseme_FF: {
    jawOpen: 0.1,
    mouthRollLower: 0.55,
    mouthShrugLower: 0.25,
    ...bothSides('mouthUpperUp', 0.3),
    ...bothSides('mouthLowerDown', 0.1),
  },
  viseme_TH: {
    jawOpen: 0.2,
    tongueOut: 0.45,
    ...bothSides('mouthUpperUp', 0.15),
    ...bothSides('mouthLowerDown', 0.2),
  },
  viseme_DD: { jawOpen: 0.18, ...bothSides('mouthUpperUp', 0.15), ...bothSides('mouthLowerDown', 0.35) },
  viseme_kk: { jawOpen: 0.25, ...bothSides('mouthLowerDown', 0.2), ...bothSides('mouthStretch', 0.15) },
  viseme_CH: {
    jawOpen: 0.12,
    mouthFunnel: 0.55,
    mouthPucker: 0.15,
    ...bothSides('mouthUpperUp', 0.1),
    ...bothSides('mouthLowerDown', 0.15),
  },
  viseme_SS: {
    jawOpen: 0.06,
    ...bothSides('mouthStretch', 0.3),
    ...bothSides('mouthSmile', 0.15),
    ...bothSides('mouthUpperUp', 0.15),
    ...bothSides('mouthLowerDown', 0.3),
  },
  viseme_nn: { jawOpen: 0.15, ...bothSides('mouthUpperUp', 0.1), ...bothSides('mouthLowerDown', 0.25) },
  viseme_RR: { jawOpen: 0.14, mouthFunnel: 0.3, mouthPucker: 0.25, ...bothSides('mouthLowerDown', 0.1) },
  viseme_aa: { jawOpen: 0.6, ...bothSides('mouthUpperUp', 0.1), ...bothSides('mouthLowerDown', 0.2) },
  viseme_E: {
    jawOpen: 0.3,
    ...bothSides('mouthStretch', 0.3),
    ...bothSides('mouthSmile', 0.2),
    ...bothSides('mouthLowerDown', 0.2),
  },
  viseme_I: {
    jawOpen: 0.16,
    ...bothSides('mouthStretch', 0.25),
    ...bothSides('mouthSmile', 0.4),
    ...bothSides('mouthUpperUp', 0.1),
    ...bothSides('mouthLowerDown', 0.2),
  },
  viseme_O: { jawOpen: 0.4, mouthFunnel: 0.6, mouthPucker: 0.2 },
  viseme_U: { jawOpen: 0.18, mouthFunnel: 0.25, mouthPucker: 0.75 },
} as const satisfies Readonly<Record<`viseme_${string}`, UnitWeights>>;

export type Viseme = keyof typeof visemes;

/**
 * Names that TalkingHead and Ready Player Me's avatars use beside ARKit's, with TalkingHead's own mixtures.
 */
export const readyPlayerMeUnits = {
  mouthOpen: { jawOpen: 0.5 },
  mouthSmile: { ...bothSides('mouthSmile', 0.8) },
  eyesClosed: { ...bothSides('eyeBlink', 1) },
  eyesLookUp: { ...bothSides('eyeLookUp', 1) },
  eyesLookDown: { ...bothSides('eyeLookDown', 1) },
} as const satisfies Readonly<Record<string, UnitWeights>>;
