import { generator } from '../../fit/version.js';
import { arkitUnits } from '../../model/arkit-units.js';
import type { UnitWeights } from '../../model/visemes.js';
import { vrm0Presets, vrmExpressions, type VrmExpression } from './expressions.js';
import { boneOfVrm0, humanBones } from './human-bones.js';
import { requiredNode } from './required-node.js';
import { vrmLicenceUrl, type VrmMeta } from './vrm-meta.js';
import type { VrmPlaces } from './vrm-places.js';

/** How far eyes turn, degrees, when what they look at is 90° away. */
const EYE_RANGE = { xRange: 90, yRange: 25, curve: [0, 0, 0, 1, 1, 1, 1, 0] };

/**
 * The part `VRM` of a VRM 0.x file
 * (https://github.com/vrm-c/vrm-specification/tree/master/specification/0.0). Beside the presets, each of
 * ARKit's units is a clip of its own in Pascal case, which face trackers look for.
 */
export function vrm0Json(meta: VrmMeta, places: VrmPlaces): object {
  return {
    exporterVersion: generator,
    specVersion: '0.0',
    meta: metaOf(meta),
    humanoid: humanoidOf(places),
    firstPerson: {
      firstPersonBone: requiredNode('writeVrm', places, 'Head'),
      firstPersonBoneOffset: vector(places.eyes),
      meshAnnotations: Array.from({ length: places.meshCount }, (_, mesh) => ({
        mesh,
        firstPersonFlag: 'Auto',
      })),
      lookAtTypeName: 'Bone',
      lookAtHorizontalInner: EYE_RANGE,
      lookAtHorizontalOuter: EYE_RANGE,
      lookAtVerticalDown: EYE_RANGE,
      lookAtVerticalUp: EYE_RANGE,
    },
    blendShapeMaster: { blendShapeGroups: groupsOf(places) },
    secondaryAnimation: { boneGroups: [], colliderGroups: [] },
    materialProperties: places.materialNames.map((name) => ({
      name,
      renderQueue: 2000,
      shader: 'VRM_USE_GLTFSHADER',
      floatProperties: {},
      vectorProperties: {},
      textureProperties: {},
      keywordMap: {},
      tagMap: {},
    })),
  };
}

function metaOf({ name, authors, licenceUrl, sharing }: VrmMeta): object {
  const shared = sharing === 'everyone';
  const own = licenceUrl !== vrmLicenceUrl;
  return {
    title: name,
    version: '1',
    author: authors.join(', '),
    contactInformation: '',
    reference: '',
    allowedUserName: shared ? 'Everyone' : 'OnlyAuthor',
    violentUssageName: 'Disallow',
    sexualUssageName: 'Disallow',
    commercialUssageName: 'Disallow',
    otherPermissionUrl: '',
    licenseName: own ? 'Other' : shared ? 'CC_BY_NC' : 'Redistribution_Prohibited',
    otherLicenseUrl: own ? licenceUrl : '',
  };
}

function humanoidOf(places: VrmPlaces): object {
  return {
    humanBones: Object.entries(humanBones).map(([joint, bone]) => ({
      bone: boneOfVrm0(bone),
      node: requiredNode('writeVrm', places, joint),
      useDefaultValues: true,
    })),
    armStretch: 0.05,
    legStretch: 0.05,
    upperArmTwist: 0.5,
    lowerArmTwist: 0.5,
    upperLegTwist: 0.5,
    lowerLegTwist: 0.5,
    feetSpacing: 0,
    hasTranslationDoF: false,
  };
}

function groupsOf(places: VrmPlaces): object[] {
  const presets = Object.entries(vrmExpressions).map(([name, weights]) => {
    const presetName = vrm0Presets[name as VrmExpression];
    return group(pascal(name), presetName, weights, places);
  });
  const clips = arkitUnits.map((unit) => group(pascal(unit), 'unknown', { [unit]: 1 }, places));
  return [group('Neutral', 'neutral', {}, places), ...presets, ...clips];
}

/** Weights of VRM 0.x are in percent, and belong to meshes. */
function group(name: string, presetName: string, weights: UnitWeights, { moving }: VrmPlaces): object {
  const binds = moving.flatMap(({ mesh, names }) =>
    Object.entries(weights)
      .filter(([unit]) => names.includes(unit))
      .map(([unit, weight]) => ({ mesh, index: names.indexOf(unit), weight: 100 * weight })),
  );
  return { name, presetName, binds, materialValues: [], isBinary: false };
}

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const vector = ([x, y, z]: readonly [number, number, number]) => ({ x, y, z });
