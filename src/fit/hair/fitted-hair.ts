import type { HairLength, HairTexture } from '../../model/hair-file.js';

/** The hair of a reconstructed head. */
export interface FittedHair {
  /** Name of the style; `bald` and `shaved` have no cards. */
  readonly style: string;
  readonly length: HairLength;
  /** Its colour without the photo's light, linear; none of the bald. */
  readonly color: readonly [number, number, number] | undefined;
  /** Its colour as the photo shows it, in the photo's light, linear; none of the bald. */
  readonly photoColor: readonly [number, number, number] | undefined;
  /** How surely the photo tells the style, 0…1; 0 where it was asked for by name. */
  readonly sure: number;
  /** V: how much of the skin at each vertex of the model hair grows on, 0…1. */
  readonly ground: Float32Array;
  /** Cards on the neutral head; none of the bald and the shaved. */
  readonly cards: HairCards | undefined;
}

/** Cards as they are worn: one texture coordinate and one normal for each vertex. */
export interface HairCards {
  /** V×3, mm, head space, on the neutral head. */
  readonly positions: Float32Array;
  /** The vertices of that head: what another head's hair follows from (`followHead`). */
  readonly head: Float32Array;
  /** V×3 unit vectors. */
  readonly normals: Float32Array;
  /** V×2, origin top left. */
  readonly uvs: Float32Array;
  /** T×3, from the inmost to the outmost. */
  readonly triangles: Uint32Array;
  readonly texture: HairTexture;
}
