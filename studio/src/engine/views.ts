import type { Camera, Gaze, HeadMaterial, ReconstructMethod, NoFaceCause } from 'rogue-face';

/** What the page shows of reconstructions: plain data that crosses between the worker and the page. */

/** What all heads share; sent once. */
export interface ModelView {
  /** Names of the expressions in files: ARKit's where they correspond. */
  readonly expressionNames: readonly string[];
  /** Upper and lower bounds of the expressions. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  readonly shapeCount: number;
  readonly vertexCount: number;
  /** E×V×3, mm at weight 1. */
  readonly displacements: Float32Array;
  readonly parts: readonly {
    readonly name: string;
    readonly firstVertex: number;
    readonly vertexCount: number;
  }[];
  /** Soft mask of the face over the vertices, V, 0…1: where heads are compared. */
  readonly faceMask: Float32Array;
  /** What computes: `WebGPU` or `WebAssembly, 2 threads`. */
  readonly engine: string;
}

export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PhotoView {
  readonly width: number;
  readonly height: number;
  /** The largest and surest first. */
  readonly faces: readonly FaceBox[];
  /** Where there are no faces: what would help this photo. */
  readonly noFace?: NoFaceCause;
}

/** Textures of a surface, as pixels or on the graphics processor. */
export interface SurfaceTextures<T> {
  /** The photo's colours with its light in them. */
  readonly photo: T | undefined;
  /** The same without. */
  readonly albedo: T | undefined;
  /** Of the skin: red what the photo shows, green what is mirrored, blue what is predicted. */
  readonly sources: T | undefined;
}

/** One surface; `positions` are those of the neutral face. */
export interface SurfaceView {
  readonly name: string;
  readonly positions: Float32Array;
  readonly triangles: Uint32Array;
  readonly uvs: Float32Array;
  readonly uvTriangles: Uint32Array;
  /** The first of the model's vertices that this surface has; hair has none of them. */
  readonly firstVertex: number | undefined;
  readonly moves: boolean;
  readonly pivot: readonly [number, number, number] | undefined;
  readonly material: HeadMaterial;
  readonly textures: SurfaceTextures<ImageData>;
}

export interface PoseView {
  readonly rotation: Float64Array;
  readonly translation: Float64Array;
}

/** A head before a camera. */
export interface PosedHeadView {
  readonly camera: Camera;
  readonly pose: PoseView;
  readonly shape: Float32Array;
  readonly expression: Float32Array;
  readonly gaze: Gaze;
  readonly landmarks68: Float32Array;
}

export interface HeadView extends PosedHeadView {
  readonly face: number;
  readonly method: ReconstructMethod;
  /** Share of the face that is seen, 0…1. */
  readonly visible: number;
  readonly warnings: readonly string[];
  readonly surfaces: readonly SurfaceView[];
  /** ms from the photo's pixels to this. */
  readonly time: number;
}

/** A head found behind a cover, against that of the clean photo. */
export interface CoveredHead {
  readonly method: ReconstructMethod;
  /** V×3, head space, mm, with expression. */
  readonly vertices: Float32Array;
  /** Distance of each vertex from the clean photo's head, mm. */
  readonly distances: Float32Array;
  /** Mean over the face, mm. */
  readonly error: number;
  /** Mean distance of the 68 landmarks from the clean photo's, in % of the face's size. */
  readonly landmarkError: number;
  readonly landmarks68: Float32Array;
}

/** The head in a picture of the webcam. */
export interface TrackView extends PosedHeadView {
  readonly width: number;
  readonly height: number;
  /** ms in the worker. */
  readonly time: number;
}

export type DownloadKind = 'glb' | 'usdz' | 'obj' | 'json' | 'png';

export interface Download {
  readonly name: string;
  readonly blob: Blob;
}

/** Something put in front of a face. */
export type Cover =
  | { readonly kind: 'object'; readonly name: string; readonly seed: number }
  | { readonly kind: 'box'; readonly name: string; readonly seed: number }
  | { readonly kind: 'noise'; readonly name: string; readonly level: 1 | 2 | 3 };
