import type { FoundFace } from '../detect/find-faces.js';
import type { Image } from '../math/image.js';
import type { Camera } from '../math/camera.js';
import type { PredictedHead } from '../network/head-predictor.js';
import { evaluateVertices, turnEyes, type Gaze } from '../model/evaluate.js';
import type { MorphableModel, SurfacePoints } from '../model/morphable-model.js';
import { cameraOf } from './camera-of.js';
import { fitAppearance, type Appearance } from './fit-appearance.js';
import { fitGaze } from './fit-gaze.js';
import { faceSize, fitLandmarks, type HeadFit } from './fit-landmarks.js';
import { pointBasis, type PointBasis } from '../model/point-basis.js';
import { FACE_POINTS, landmarkTrust, observe } from './observations.js';
import { fuseObservations, guessInPhoto, refinementOptions, visibilitySpreader } from './predicted-observations.js';
import { projectLandmarks68, projectPoints } from '../model/project-landmarks.js';
import type { Reconstruction, ReconstructMethod, ReconstructOptions } from './reconstruction.js';
import { seeHead } from './skin-geometry.js';
import { unwrapTextures } from './unwrap-texture.js';

/** Textures are as fine as the photo: the face takes this share of the atlas' width. */
const FACE_SHARE_OF_ATLAS = 0.55;
const SMALLEST_TEXTURE = 512, LARGEST_TEXTURE = 2048;

/** The smallest texture that keeps a face's detail, a power of two. */
function textureSizeFor(size: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(size / FACE_SHARE_OF_ATLAS));
  return Math.min(LARGEST_TEXTURE, Math.max(SMALLEST_TEXTURE, wanted));
}

/** Faces narrower than this, pixels, give coarse results. */
const SMALL_FACE = 60;
/** Shape coefficients stay plausible: within this many standard deviations. */
const SHAPE_LIMIT = 3;

/** What fitting needs of a model; computed once. */
interface FittingModel {
  readonly points: SurfacePoints;
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
    if (!points) throw new Error(`reconstructFace: model "${model.name}" has no MediaPipe landmarks to fit to; use one that has.`);
    const face: SurfacePoints = { count: FACE_POINTS, vertices: points.vertices.subarray(0, FACE_POINTS * 3), weights: points.weights.subarray(0, FACE_POINTS * 3) };
    fittingModels.set(model, (fitting = {
      points: face, basis: pointBasis(model, face), trust: landmarkTrust(model), visiblePoints: visibilitySpreader(model, face), visibleVertices: visibilitySpreader(model, skinVertices(model)),
    }));
  }
  return fitting;
}

/** The skin's vertices as surface points. */
function skinVertices(model: MorphableModel): SurfacePoints {
  const count = model.parts[0]!.vertexCount;
  return { count, vertices: Uint32Array.from({ length: 3 * count }, (_, k) => Math.floor(k / 3)), weights: Float32Array.from({ length: 3 * count }, (_, k) => (k % 3 === 0 ? 1 : 0)) };
}

/** Skin that is less likely in view than this is no witness of light and colour. */
const IN_VIEW = 0.35;

/**
 * Finds the head of one face of a photo: pose, shape and expression from its dense landmarks, its predicted head or both; gaze from the
 * irises; then light and albedo from the skin's pixels; and unwraps the photo into the texture.
 * @param predicted without it, `landmarks` is the only method
 * @throws Error when the model lacks landmark correspondences, or the method needs a prediction
 */
export function reconstructFace(model: MorphableModel, image: Image, face: FoundFace, options: ReconstructOptions = {}, predicted?: PredictedHead): Reconstruction {
  const { texture = 'photo', focal35mm, method = predicted ? 'refine' : 'landmarks' } = options;
  const points = face.landmarks.points;
  const size = faceSize(points, 3);
  const camera = cameraOf(image, size, focal35mm);
  const fit = headFit(model, image, points, camera, method, predicted);
  const shape = Float32Array.from(fit.coefficients.subarray(0, model.shape.count));
  const expression = Float32Array.from(fit.coefficients.subarray(model.shape.count));
  const vertices = evaluateVertices(model, { shape, expression });
  const gaze = gazeOf(fitGaze(model, vertices, fit.rotation, fit.translation, camera, points, eyeOpenness(model, expression)), method, predicted);
  turnEyes(model, vertices, gaze);
  const head = seeHead(model, vertices, fit.rotation, fit.translation, camera);
  if (method !== 'landmarks') {
    fittingModel(model).visibleVertices(predicted!.visibility).forEach((visible, v) => { if (visible < IN_VIEW) head.unhidden[v] = 0; });
  }
  const appearance = fitAppearance(model, head, image, size);
  const landmarks = new Float32Array(model.landmarks.mediapipe!.count).fill(1);
  landmarks.set(fit.confidence);
  return {
    method, image: { width: image.width, height: image.height },
    face: { box: face.box, score: face.score },
    camera, pose: { rotation: fit.rotation, translation: fit.translation },
    coefficients: { shape, expression, gaze, albedo: appearance.albedo, light: appearance.light },
    vertices,
    landmarks68: projectLandmarks68(model, vertices, fit.rotation, fit.translation, camera),
    landmarks478: projectPoints(model.landmarks.mediapipe!, vertices, fit.rotation, fit.translation, camera),
    visibility: { face: appearance.faceVisibility, landmarks },
    textures: texture === 'none' ? undefined : unwrapTextures(model, head, image, appearance, options.textureSize ?? textureSizeFor(size)),
    warnings: warningsOf(fit, appearance, face, image),
  };
}

/** Pose, shape and expression by one of the methods. */
function headFit(model: MorphableModel, image: Image, landmarks: Float32Array, camera: Camera, method: ReconstructMethod, predicted: PredictedHead | undefined): HeadFit {
  const { basis, trust, points, visiblePoints } = fittingModel(model), observed = observe(landmarks, trust, image);
  const limits = { shapeCount: model.shape.count, lower: model.expression.lower, upper: model.expression.upper, shapeLimit: SHAPE_LIMIT };
  if (method === 'landmarks') return fitLandmarks(basis, observed, camera, limits);
  if (!predicted) throw new Error(`reconstructFace: the method "${method}" needs the head regressor; load it, or use the method "landmarks".`);
  const guess = guessInPhoto(model, predicted, camera, SHAPE_LIMIT), start = { ...guess.pose, coefficients: [...guess.shape, ...guess.expression] }, visibility = visiblePoints(predicted.visibility);
  if (method === 'refine') return fitLandmarks(basis, fuseObservations(model, points, observed, guess, camera, visibility), camera, limits, refinementOptions, start);
  return { rotation: Float64Array.from(guess.pose.rotation), translation: Float64Array.from(guess.pose.translation), coefficients: Float64Array.from(start.coefficients), confidence: visibility, error: 0 };
}

/** Irises in view tell the gaze; the prediction does where the eyes are covered. */
function gazeOf(fitted: Gaze, method: ReconstructMethod, predicted: PredictedHead | undefined): Gaze {
  if (method === 'landmarks' || !predicted) return fitted;
  const eyes = predicted.visibility.subarray(36, 48), visible = method === 'network' ? 0 : eyes.reduce((sum, value) => sum + value / eyes.length, 0), { gaze } = predicted;
  return { yaw: visible * fitted.yaw + (1 - visible) * gaze.yaw, pitch: visible * fitted.pitch + (1 - visible) * gaze.pitch };
}

/** How open the eyes are by the fitted lids, subject's right first, 0…1. */
function eyeOpenness(model: MorphableModel, expression: Float32Array): [number, number] {
  return ['eye-right-closure', 'eye-left-closure'].map((name) => {
    const index = model.expression.names.indexOf(name);
    return index < 0 ? 1 : Math.max(0, 1 - Math.max(0, expression[index]! - 0.3) / 0.5);
  }) as [number, number];
}

function warningsOf(fit: HeadFit, appearance: Appearance, face: FoundFace, image: Image): string[] {
  const warnings: string[] = [];
  const { box } = face;
  if (box.width < SMALL_FACE) warnings.push(`The face is only ${Math.round(box.width)} pixels wide; shape and texture are coarse.`);
  if (box.x < 0 || box.y < 0 || box.x + box.width > image.width || box.y + box.height > image.height) {
    warnings.push('The face reaches beyond the photo; what is cut off is guessed.');
  }
  if (appearance.faceVisibility < 0.5) {
    warnings.push(`Only ${Math.round(appearance.faceVisibility * 100)} % of the facing skin looks like skin of one tone; something may cover the face or shade it strongly.`);
  }
  if (face.landmarks.presence < 0.5) warnings.push('It is doubtful that there is a face in the box.');
  if (fit.error > 0.03) warnings.push('The head does not follow the landmarks well; pose or expression may be off.');
  return warnings;
}
