import type { CoverFrame } from '../data/occlusion/face-covers.js';
import type { Worn } from './worn-things.js';

/** A clean view of a photo that nobody has drawn the classes of. */
export interface UnlabelledView {
  /** 3×size×size, −1…1. */
  readonly image: Float32Array;
  readonly size: number;
  /** 68 pairs, pixels of the view. */
  readonly points: ArrayLike<number>;
  readonly frame: CoverFrame;
  /** What may cover the face, outlines in pixels of the view; left out where nobody has looked. */
  readonly worn: Worn | undefined;
}
