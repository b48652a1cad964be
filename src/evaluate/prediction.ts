import type { Image } from '../math/image.js';
import type { Camera } from '../math/camera.js';

/** What a method says of the face in a photo; what it does not tell is not measured. */
export interface FacePrediction {
  /** 68 pairs, pixels of the photo. */
  readonly landmarks68?: ArrayLike<number>;
  /** Of any one topology per method; V×3. */
  readonly shape?: {
    /** Head space, mm. */
    readonly vertices: Float32Array;
    /** Camera space, mm. */
    readonly posed?: Float32Array;
  };
  readonly rendering?: () => FaceRendering;
}

/** A face as a method draws it. */
export interface FaceRendering {
  /** Three or four channels. */
  readonly image: Image;
  /** Five pairs that recognition networks align by, pixels of the rendering. */
  readonly alignment: ArrayLike<number>;
  /**
   * Where the rendering lies in the photo: pixels of the photo become pixels of the rendering by cutting at
   * `left`, `top` and scaling.
   */
  readonly place?: { readonly left: number; readonly top: number; readonly scale: number };
  /** One byte per pixel: 255 where skin of the face is drawn. */
  readonly skin?: Uint8Array;
}

/** Where a face is. */
export interface FacePlace {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Degrees. */
  readonly roll: number;
}

/** The photo that a method is asked about. */
export interface MethodRequest {
  readonly photo: Image;
  /** The photo's name, for predictions that were made elsewhere. */
  readonly id: string;
  readonly condition: string;
  /** The face's place in the clean photo; without it the method looks for the face. */
  readonly place: FacePlace | undefined;
}

/** Something that can be compared. */
export interface EvaluationMethod {
  readonly name: string;
  /** @returns nothing but a reason when there is no prediction */
  predict(request: MethodRequest): Promise<FacePrediction | { readonly failed: string }>;
}

export type { Camera };
