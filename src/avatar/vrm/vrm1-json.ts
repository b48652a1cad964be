import { arkitUnits } from '../../model/arkit-units.js';
import type { UnitWeights } from '../../model/visemes.js';
import { vrmExpressions } from './expressions.js';
import { humanBones } from './human-bones.js';
import { requiredNode } from './required-node.js';
import type { VrmMeta } from './vrm-meta.js';
import type { VrmPlaces } from './vrm-places.js';

/**
 * The part `VRMC_vrm` of a VRM 1.0 file
 * (https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm-1.0). Beside the presets,
 * each of ARKit's units is an expression of its own. Eyes look by expressions, with which the lids go.
 */
export function vrm1Json(meta: VrmMeta, places: VrmPlaces): object {
  const preset = Object.entries(vrmExpressions).map(([name, weights]) => [name, expression(weights, places)]);
  const custom = arkitUnits.map((unit) => [unit, expression({ [unit]: 1 }, places)] as const);
  const everywhere = { inputMaxValue: 34, outputScale: 1 };
  return {
    specVersion: '1.0',
    meta: metaOf(meta),
    humanoid: {
      humanBones: Object.fromEntries(
        Object.entries(humanBones).map(([joint, bone]) => [
          bone,
          { node: requiredNode('writeVrm', places, joint) },
        ]),
      ),
    },
    lookAt: {
      type: 'expression',
      offsetFromHeadBone: places.eyes,
      rangeMapHorizontalInner: everywhere,
      rangeMapHorizontalOuter: everywhere,
      rangeMapVerticalDown: everywhere,
      rangeMapVerticalUp: everywhere,
    },
    expressions: { preset: Object.fromEntries(preset), custom: Object.fromEntries(custom) },
  };
}

function metaOf({ name, authors, licenceUrl, sharing }: VrmMeta): object {
  const shared = sharing === 'everyone';
  return {
    name,
    authors,
    licenseUrl: licenceUrl,
    avatarPermission: shared ? 'everyone' : 'onlyAuthor',
    allowExcessivelyViolentUsage: false,
    allowExcessivelySexualUsage: false,
    commercialUsage: 'personalNonProfit',
    allowPoliticalOrReligiousUsage: false,
    allowAntisocialOrHateUsage: false,
    creditNotation: 'required',
    allowRedistribution: shared,
    modification: shared ? 'allowModification' : 'prohibited',
  };
}

function expression(weights: UnitWeights, { moving }: VrmPlaces): object {
  const binds = moving.flatMap(({ node, names }) =>
    Object.entries(weights)
      .filter(([unit]) => names.includes(unit))
      .map(([unit, weight]) => ({ node, index: names.indexOf(unit), weight })),
  );
  return {
    isBinary: false,
    morphTargetBinds: binds,
    overrideBlink: 'none',
    overrideLookAt: 'none',
    overrideMouth: 'none',
  };
}
