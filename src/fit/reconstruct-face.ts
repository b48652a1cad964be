import { isUpsideDown, type FoundFace } from '../detect/find-faces.js';
import type { Image } from '../math/image.js';
import { multiplyRotations, rotationToEuler, transposeRotation } from '../math/rotation.js';
import { smoothstep } from '../math/smoothstep.js';
import { rotateLight } from '../math/spherical-harmonics.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { projectLandmarks68, projectPoints } from '../model/project-landmarks.js';
import type { HairStyle } from '../model/hair-file.js';
import type { PredictedHead } from '../network/head-predictor.js';
import type { FaceParsing } from '../network/parsing/face-parser.js';
import { coverWarnings, viewOfFace, type FaceView } from './appearance/face-covers.js';
import { fitAppearance } from './appearance/fit-appearance.js';
import { fitHair } from './hair/fit-hair.js';
import { toldHair } from './hair/told-hair.js';
import { withHairGround } from './hair/hairline.js';
import { fitHead } from './geometry/fit-head.js';
import { greyLight, greyModel, greyTextures, isGrey } from './appearance/grey-photo.js';
import { colorWarnings } from './appearance/color-warnings.js';
import { faceSize, type HeadFit } from './geometry/fit-landmarks.js';
import type { Reconstruction, ReconstructOptions } from './reconstruction.js';
import { seenVertices, skinCertainty } from './appearance/skin-certainty.js';
import { seeHead } from './appearance/skin-geometry.js';
import { withLightness } from './appearance/skin-lightness.js';
import { unwrapTextures } from './appearance/unwrap-texture.js';

/** Textures are as fine as the photo: the face takes this share of the atlas' width. */
const FACE_SHARE_OF_ATLAS = 0.72;
const SMALLEST_TEXTURE = 512;
const LARGEST_TEXTURE = 2048;

/** The smallest texture that keeps a face's detail, a power of two. */
function textureSizeFor(size: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(size / FACE_SHARE_OF_ATLAS));
  return Math.min(LARGEST_TEXTURE, Math.max(SMALLEST_TEXTURE, wanted));
}

/** Faces narrower than this, pixels, give coarse results. */
const SMALL_FACE = 60;
/** Heads that are turned by more, degrees, hide one side. */
const SIDEWAYS = 45;
/** A face of which this share is seen is hidden to a recognition network, and from here on whole. */
const HIDDEN = 0.5;
const WHOLE = 0.8;
/** What is believed of a hidden face's recognised albedo (chosen on 40 Helen photos). */
const LEAST_RECOGNISED = 0.8;
/** Skin that is less likely in view than this is no witness of light and colour. */
const IN_VIEW = 0.35;

/**
 * Finds the head of one face of a photo: pose, shape and expression from its dense landmarks, its predicted
 * head or both; gaze from the irises; then light and albedo from the skin's pixels; and unwraps the photo
 * into the texture.
 * @param predicted without it, `landmarks` is the only method
 * @param parsing says what is skin; without it, what agrees with the fitted skin is taken for that
 * @param hairStyles what hair is chosen from; none without them
 * @throws RangeError when a style is asked for that there is not
 * @throws Error when the model lacks landmark correspondences, or the method needs a prediction
 */
export function reconstructFace(
  model: MorphableModel,
  image: Image,
  face: FoundFace,
  options: ReconstructOptions = {},
  predicted?: PredictedHead,
  parsing?: FaceParsing,
  hairStyles?: readonly HairStyle[],
): Reconstruction {
  const { texture = 'photo' } = options;
  const size = faceSize(face.landmarks.points, 3);
  const certainty = parsing && skinCertainty(parsing);
  const { method, camera, fit, shape, expression, gaze, vertices, expected, visibleVertices } = fitHead(
    model,
    image,
    face,
    options,
    predicted,
    undefined,
    certainty,
  );
  const head = seeHead(model, vertices, fit.rotation, fit.translation, camera);
  const bare = { ...head, unhidden: head.unhidden.slice() };
  // A parser sees covers where they are; the visibility of landmarks tells no more than that there are some.
  if (!parsing)
    visibleVertices?.forEach((visible, v) => {
      if (visible < IN_VIEW) head.unhidden[v] = 0;
    });
  const view = parsing && viewOfFace(model, bare, image, parsing);
  // What a black-and-white photo does not show must not be coloured either.
  const isGreyPhoto = isGrey(image, face.box);
  const painted = isGreyPhoto ? greyModel(model) : model;
  const guess = predicted &&
    visibleVertices && {
      light: lightInPhoto(predicted, fit.rotation),
      albedo: likelyAlbedo(model, predicted),
      knowsTone: predicted.tone !== undefined,
      bare,
    };
  const appearance = fitAppearance(
    painted,
    head,
    image,
    size,
    guess && isGreyPhoto ? { ...guess, light: greyLight(guess.light) } : guess,
    certainty,
  );
  const known = recognisability(view?.seen ?? 1);
  const hair =
    parsing && hairStyles && options.hair !== 'none'
      ? fitHair(
          model,
          hairStyles,
          {
            image,
            parsing: parsing.hair
              ? { ...parsing, hair: toldHair(parsing.hair, predicted?.faceHair, known) }
              : parsing,
            camera,
            pose: { rotation: fit.rotation, translation: fit.translation },
            shape,
            light: appearance.light,
            grey: isGreyPhoto,
          },
          options.hair,
        )
      : undefined;
  const unwrapped =
    texture === 'none'
      ? undefined
      : unwrapTextures(
          hair ? withHairGround(painted, hair.ground) : painted,
          head,
          image,
          appearance,
          options.textureSize ?? textureSizeFor(size),
          certainty,
          predicted && expectedAlbedo(predicted, view?.seen ?? 1),
          hair,
        );
  const landmarks = new Float32Array(model.landmarks.mediapipe!.count).fill(1);
  landmarks.set(fit.confidence);
  return {
    method,
    image: { width: image.width, height: image.height },
    face: { box: face.box, score: face.confidence },
    camera,
    pose: { rotation: fit.rotation, translation: fit.translation },
    coefficients: {
      shape,
      expression,
      gaze,
      albedo: unwrapped?.albedo ?? appearance.albedo,
      light: appearance.light,
    },
    vertices,
    landmarks68: projectLandmarks68(model, expected, fit.rotation, fit.translation, camera),
    landmarks478: projectPoints(model.landmarks.mediapipe!, expected, fit.rotation, fit.translation, camera),
    visibility: {
      face: view?.seen ?? appearance.faceVisibility,
      covers: view?.covers ?? [],
      vertices: certainty && seenVertices(model, bare, image, certainty),
      landmarks,
    },
    textures:
      unwrapped && isGreyPhoto ? greyTextures(model, unwrapped.textures, unwrapped) : unwrapped?.textures,
    hair,
    warnings: [
      ...warningsOf(fit, view ?? { seen: appearance.faceVisibility, covers: [] }, face, image),
      ...colorWarnings(appearance, isGreyPhoto),
    ],
  };
}

/** How far a face of which so much is seen is recognised, 0…1. */
const recognisability = (seen: number): number => smoothstep(HIDDEN, WHOLE, seen);

/**
 * The albedo that is expected where the photo shows no skin: in which the face is recognised. The more of it
 * is hidden, the less a recognition network knows whose face it is; some of what it says then is the tone and
 * marks of someone else, and the regressor's is plain.
 * @param seen share of the face
 */
function expectedAlbedo({ identity, albedo }: PredictedHead, seen: number): Float32Array | undefined {
  const known = LEAST_RECOGNISED + (1 - LEAST_RECOGNISED) * recognisability(seen);
  return identity?.map((value, k) => known * value + (1 - known) * albedo[k]!);
}

/** The expected light, which is told in the camera of the prediction. @param rotation of the head */
const lightInPhoto = ({ light, pose }: PredictedHead, rotation: ArrayLike<number>): Float32Array =>
  rotateLight(multiplyRotations(rotation, transposeRotation(pose.rotation)), light);

/**
 * The skin by which its light is told: the mean of what two networks know of it, in the tone of a third. Both
 * take dim light for dark skin; what recognises people hardly does.
 */
function likelyAlbedo(model: MorphableModel, { identity, albedo, tone }: PredictedHead): Float32Array {
  const mean = identity ? identity.map((value, k) => (value + albedo[k]!) / 2) : albedo;
  return tone === undefined ? mean : withLightness(model, mean, tone);
}

function warningsOf(fit: HeadFit, view: FaceView, face: FoundFace, image: Image): string[] {
  const warnings: string[] = [];
  const { box } = face;
  if (box.width < SMALL_FACE)
    warnings.push(`The face is only ${Math.round(box.width)} pixels wide; shape and texture are coarse.`);
  if (box.x < 0 || box.y < 0 || box.x + box.width > image.width || box.y + box.height > image.height) {
    warnings.push('The face reaches beyond the photo; what is cut off is guessed.');
  }
  const covered = coverWarnings(view);
  warnings.push(...covered);
  if (view.seen < 0.5 && covered.length === 0)
    warnings.push(`Only ${Math.round(view.seen * 100)} % of the face is seen; the rest is guessed.`);
  const { yaw } = rotationToEuler(fit.rotation);
  if (Math.abs(yaw) >= SIDEWAYS)
    warnings.push(
      `The head is turned by ${Math.round(Math.abs(yaw))}°: its ${yaw > 0 ? 'left' : 'right'} side is hardly seen, and invented.`,
    );
  if (isUpsideDown(face))
    warnings.push('The photo seems to be upside down: the face was read with the photo turned by 180°.');
  if (face.confidence < 0.5) warnings.push('It is doubtful that there is a face in the box.');
  if (fit.error > 0.03)
    warnings.push('The head does not follow the landmarks well; pose or expression may be off.');
  return warnings;
}
