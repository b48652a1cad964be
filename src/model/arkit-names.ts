/**
 * Expression units of the open head model that do what an ARKit blendshape does, by the unit's name
 * (docs/result.md).
 *
 * Only units whose effect and side both correspond are here: units that move both sides at once stay under
 * their own name where ARKit has one shape per side (smile, frown, stretch), and so do one-sided units where
 * ARKit has one for both (`browInnerUp`). Left and right are the subject's, in both vocabularies.
 */
export const arkitNames: Readonly<Record<string, string>> = {
  'eye-left-closure': 'eyeBlinkLeft',
  'eye-right-closure': 'eyeBlinkRight',
  'eye-left-opened-up': 'eyeWideLeft',
  'eye-right-opened-up': 'eyeWideRight',
  'eye-left-slit': 'eyeSquintLeft',
  'eye-right-slit': 'eyeSquintRight',
  'eyebrows-left-down': 'browDownLeft',
  'eyebrows-right-down': 'browDownRight',
  'eyebrows-left-extern-up': 'browOuterUpLeft',
  'eyebrows-right-extern-up': 'browOuterUpRight',
  'mouth-open': 'jawOpen',
  'mouth-pursing': 'mouthPucker',
  'mouth-protusion': 'mouthFunnel',
  'nose-left-elevation': 'noseSneerLeft',
  'nose-right-elevation': 'noseSneerRight',
};

/** The name of an expression unit in written files: ARKit's where there is one, else the model's own. */
export function morphTargetName(unit: string): string {
  return arkitNames[unit] ?? unit;
}
