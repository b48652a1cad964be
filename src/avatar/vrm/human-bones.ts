/** VRM's names of the joints that have one, VRM 1.0; 15 of them are required. */
export const humanBones: Readonly<Record<string, string>> = {
  Hips: 'hips',
  Spine: 'spine',
  Spine1: 'chest',
  Spine2: 'upperChest',
  Neck: 'neck',
  Head: 'head',
  LeftEye: 'leftEye',
  RightEye: 'rightEye',
  ...sides({
    Shoulder: 'Shoulder',
    Arm: 'UpperArm',
    ForeArm: 'LowerArm',
    Hand: 'Hand',
    UpLeg: 'UpperLeg',
    Leg: 'LowerLeg',
    Foot: 'Foot',
    ToeBase: 'Toes',
  }),
  ...sides(fingers()),
};

/** Of the thumb's three joints VRM 0.x calls the first one proximal, VRM 1.0 metacarpal. */
export function boneOfVrm0(bone: string): string {
  if (!bone.includes('Thumb')) return bone;
  return bone.replace('Proximal', 'Intermediate').replace('Metacarpal', 'Proximal');
}

function sides(names: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [joint, bone] of Object.entries(names)) {
    out[`Left${joint}`] = `left${bone}`;
    out[`Right${joint}`] = `right${bone}`;
  }
  return out;
}

function fingers(): Record<string, string> {
  const out: Record<string, string> = {
    HandThumb1: 'ThumbMetacarpal',
    HandThumb2: 'ThumbProximal',
    HandThumb3: 'ThumbDistal',
  };
  for (const [joint, bone] of [
    ['Index', 'Index'],
    ['Middle', 'Middle'],
    ['Ring', 'Ring'],
    ['Pinky', 'Little'],
  ])
    ['Proximal', 'Intermediate', 'Distal'].forEach((segment, k) => {
      out[`Hand${joint}${k + 1}`] = `${bone}${segment}`;
    });
  return out;
}
