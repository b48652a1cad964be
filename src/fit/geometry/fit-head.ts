import type { FoundFace } from '../../detect/find-faces.js';
import { mediapipeTo68 } from '../../detect/mediapipe-to-68.js';
import { meshFacing } from '../../detect/mesh-facing.js';
import type { Camera } from '../../math/camera.js';
import { followingIndices, keepOpposed, opposingIndices, unitStiffness } from '../../model/arkit-units.js';
import {
  addExpression,
  evaluateVertices,
  pointsAtVertices,
  turnEyes,
  type Gaze,
} from '../../model/evaluate.js';
import { headVertexCount } from '../../model/head-and-bust.js';
import type { MorphableModel, SurfacePoints } from '../../model/morphable-model.js';
import { expressionBasis, pointBasis, type PointBasis } from '../../model/point-basis.js';
import type { PredictedHead } from '../../network/head-predictor.js';
import { cameraOf } from './camera-of.js';
import { fitGaze, IRIS_CENTRES } from './fit-gaze.js';
import { faceSize, fitLandmarks, type HeadFit } from './fit-landmarks.js';
import { FACE_POINTS, landmarkTrust, observe } from './observations.js';
import { restHiddenMouth } from './hidden-mouth.js';
import { fitProfile, type OutlineMaps } from './profile-outline.js';
import { rotationToEuler } from '../../math/rotation.js';
import { seeHead } from '../appearance/skin-geometry.js';
import {
  fuseObservations,
  fusionDefaults,
  guessInPhoto,
  refinementOptions,
  type FusionWeights,
  type HeadGuess,
  type SightAt,
  visibilitySpreader,
} from './predicted-observations.js';
import type { ReconstructMethod, ReconstructOptions } from '../reconstruction.js';

/** The mesh's points on the lips. */
const MOUTH = mediapipeTo68.slice(48);

/** Shape coefficients stay plausible: within this many standard deviations. */
const SHAPE_LIMIT = 3;

/**
 * Units this much stiffer than others are at rest for all that is known beforehand: of those a predicted head
 * has a little in every face, wide eyes and raised lips, and neutral people would read as if they did that.
 */
const RARE = 8;

/** What fitting needs of a model; computed once. */
interface FittingModel {
  readonly basis: PointBasis;
  readonly trust: Float32Array;
  /** Visibility of the points, and of all vertices, from that of the 68 landmarks. */
  readonly visiblePoints: ReturnType<typeof visibilitySpreader>;
  readonly visibleVertices: ReturnType<typeof visibilitySpreader>;
}

const fittingModels = new WeakMap<MorphableModel, FittingModel>();

function fittingModel(model: MorphableModel): FittingModel {
  let fitting = fittingModels.get(model);
  if (!fitting) {
    const points = model.landmarks.mediapipe;
    if (!points)
      throw new Error(
        `reconstructFace: model "${model.name}" has no MediaPipe landmarks to fit to; use one that has.`,
      );
    const face: SurfacePoints = {
      count: FACE_POINTS,
      vertices: points.vertices.subarray(0, FACE_POINTS * 3),
      weights: points.weights.subarray(0, FACE_POINTS * 3),
    };
    fittingModels.set(
      model,
      (fitting = {
        basis: pointBasis(model, face),
        trust: landmarkTrust(model),
        visiblePoints: visibilitySpreader(model, face),
        visibleVertices: visibilitySpreader(
          model,
          pointsAtVertices(Array.from({ length: headVertexCount(model) }, (_, v) => v)),
        ),
      }),
    );
  }
  return fitting;
}

/** Geometry of a head in a photo: no colours yet. */
export interface FittedHead {
  readonly method: ReconstructMethod;
  readonly camera: Camera;
  readonly fit: HeadFit;
  readonly shape: Float32Array;
  readonly expression: Float32Array;
  readonly gaze: Gaze;
  /** V×3, mm, head space, with expression and gaze. */
  readonly vertices: Float32Array;
  /** The same, but that a hidden mouth is as it is expected, not at rest: its landmarks are told by this. */
  readonly expected: Float32Array;
  /** How likely each vertex of the skin is in plain view, 0…1; not known from landmarks alone. */
  readonly visibleVertices: Float32Array | undefined;
}

/**
 * A person whose shape is known, as after some pictures of a video: only pose and expression are left to
 * find.
 */
export interface KnownShape {
  readonly shape: Float32Array;
  /** Of the points that are fitted, and all vertices, V×3, without expression. */
  readonly basis: PointBasis;
  readonly neutral: Float32Array;
}

/** What a parser says of a face's surroundings. */
export interface FaceSight {
  readonly inView: SightAt;
  readonly outline: OutlineMaps;
}

/** @param shape standard deviations, all of the model's */
export function knownShape(model: MorphableModel, shape: Float32Array): KnownShape {
  return {
    shape,
    basis: expressionBasis(fittingModel(model).basis, shape),
    neutral: evaluateVertices(model, { shape }),
  };
}

/**
 * Pose, shape and expression of one face from its dense landmarks, its predicted head or both; gaze from the
 * irises.
 * @throws Error when the model lacks landmark correspondences, or the method needs a prediction
 */
export function fitHead(
  model: MorphableModel,
  image: { readonly width: number; readonly height: number },
  face: Pick<FoundFace, 'landmarks'>,
  options: ReconstructOptions,
  predicted?: PredictedHead,
  known?: KnownShape,
  sight?: FaceSight,
): FittedHead {
  const { focal35mm, method = predicted ? 'refine' : 'landmarks' } = options;
  const { points } = face.landmarks;
  const camera = cameraOf(image, faceSize(points, 3), focal35mm);
  const fit = headFit(model, image, face.landmarks, camera, method, predicted, known, sight);
  const shape = known?.shape ?? Float32Array.from(fit.coefficients.subarray(0, model.shape.count));
  const expression = Float32Array.from(fit.coefficients.subarray(-model.expression.count));
  keepOpposed(model.expression.names, expression);
  const expressed = (units: Float32Array): Float32Array =>
    known
      ? addExpression(model, known.neutral.slice(), units, shape)
      : evaluateVertices(model, { shape, expression: units });
  const expected = expressed(expression);
  const rested =
    sight && method !== 'network'
      ? restHiddenMouth(model.expression.names, expression, mouthInView(points, sight.inView))
      : expression;
  const vertices = rested === expression ? expected : expressed(rested);
  const gaze = gazeOf(
    fitGaze(model, vertices, fit.rotation, fit.translation, camera, points, eyeOpenness(model, expression)),
    method,
    face.landmarks,
    predicted,
    sight?.inView,
  );
  turnEyes(model, vertices, gaze);
  if (expected !== vertices) turnEyes(model, expected, gaze);
  return {
    method,
    camera,
    fit,
    shape,
    expression: rested,
    gaze,
    vertices,
    expected,
    visibleVertices:
      method === 'landmarks' ? undefined : fittingModel(model).visibleVertices(predicted!.visibility),
  };
}

/**
 * Pose, shape and expression by one of the methods; with a known shape the coefficients are those of
 * expression alone.
 */
function headFit(
  model: MorphableModel,
  image: { readonly width: number; readonly height: number },
  landmarks: FoundFace['landmarks'],
  camera: Camera,
  method: ReconstructMethod,
  predicted: PredictedHead | undefined,
  known: KnownShape | undefined,
  sight: FaceSight | undefined,
): HeadFit {
  const { basis: all, trust, visiblePoints } = fittingModel(model);
  const observed = observe(landmarks.points, trust, image);
  const basis = known?.basis ?? all;
  const limits = {
    shapeCount: known ? 0 : model.shape.count,
    lower: model.expression.lower,
    upper: model.expression.upper,
    shapeLimit: SHAPE_LIMIT,
    opposing: opposingIndices(model.expression.names),
    following: followingIndices(model.expression.names),
    stiffness: model.expression.names.map((name) => unitStiffness(name, known !== undefined)),
  };
  if (method === 'landmarks') return fitLandmarks(basis, observed, camera, limits);
  if (!predicted)
    throw new Error(
      `reconstructFace: the method "${method}" needs the head regressor; load it, or use the method "landmarks".`,
    );
  const guess = guessInPhoto(model, predicted, camera, SHAPE_LIMIT);
  const ownShape = known ? [] : guess.shape;
  const usual = guess.expression.map((value, k) => (limits.stiffness[k]! < RARE ? value : 0));
  const start = {
    ...guess.pose,
    coefficients: [...ownShape, ...guess.expression],
    middle: [...ownShape, ...usual],
  };
  const visibility = visiblePoints(predicted.visibility);
  if (method === 'refine') {
    const fused = fuseObservations(
      all,
      observed,
      guess,
      camera,
      shownToCamera(model, guess, camera, visibility),
      trusting(meshTrust(landmarks, predicted)),
      sight?.inView,
    );
    const found = fitLandmarks(basis, fused, camera, limits, refinementOptions, start);
    if (known || !sight) return found;
    return fitProfile(model, { basis, observed: fused, camera, limits, found, start }, sight.outline);
  }
  return {
    rotation: Float64Array.from(guess.pose.rotation),
    translation: Float64Array.from(guess.pose.translation),
    coefficients: Float64Array.from(start.coefficients),
    confidence: visibility,
    error: 0,
  };
}

/** Of heads turned by less than this, degrees, the camera sees all that landmarks mark. */
const TURNED = 25;
/** Cosines to the camera at which skin begins to be seen, and is. */
const GRAZING = 0;
const SEEN = 0.3;

/**
 * The visibility of points, nothing where the head itself hides them: there the dense network only guesses.
 */
function shownToCamera(
  model: MorphableModel,
  { pose, shape, expression }: HeadGuess,
  camera: Camera,
  visibility: Float32Array,
): Float32Array {
  const { yaw, pitch } = rotationToEuler(pose.rotation);
  if (Math.max(Math.abs(yaw), Math.abs(pitch)) < TURNED) return visibility;
  const head = evaluateVertices(model, { shape, expression });
  const { facing, unhidden } = seeHead(model, head, pose.rotation, pose.translation, camera);
  const { vertices, weights } = model.landmarks.mediapipe!;
  return visibility.map((visible, i) => {
    let shown = 0;
    for (let k = 3 * i; k < 3 * i + 3; k++) {
      const v = vertices[k]!;
      const t = Math.max(0, Math.min(1, (facing[v]! - GRAZING) / (SEEN - GRAZING)));
      shown += weights[k]! * t * unhidden[v]!;
    }
    return visible * shown;
  });
}

/** A mesh counts in full from this presence on: below, its network sees no face. */
const PRESENT = 0.5;
/**
 * Degrees of yaw up to which a mesh counts in full, and from which on not at all: its network hardly knows
 * heads in profile and draws them half turned.
 */
const HALF_TURNED = 45;
const PROFILE = 70;
/**
 * A mesh that is turned by this much less, degrees, is of no profile: half turned, theirs still are by 60.
 * Then what is left of a covered face was taken for one by the regressor.
 */
const LESS_TURNED = 15;

/** How far the dense network is to be trusted, 0…1, by what it and a prediction say of the face. */
function meshTrust({ points, presence }: FoundFace['landmarks'], { pose }: PredictedHead): number {
  const [sideways, , towards] = meshFacing(points);
  const seen = Math.abs((Math.atan2(sideways, towards) * 180) / Math.PI);
  const yaw = Math.min(Math.abs(rotationToEuler(pose.rotation).yaw), seen + LESS_TURNED);
  const known = Math.max(0, Math.min(1, (PROFILE - yaw) / (PROFILE - HALF_TURNED)));
  return known * Math.min(1, presence / PRESENT);
}

function trusting(trust: number): FusionWeights {
  const { inView, hidden } = fusionDefaults;
  return { ...fusionDefaults, inView: trust * inView, hidden: trust * hidden };
}

/** What share of the mouth's better seen half is in plain view, 0…1: it tells of the other. */
function mouthInView(points: Float32Array, sightAt: SightAt): number {
  const seen = MOUTH.map((k) => sightAt(points[3 * k]!, points[3 * k + 1]!, 1)).sort((a, b) => b - a);
  const half = seen.slice(0, seen.length / 2);
  return half.reduce((sum, value) => sum + value / half.length, 0);
}

/** Irises in view tell the gaze; the prediction does where the eyes are covered or turned away. */
function gazeOf(
  fitted: Gaze,
  method: ReconstructMethod,
  landmarks: FoundFace['landmarks'],
  predicted: PredictedHead | undefined,
  sightAt: SightAt | undefined,
): Gaze {
  if (method === 'landmarks' || !predicted) return fitted;
  const { points } = landmarks;
  const eyes = predicted.visibility.subarray(36, 48);
  const likely = eyes.reduce((sum, value) => sum + value / eyes.length, 0);
  const inView = IRIS_CENTRES.reduce((sum, k) => {
    const seen = sightAt?.(points[3 * k]!, points[3 * k + 1]!, likely) ?? likely;
    return sum + seen / IRIS_CENTRES.length;
  }, 0);
  const visible = method === 'network' ? 0 : inView * meshTrust(landmarks, predicted);
  const { gaze } = predicted;
  return {
    yaw: visible * fitted.yaw + (1 - visible) * gaze.yaw,
    pitch: visible * fitted.pitch + (1 - visible) * gaze.pitch,
  };
}

/** How open the eyes are by the fitted lids, subject's right first, 0…1. */
function eyeOpenness(model: MorphableModel, expression: Float32Array): [number, number] {
  return ['eyeBlinkRight', 'eyeBlinkLeft'].map((name) => {
    const index = model.expression.names.indexOf(name);
    return index < 0 ? 1 : Math.max(0, 1 - Math.max(0, expression[index]! - 0.3) / 0.5);
  }) as [number, number];
}
