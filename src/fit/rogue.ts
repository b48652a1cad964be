import { createDenseLandmarks, type DenseLandmarker } from '../detect/dense-landmarks.js';
import { createFaceDetector, type FaceDetector } from '../detect/face-detector.js';
import {
  faceInBox,
  findFaces,
  type FaceFinders,
  type FindFacesOptions,
  type FoundFace,
  type GivenBox,
} from '../detect/find-faces.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import { noFaceCause, type NoFaceCause } from '../detect/no-face-cause.js';
import { readSafetensors } from '../io/safetensors.js';
import { onWhite, type Image } from '../math/image.js';
import { hairFromTensors, type HairStyle } from '../model/hair-file.js';
import { modelFromTensors } from '../model/model-file.js';
import type { MorphableModel } from '../model/morphable-model.js';
import { createHeadPredictor, type HeadPredictor, type PredictedHead } from '../network/head-predictor.js';
import {
  createIdentityPredictor,
  type IdentityNetworks,
  type IdentityPredictor,
} from '../network/identity/identity-predictor.js';
import { createFaceParser, type FaceParser, type FaceParsing } from '../network/parsing/face-parser.js';
import type { Runtime } from '../runtime/session.js';
import { takingTurns } from '../runtime/taking-turns.js';
import { FaceTracker, type FaceTracking, type TrackOptions } from './face-tracker.js';
import { predictInPlace } from './geometry/face-place.js';
import { createLookAgain } from './geometry/look-again.js';
import { withRims } from './eyewear/with-rims.js';
import { withFringe } from './hair/seen-fringe.js';
import { reconstructFace } from './reconstruct-face.js';
import type { Reconstruction, ReconstructOptions } from './reconstruction.js';

/** Pixels with what the file said about the camera: what `decodeImage` returns. */
export interface DecodedPhoto {
  readonly image: Image;
  /** Focal length in mm as if on 35 mm film. */
  readonly focal35mm?: number;
  /** Share of the picture that is mostly transparent, 0…1. */
  readonly transparent?: number;
  /** Sentences about what was wrong with the file; every head's warnings begin with them. */
  readonly warnings?: readonly string[];
}

/** A picture that must be decoded first: a path (Node) or URL (browser), the bytes of the file, or a Blob. */
export type EncodedPhoto = string | Uint8Array | Blob;

/** Whatever holds a photo. */
export type Photo = Image | DecodedPhoto | EncodedPhoto;

/** Turns the bytes of a picture into pixels. */
export type PhotoDecoder = (source: EncodedPhoto) => Promise<DecodedPhoto>;

/** What {@link createRogue} is made of. */
export interface RogueParts {
  readonly runtime: Runtime;
  /** Content of `assets/head-model.safetensors`. */
  readonly modelBytes: Uint8Array;
  /** Content of `assets/networks/face-detector.onnx`. */
  readonly detectorBytes: Uint8Array;
  /** Content of `assets/networks/dense-landmarks.onnx`. */
  readonly landmarksBytes: Uint8Array;
  /**
   * Content of `assets/networks/head-regressor.onnx`; without it heads are fitted to the dense landmarks
   * alone.
   */
  readonly regressorBytes?: Uint8Array;
  /**
   * Content of `assets/networks/face-parser.onnx`; without it covers are told from skin by their colour
   * alone.
   */
  readonly parserBytes?: Uint8Array;
  /**
   * Content of `assets/networks/robust-recognition.onnx` and `identity.onnx`, which complete the regressor's
   * albedo; without them, what the photo does not show of a skin is near the mean.
   */
  readonly identity?: IdentityNetworks;
  /** Fetches `assets/hair.safetensors`, once, when a head is to have hair; without it none has. */
  readonly fetchHair?: () => Promise<Uint8Array>;
  /** Needed only for photos that come as paths, URLs, bytes or Blobs. */
  readonly decode?: PhotoDecoder;
}

/** How faces are found. */
export interface FindPhotoFacesOptions extends FindFacesOptions {
  /**
   * Where the faces are, in pixels of the photo, instead of detecting them: for photos where the detector
   * misses them.
   */
  readonly boxes?: readonly GivenBox[];
}

/** What a reconstruction is at. */
export type Stage = 'decode' | 'find faces' | 'predict' | 'fit';

/** How faces are found, and how each is reconstructed. */
export interface ReconstructPhotoOptions extends ReconstructOptions, FindPhotoFacesOptions {
  /** Faces that {@link Rogue.findFaces} found in this very photo, instead of looking for them again. */
  readonly faces?: readonly FoundFace[];
  /**
   * Called before each stage, `fit` once per face; waited for, so that a page can show it, or throw to stop.
   */
  readonly onStage?: (stage: Stage) => void | Promise<void>;
  /** Ends the reconstruction at its next stage, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How a face is followed. */
export interface TrackPhotosOptions extends TrackOptions {
  /** Once it is aborted, no picture is looked at any more: `next` rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Photos to heads. Holds the head model and the networks; one instance serves any number of photos.
 *
 * Calls may overlap: the networks take one photo after the other.
 */
export class Rogue {
  readonly model: MorphableModel;
  readonly #finders: FaceFinders;
  readonly #predictor: HeadPredictor | undefined;
  readonly #parser: FaceParser | undefined;
  readonly #identity: IdentityPredictor | undefined;
  readonly #fetchHair: (() => Promise<Uint8Array>) | undefined;
  readonly #decode: PhotoDecoder | undefined;
  /** The networks' input buffers are shared: one photo must be done before the next begins. */
  readonly #inTurn = takingTurns();
  #hair: Promise<HairStyle[]> | undefined;
  readonly #begun = new Set<Promise<unknown>>();
  #released: Promise<void> | undefined;

  /** Use {@link createRogue} or `loadRogue`. */
  constructor(
    model: MorphableModel,
    { detector, landmarker, predictor, parser, identity }: RogueNetworks,
    { decode, fetchHair }: Pick<RogueParts, 'decode' | 'fetchHair'> = {},
  ) {
    this.model = model;
    this.#finders = {
      detector,
      landmarker,
      lookAgain: predictor && createLookAgain(model, predictor),
    };
    this.#predictor = predictor;
    this.#parser = parser;
    this.#identity = identity;
    this.#fetchHair = fetchHair;
    this.#decode = decode;
  }

  /**
   * All faces of a photo with their dense landmarks, the largest and surest first; none gives an empty list.
   */
  findFaces(photo: Photo, options: FindPhotoFacesOptions = {}): Promise<FoundFace[]> {
    return this.#serve(async () => {
      const { image } = await this.#open(photo);
      const pyramid = new ImagePyramid(image);
      return this.#inTurn(() => this.#found(pyramid, options));
    });
  }

  /**
   * What keeps the faces of a photo from being found, where {@link findFaces} or {@link reconstruct} found
   * none with the same options.
   */
  whyNoFace(photo: Photo, options: FindFacesOptions = {}): Promise<NoFaceCause> {
    return this.#serve(async () => {
      const { image, transparent } = await this.#open(photo);
      const pyramid = new ImagePyramid(image);
      return this.#inTurn(() => noFaceCause(this.#finders, pyramid, options, transparent));
    });
  }

  /**
   * A head for every face of a photo, the largest and surest first; a photo without faces gives an empty
   * list. Pixel values of the result refer to the decoded image, which for very large files is a smaller
   * copy.
   *
   * @throws ImageError (Node) for a file that is no complete picture
   * @throws RangeError for an image whose data does not fit its size, or options out of range
   * @throws the reason of `signal`, once it is aborted
   */
  reconstruct(photo: Photo, options: ReconstructPhotoOptions = {}): Promise<Reconstruction[]> {
    return this.#serve(() => this.#reconstructed(photo, options));
  }

  async #reconstructed(photo: Photo, options: ReconstructPhotoOptions): Promise<Reconstruction[]> {
    const { method, faces: given } = options;
    const begin = stageBeginning(options);
    await begin('decode');
    const { image, focal35mm, warnings = [] } = await this.#open(photo);
    const pyramid = new ImagePyramid(image);
    if (method !== undefined && method !== 'landmarks' && !this.#predictor)
      throw new Error(
        `Rogue: the method "${method}" needs the head regressor; give createRogue its bytes, or use the method "landmarks".`,
      );
    const faces = await this.#inTurn(async () => {
      if (!given) await begin('find faces');
      const found = given ?? (await this.#found(pyramid, options));
      if (method !== 'landmarks') await begin('predict');
      const seen: SeenFace[] = [];
      for (const face of found) {
        const { box, roll } = face;
        const predicted = method === 'landmarks' ? undefined : await this.#predicted(pyramid, face, options);
        seen.push({ face, predicted, parsing: await this.#parser?.parse(pyramid, box, roll) });
      }
      return seen;
    });
    const hairStyles = faces.some(({ parsing }) => parsing) ? await this.#hairStyles(options) : undefined;
    const heads: Reconstruction[] = [];
    for (const { face, predicted, parsing } of faces) {
      await begin('fit');
      const head = reconstructFace(
        this.model,
        image,
        face,
        { ...(focal35mm !== undefined && { focal35mm }), ...options },
        predicted,
        parsing && withRims(withFringe(parsing, pyramid), pyramid, face.landmarks.points),
        hairStyles,
      );
      heads.push({ ...head, warnings: [...warnings, ...head.warnings] });
    }
    return heads;
  }

  /**
   * Follows one face through the pictures of a video, as a webcam gives them.
   * @throws Error where there is no head regressor
   */
  track({ signal, ...options }: TrackPhotosOptions = {}): FaceTracking {
    if (!this.#predictor)
      throw new Error('Rogue: tracking needs the head regressor; give createRogue its bytes.');
    const tracker = new FaceTracker(this.model, this.#finders, this.#predictor, options);
    return {
      next: (image, seconds) =>
        this.#serve(() =>
          this.#inTurn(() => {
            signal?.throwIfAborted();
            return tracker.next(opaque({ image }).image, seconds);
          }),
        ),
      reset: () => {
        tracker.reset();
      },
    };
  }

  /** What hair is chosen from; read when it is first needed. */
  async #hairStyles({ hair }: ReconstructOptions): Promise<readonly HairStyle[] | undefined> {
    if (hair === 'none' || !this.#fetchHair) return undefined;
    this.#hair ??= this.#fetchHair().then((bytes) => hairFromTensors(readSafetensors(bytes)));
    return this.#hair;
  }

  /** A face's place is improved where it was found, and believed where it was given. */
  async #predicted(
    pyramid: ImagePyramid,
    face: FoundFace,
    { boxes, faces }: FindPhotoFacesOptions & Pick<ReconstructPhotoOptions, 'faces'>,
  ): Promise<PredictedHead | undefined> {
    const predictor = this.#predictor;
    if (!predictor) return undefined;
    const isGiven = boxes && !faces;
    const predicted = isGiven
      ? await predictor.predict(pyramid, face.box, face.roll)
      : await predictInPlace(predictor, pyramid, face);
    return { ...predicted, ...(await this.#identity?.recognise(pyramid, predicted)) };
  }

  async #found(pyramid: ImagePyramid, { boxes, ...options }: FindPhotoFacesOptions): Promise<FoundFace[]> {
    if (!boxes) return findFaces(this.#finders, pyramid, options);
    const faces: FoundFace[] = [];
    for (const box of boxes) faces.push(await faceInBox(this.#finders.landmarker, pyramid, box));
    return faces;
  }

  /**
   * Frees the networks' memory when what was begun has ended; nothing can be begun afterwards. Calling it
   * again waits for the same.
   */
  release(): Promise<void> {
    this.#released ??= this.#end();
    return this.#released;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#begun);
    const { detector, landmarker } = this.#finders;
    await Promise.all([
      detector.release(),
      landmarker.release(),
      this.#predictor?.release(),
      this.#parser?.release(),
      this.#identity?.release(),
    ]);
  }

  /** Runs something that {@link release} waits for. */
  async #serve<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#released) throw new Error('Rogue: this instance was released; load a new one.');
    const running = run();
    this.#begun.add(running);
    try {
      return await running;
    } finally {
      this.#begun.delete(running);
    }
  }

  async #open(photo: Photo): Promise<DecodedPhoto> {
    if (typeof photo === 'string' || photo instanceof Uint8Array || photo instanceof Blob) {
      if (!this.#decode)
        throw new TypeError(
          'Rogue: got an encoded picture but no decoder; pass pixels, or give createRogue a "decode" function.',
        );
      return opaque(await this.#decode(photo));
    }
    return opaque('image' in photo ? photo : { image: photo });
  }
}

/** The networks of a {@link Rogue}. */
export interface RogueNetworks {
  readonly detector: FaceDetector;
  readonly landmarker: DenseLandmarker;
  readonly predictor?: HeadPredictor | undefined;
  readonly parser?: FaceParser | undefined;
  readonly identity?: IdentityPredictor | undefined;
}

/** A face and what the networks say of it. */
interface SeenFace {
  readonly face: FoundFace;
  readonly predicted: PredictedHead | undefined;
  readonly parsing: FaceParsing | undefined;
}

/** Tells of each stage, unless the caller wants no more. */
function stageBeginning({ onStage, signal }: ReconstructPhotoOptions): (stage: Stage) => Promise<void> {
  return async (stage) => {
    signal?.throwIfAborted();
    await onStage?.(stage);
    signal?.throwIfAborted();
  };
}

/** The same photo with three channels; transparency lies on white, as in `decodeImage`. */
function opaque(photo: DecodedPhoto): DecodedPhoto {
  if (photo.image.channels === 3) return photo;
  return { ...photo, ...onWhite(photo.image) };
}

/**
 * Makes a {@link Rogue} of its parts, wherever they come from; `loadRogue` fetches them by itself.
 *
 * @throws SafetensorsError or ModelFileError for a damaged head model
 */
export async function createRogue({
  runtime,
  modelBytes,
  detectorBytes,
  landmarksBytes,
  regressorBytes,
  parserBytes,
  identity: identityNetworks,
  fetchHair,
  decode,
}: RogueParts): Promise<Rogue> {
  const detector = createFaceDetector(runtime, detectorBytes);
  const landmarker = createDenseLandmarks(runtime, landmarksBytes);
  const predictor = regressorBytes
    ? createHeadPredictor(runtime, regressorBytes)
    : Promise.resolve(undefined);
  const parser = parserBytes ? createFaceParser(runtime, parserBytes) : Promise.resolve(undefined);
  // Read while the sessions above are made.
  const model = Promise.resolve().then(() => modelFromTensors(readSafetensors(modelBytes)));
  const identity = identityNetworks
    ? model.then((read) => createIdentityPredictor(runtime, read, identityNetworks))
    : model.then(() => undefined);
  const sessions = await Promise.allSettled([detector, landmarker, predictor, parser, identity]);
  try {
    for (const session of sessions) if (session.status === 'rejected') throw session.reason;
    const networks = {
      detector: await detector,
      landmarker: await landmarker,
      predictor: await predictor,
      parser: await parser,
      identity: await identity,
    };
    return new Rogue(await model, networks, { ...(decode && { decode }), ...(fetchHair && { fetchHair }) });
  } catch (error) {
    for (const session of sessions) if (session.status === 'fulfilled') await session.value?.release();
    throw error;
  }
}
