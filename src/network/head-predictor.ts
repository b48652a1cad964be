import { sampleCrop, type Crop } from '../detect/crop.js';
import { ImagePyramid } from '../detect/image-pyramid.js';
import type { Image } from '../math/image.js';
import { floatOutput, type HostTensor, type Runtime } from '../runtime/session.js';
import {
  fromView,
  viewNormalisation,
  viewOfBox,
  viewOutside,
  viewPerBox,
  type FaceBox,
  type HeadPose,
} from './face-view.js';
import type { FaceHair } from './identity/face-hair.js';

/** What a regressor says of a face, in the camera of its crop (`face-view.ts`). */
export interface PredictedHead {
  /** What it saw. */
  readonly crop: Crop;
  /** Head to the crop's camera; `poseInPhoto` gives that in the photo's. */
  readonly pose: HeadPose;
  readonly shape: Float32Array;
  readonly expression: Float32Array;
  readonly albedo: Float32Array;
  /** The albedo in which the face is recognised, where an identity network was asked (`identity/`). */
  readonly identity?: Float32Array;
  /** CIE L* of the face's albedo, where that network tells it. */
  readonly tone?: number;
  /** What the face tells of hair, where that network does. */
  readonly faceHair?: FaceHair;
  /** 27 irradiance coefficients in the crop's camera. */
  readonly light: Float32Array;
  /** Radians. */
  readonly gaze: { readonly yaw: number; readonly pitch: number };
  /** 68: how likely each iBUG landmark is in plain view, 0…1. */
  readonly visibility: Float32Array;
  /** Of networks with a judge. */
  readonly judged?: JudgedFace;
}

/** What a judge says of a crop, in the photo. */
export interface JudgedFace {
  /** 0…1: how likely it is that there is a face in the box that was looked at. */
  readonly face: number;
  /** Where the face's box lies. */
  readonly box: FaceBox;
  /** Degrees. */
  readonly roll: number;
}

export interface HeadPredictor {
  /** The head in a box of a photo. @param roll of the face, degrees; 0 where it is not known */
  predict(photo: Image | ImagePyramid, box: FaceBox, roll?: number): Promise<PredictedHead>;
  release(): Promise<void>;
}

/**
 * Loads a network of `exportRegressor`.
 * @throws Error of one line when the bytes are no such network
 */
export async function createHeadPredictor(runtime: Runtime, network: Uint8Array): Promise<HeadPredictor> {
  const session = await runtime.createSession(network);
  const size = session.inputDims['image']?.at(-1);
  if (
    session.inputNames.join() !== 'image' ||
    typeof size !== 'number' ||
    !session.outputNames.includes('visibility')
  ) {
    await session.release();
    throw new Error('createHeadPredictor: the file is no head regressor; use one that "rogue export" wrote.');
  }
  const judges = session.outputNames.includes('place');
  const image: HostTensor<Float32Array> = {
    dims: [1, 3, size, size],
    data: new Float32Array(3 * size * size),
  };
  return {
    async predict(photo, box, roll = 0) {
      const crop = viewOfBox(box, roll, size);
      sampleCrop(
        photo instanceof ImagePyramid ? photo : new ImagePyramid(photo),
        crop,
        viewNormalisation,
        image.data,
        0,
        viewOutside,
      );
      const outputs = await session.run({ image });
      const part = (name: string): Float32Array => floatOutput(outputs, name).slice();
      const gaze = part('gaze');
      return {
        crop,
        pose: {
          rotation: Float64Array.from(part('rotation')),
          translation: Float64Array.from(part('translation')),
        },
        shape: part('shape'),
        expression: part('expression'),
        albedo: part('albedo'),
        light: part('light'),
        gaze: { yaw: gaze[0]!, pitch: gaze[1]! },
        visibility: part('visibility'),
        ...(judges && { judged: judgedFace(crop, part('face')[0]!, part('place')) }),
      };
    },
    release: () => session.release(),
  };
}

/** What a judge said of a crop, in the photo. @param place as of `JudgedPlace` */
export function judgedFace(crop: Crop, face: number, place: ArrayLike<number>): JudgedFace {
  const [dx, dy, growth, turn] = Array.from(place) as [number, number, number, number];
  // Half a crop is 1, and holds this part of the box's side.
  const perSide = 2 / viewPerBox;
  const [x, y] = fromView(crop, [dx * perSide, dy * perSide]) as unknown as [number, number];
  const side = ((crop.scale * crop.width) / viewPerBox) * Math.exp(growth);
  return {
    face,
    box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
    roll: crop.roll + (turn * 180) / Math.PI,
  };
}
