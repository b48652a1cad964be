import type { Occluder } from '../object-model.js';
import { cup, food, microphone } from './at-mouth.js';
import { spectacles, sunglasses } from './eyewear.js';
import { clothMask, scarf, surgicalMask } from './face-masks.js';
import { hair } from './hair.js';
import { hands } from './hands.js';
import { beanie, cap } from './headwear.js';
import { fan, paperThings, phone } from './held.js';
import { together } from './together.js';

/** All objects of the `reachocc` protocol. */
export const occluders: readonly Occluder[] = [
  surgicalMask,
  clothMask,
  scarf,
  sunglasses,
  spectacles,
  hair,
  cap,
  beanie,
  phone,
  ...paperThings,
  fan,
  cup,
  microphone,
  food,
  ...hands,
  together(surgicalMask, sunglasses, [0.36, 0.64]),
  together(clothMask, cap, [0.34, 0.66]),
  together(scarf, sunglasses, [0.28, 0.66]),
  together(scarf, beanie, [0.3, 0.68]),
  together(surgicalMask, spectacles, [0.26, 0.5]),
];
