import type { Camera } from '../math/camera.js';
import type { Image } from '../math/image.js';
import type { FittedHair } from './hair/fitted-hair.js';
import type { FaceCover } from './appearance/face-covers.js';
import type { Gaze } from '../model/evaluate.js';

/**
 * Where the skin's colour in files comes from: the photo unwrapped, the model's own albedo, or no texture at
 * all.
 */
export type TextureSource = 'photo' | 'model' | 'none';

/**
 * How a head is found: by the network that predicts it, by fitting it to the dense landmarks, or by fitting
 * it to both, point by point after what is in plain view.
 */
export type ReconstructMethod = 'refine' | 'network' | 'landmarks';

export interface ReconstructOptions {
  /** Default `refine`; `landmarks` where there is no network. */
  readonly method?: ReconstructMethod;
  /** Default `photo`. */
  readonly texture?: TextureSource;
  /**
   * Texels per side of the texture, a power of two from 256 on. Default: what the face's size in the photo
   * deserves, 512 to 2048.
   */
  readonly textureSize?: number;
  /** Focal length of the camera in 35-mm-film terms, where the photo's metadata tells it. */
  readonly focal35mm?: number;
  /**
   * `auto` (default) chooses hair by the photo, `none` does without, and the name of a style gives that one,
   * in the photo's colour. Needs the face parser and the hair's file.
   */
  readonly hair?: HairChoice;
}

/** Whose hair a head wears; the names are those of `assets/hair.safetensors`, and `bald` and `shaved`. */
export type HairChoice = 'auto' | 'none' | (string & {});

/** A complete head reconstructed from one face of a photo. Conventions: docs/conventions.md. */
export interface Reconstruction {
  readonly method: ReconstructMethod;
  /** Size of the photo that all pixel values refer to. */
  readonly image: { readonly width: number; readonly height: number };
  readonly face: {
    readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
    /** 0…1. */
    readonly score: number;
  };
  readonly camera: Camera;
  readonly pose: {
    /** Head to camera, row-major 3×3. */
    readonly rotation: Float64Array;
    /** mm. */
    readonly translation: Float64Array;
  };
  readonly coefficients: {
    /** Standard deviations. */
    readonly shape: Float32Array;
    /** 0…1 in the order of `model.expression.names`. */
    readonly expression: Float32Array;
    readonly gaze: Gaze;
    /** Standard deviations of the albedo modes. */
    readonly albedo: Float32Array;
    /** 27 irradiance coefficients, [R0…R8, G0…G8, B0…B8]. */
    readonly light: Float32Array;
  };
  /** V×3, mm, head space, with expression and gaze. */
  readonly vertices: Float32Array;
  /** 68×2 and 478×2: projections of the fitted head, pixels. */
  readonly landmarks68: Float32Array;
  readonly landmarks478: Float32Array;
  readonly visibility: {
    /** Share of the whole face that is truly seen: not covered, turned away or outside the photo; 0…1. */
    readonly face: number;
    /** What hides the rest; nothing is known of covers where there is no face parser. */
    readonly covers: readonly FaceCover[];
    /**
     * How surely the photo shows each vertex of the skin, 0…1: 0 where something covers it, where it is
     * turned away or outside. Nothing where there is no face parser.
     */
    readonly vertices: Float32Array | undefined;
    /** Confidence of each dense landmark, 0…1, 478. */
    readonly landmarks: Float32Array;
  };
  readonly textures: HeadTextures | undefined;
  /** None where it was not asked for, or no parser tells hair. */
  readonly hair: FittedHair | undefined;
  /** Sentences for the user about what limits the result. */
  readonly warnings: readonly string[];
}

/** Skin textures over the model's UV atlas, sRGB. */
export interface HeadTextures {
  /**
   * The photo's skin with its light in it, continued by model albedo under the fitted light where the photo
   * shows none.
   */
  readonly photo: Image | undefined;
  /** The same without the fitted light: what to use under one's own lamps. */
  readonly albedo: Image;
  /** The model's albedo alone, at the model's own resolution. */
  readonly model: Image;
  /**
   * Textures of eyes, teeth and tongue in the photo's light and colours, to go with `photo`; by part name.
   */
  readonly parts: ReadonlyMap<string, Image>;
  /** How much of each texel comes from the photo, 0…255, one channel. */
  readonly coverage: Image;
  /**
   * Where each texel comes from: red the photo, green its mirror image, blue the prediction; together 255,
   * and black between the islands of the atlas. Three channels.
   */
  readonly sources: Image;
}
