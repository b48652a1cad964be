import { regionOfMesh, type RegionOfInterest } from '../detect/dense-landmarks.js';
import { findFaces, type FaceFinders, type FoundFace } from '../detect/find-faces.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Camera } from '../math/camera.js';
import type { Image } from '../math/image.js';
import { OneEuroFilter, type OneEuroOptions } from '../math/one-euro.js';
import { rotationFromQuaternion, rotationToQuaternion } from '../math/rotation.js';
import type { Gaze } from '../model/evaluate.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { projectLandmarks68 } from '../model/project-landmarks.js';
import type { HeadPredictor } from '../network/head-predictor.js';
import { fitHead, knownShape, type FittedHead, type KnownShape } from './geometry/fit-head.js';
import type { ReconstructMethod } from './reconstruction.js';

export interface TrackOptions {
  /** Default `refine`. */
  readonly method?: ReconstructMethod;
  /** Steadies head and expression over time. Default true. */
  readonly smooth?: boolean;
}

/** The head in one picture of a video. */
export interface TrackedHead {
  readonly camera: Camera;
  /** Head to camera. */
  readonly pose: { readonly rotation: Float64Array; readonly translation: Float64Array };
  readonly coefficients: {
    readonly shape: Float32Array;
    readonly expression: Float32Array;
    readonly gaze: Gaze;
  };
  /** 68×2, pixels of the picture; not steadied. */
  readonly landmarks68: Float32Array;
  /** Square around the face, pixels. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** 68: how likely each landmark is in plain view, 0…1. */
  readonly visibility: Float32Array;
}

/** Follows one face through a video. */
export interface FaceTracking {
  /**
   * The head in the next picture; `undefined` while no face is found.
   * @param seconds when the picture was taken
   */
  next(image: Image, seconds: number): Promise<TrackedHead | undefined>;
  /** Looks for a face anew. */
  reset(): void;
}

/** Below this presence of a face in the region the face is lost. */
const leastPresence = 0.4;
/**
 * Pictures after which the mean of the shapes found is the person's; only pose and expression are fitted
 * then, which is far less work.
 */
const shapePictures = 20;
const poseFilter: OneEuroOptions = { restCutoff: 1.5, speedGain: 0.03 };
const turnFilter: OneEuroOptions = { restCutoff: 1.5, speedGain: 3 };
const expressionFilter: OneEuroOptions = { restCutoff: 2, speedGain: 2 };

/**
 * How a detector's box lies to the region of the mesh, in the face's own upright frame and sizes of the
 * region.
 */
interface BoxPlace {
  readonly right: number;
  readonly down: number;
  readonly side: number;
}

/** Where the face was in the picture before. */
interface Trail {
  readonly region: RegionOfInterest;
  readonly place: BoxPlace;
}

/**
 * Detects a face once and then follows its mesh from picture to picture: a single look of the landmark
 * network and one of the head regressor each, until the face is gone.
 */
export class FaceTracker implements FaceTracking {
  readonly #model: MorphableModel;
  readonly #finders: FaceFinders;
  readonly #predictor: HeadPredictor;
  readonly #options: Required<TrackOptions>;
  #trail: Trail | undefined;
  #steady: Steady | undefined;
  #shapes: Float32Array[] = [];
  #known: KnownShape | undefined;

  constructor(
    model: MorphableModel,
    finders: FaceFinders,
    predictor: HeadPredictor,
    { method = 'refine', smooth = true }: TrackOptions = {},
  ) {
    this.#model = model;
    this.#finders = finders;
    this.#predictor = predictor;
    this.#options = { method, smooth };
  }

  reset(): void {
    this.#trail = undefined;
    this.#steady = undefined;
    this.#shapes = [];
    this.#known = undefined;
  }

  async next(image: Image, seconds: number): Promise<TrackedHead | undefined> {
    const pyramid = new ImagePyramid(image);
    const face = (await this.#follow(pyramid)) ?? (await this.#find(pyramid));
    if (!face) return void this.reset();
    const predicted = await this.#predictor.predict(pyramid, face.box, face.roll);
    const head = fitHead(this.#model, image, face, { method: this.#options.method }, predicted, this.#known);
    const shape = this.#personal(head.shape);
    if (this.#options.smooth) this.#steady ??= new Steady();
    const { rotation, translation, expression, gaze } = this.#steady?.next(head, seconds) ?? {
      ...head.fit,
      ...head,
    };
    return {
      camera: head.camera,
      pose: { rotation, translation },
      coefficients: { shape, expression, gaze },
      landmarks68: projectLandmarks68(
        this.#model,
        head.vertices,
        head.fit.rotation,
        head.fit.translation,
        head.camera,
      ),
      box: face.box,
      visibility: predicted.visibility,
    };
  }

  /** The mean of the shapes so far. */
  #personal(shape: Float32Array): Float32Array {
    if (this.#known) return this.#known.shape;
    this.#shapes.push(shape);
    const mean = shape.map(
      (_, k) => this.#shapes.reduce((sum, other) => sum + other[k]!, 0) / this.#shapes.length,
    );
    if (this.#shapes.length === shapePictures) this.#known = knownShape(this.#model, mean);
    return mean;
  }

  async #follow(pyramid: ImagePyramid): Promise<Pick<FoundFace, 'box' | 'roll' | 'landmarks'> | undefined> {
    if (!this.#trail) return undefined;
    const { region: before, place } = this.#trail;
    const landmarks = await this.#finders.landmarker.landmarkIn(pyramid, before);
    this.#trail = undefined;
    if (landmarks.presence < leastPresence) return undefined;
    const region = regionOfMesh(landmarks.points);
    // A mesh that shrinks or grows by much within a picture has let go of its face.
    if (!(region.size > 0.5 * before.size && region.size < 2 * before.size)) return undefined;
    this.#trail = { region, place };
    return { box: boxAt(region, place), roll: region.roll, landmarks };
  }

  async #find(pyramid: ImagePyramid): Promise<FoundFace | undefined> {
    this.reset();
    const [face] = await findFaces(this.#finders, pyramid, {
      maxFaces: 1,
      minFace: Math.max(4, 0.1 * pyramid.width),
      upsideDown: false,
    });
    if (face) {
      const region = regionOfMesh(face.landmarks.points);
      this.#trail = { region, place: placeOf(face.box, region) };
    }
    return face;
  }
}

/** @param box square */
function placeOf(box: FoundFace['box'], { centreX, centreY, size, roll }: RegionOfInterest): BoxPlace {
  const [cos, sin] = turn(roll);
  const dx = (box.x + box.width / 2 - centreX) / size;
  const dy = (box.y + box.height / 2 - centreY) / size;
  return { right: cos * dx - sin * dy, down: sin * dx + cos * dy, side: box.width / size };
}

function boxAt(
  { centreX, centreY, size, roll }: RegionOfInterest,
  { right, down, side }: BoxPlace,
): FoundFace['box'] {
  const [cos, sin] = turn(roll);
  const width = side * size;
  return {
    x: centreX + size * (cos * right + sin * down) - width / 2,
    y: centreY + size * (cos * down - sin * right) - width / 2,
    width,
    height: width,
  };
}

const turn = (degrees: number): [number, number] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
];

/** Filters of what moves in a tracked head. */
class Steady {
  readonly #translation = new OneEuroFilter(poseFilter);
  readonly #rotation = new OneEuroFilter(turnFilter);
  readonly #expression = new OneEuroFilter(expressionFilter);
  readonly #gaze = new OneEuroFilter(expressionFilter);
  #quaternion: ArrayLike<number> | undefined;

  next(
    { fit, expression, gaze }: FittedHead,
    seconds: number,
  ): { rotation: Float64Array; translation: Float64Array; expression: Float32Array; gaze: Gaze } {
    // q and −q are the same turn: the nearer one is filtered.
    const q = Array.from(rotationToQuaternion(fit.rotation));
    const before = this.#quaternion;
    const sign = before && q.reduce((sum, value, k) => sum + value * before[k]!, 0) < 0 ? -1 : 1;
    const filtered = this.#rotation.next(
      q.map((value) => sign * value),
      seconds,
    );
    const length = Math.hypot(...filtered);
    this.#quaternion = filtered;
    const [yaw, pitch] = this.#gaze.next([gaze.yaw, gaze.pitch], seconds) as unknown as [number, number];
    return {
      rotation: Float64Array.from(
        rotationFromQuaternion([
          filtered[0]! / length,
          filtered[1]! / length,
          filtered[2]! / length,
          filtered[3]! / length,
        ]),
      ),
      translation: this.#translation.next(fit.translation, seconds),
      expression: Float32Array.from(this.#expression.next(expression, seconds)),
      gaze: { yaw, pitch },
    };
  }
}
