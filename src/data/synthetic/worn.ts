import type { Random } from '../random.js';
import { headShell } from '../occlusion/head-shell.js';
import type { ObjectModel } from '../occlusion/object-model.js';
import { buildSpectacles } from '../occlusion/objects/eyewear.js';
import { landmarkOf, type OccludedFace } from '../occlusion/occluded-face.js';
import { ADULT, type PersonAttributes } from './identity.js';

/** Shares of children and of adults who wear spectacles; more do with age. */
const CHILDREN = 0.06;
const ADULTS = 0.16;
const OLD = 0.34;

/** Whether a person wears spectacles. */
export function wearsSpectacles({ age }: PersonAttributes, random: Random): boolean {
  return random.uniform() < (age < ADULT ? CHILDREN : age < 0.7 ? ADULTS : OLD);
}

/** Spectacles on a face, in its head space. */
export function putOnSpectacles(face: OccludedFace, random: Random): ObjectModel {
  return buildSpectacles(
    { shell: headShell(face), landmark: (index) => landmarkOf(face, index) },
    random.fork('look'),
    random.uniform(),
  );
}
