import { greyBoxKinds } from '../data/occlusion/grey-box-kinds.js';

/**
 * What the evaluation does to photos, in the order of its tables: the design's rows, then the paper's three
 * protocols.
 */
export const corruptions = [
  'clean',
  ...greyBoxKinds,
  'noise',
  'half + noise',
  'reachocc',
  'synchocc',
  'noise protocol',
] as const;
export type CorruptionName = (typeof corruptions)[number];
