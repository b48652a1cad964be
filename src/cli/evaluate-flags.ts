import type { CorruptionName } from '../evaluate/corruption-names.js';
import type { DrawnSkin } from '../evaluate/drawn-skin.js';
import type { EvaluationItem } from '../evaluate/report.js';
import type { Shard } from './shard.js';

export const faceProtocols = {
  landmarks: 'distance of 68 landmarks from true ones (index.json, .pts, AFLW2000-3D .mat)',
  perceptual: 'whose face the drawn head is, by a recognition network: the distance of the paper',
  consistency: 'how far the head moves when something covers the face',
  synthetic: 'vertex error on photos of "rogue synth", whose heads are known',
  photometric: "how alike the drawn skin and the clean photo's are",
} as const;
export type FaceProtocol = keyof typeof faceProtocols;

/** Our methods, and the dense landmark network as a peer. */
export const ownMethods = ['refine', 'network', 'landmarks', 'dense'] as const;
export type OwnMethod = (typeof ownMethods)[number];

export interface NamedFile {
  readonly name: string;
  readonly file: string;
}

export interface EvaluateFlags {
  readonly out: string;
  readonly methods: readonly OwnMethod[];
  readonly networks?: readonly NamedFile[];
  readonly predictions?: readonly NamedFile[];
  readonly conditions: readonly CorruptionName[];
  readonly embedding?: readonly NamedFile[];
  readonly count?: number;
  readonly seed: string;
  readonly detect?: boolean;
  readonly writePhotos?: string;
  readonly skin?: DrawnSkin;
  /** Only this part of the faces, and no report. */
  readonly shard?: Shard;
  /** How many faces are measured at a time. Default 1. */
  readonly jobs?: number;
  /** Measures anew what an earlier run has measured. */
  readonly again?: boolean;
}

/** What each worker of `--jobs` starts with. */
export interface EvaluateSetup {
  readonly protocol: FaceProtocol;
  readonly path: string;
  readonly flags: EvaluateFlags;
}

/** What a worker of `--jobs` answers; a face is asked for by its name. */
export interface FaceCalls {
  measure: { argument: string; result: readonly EvaluationItem[] };
  end: { argument: undefined; result: undefined };
}

export interface NowFlags {
  readonly list: string;
  readonly photos?: string;
  readonly methods: readonly ('refine' | 'network' | 'landmarks')[];
  readonly predictions?: readonly NamedFile[];
  readonly metrical?: boolean;
  readonly count?: number;
  readonly out: string;
}

/** Of the protocols about skin: `leak` and `parsing`. */
export interface SkinFlags {
  readonly out: string;
  readonly count?: number;
  readonly seed?: string;
  /** A parser of one's own. */
  readonly network?: string;
  /** Only this part of the faces, and no report. */
  readonly shard?: Shard;
  /** Measures anew what an earlier run has measured. */
  readonly again?: boolean;
}
