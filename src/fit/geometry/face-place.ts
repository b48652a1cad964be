import { crownRoll, turnBetween } from '../../detect/detection.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { cropFocal } from '../../network/crop-camera.js';
import { boxOfHead, directionsOf, fromView, type FaceBox } from '../../network/face-view.js';
import type { HeadPredictor, PredictedHead } from '../../network/head-predictor.js';

/**
 * A box that moves and grows by less than this part of its side, and turns by fewer degrees, stands still.
 */
const STILL = 0.03;
const STILL_ROLL = 2;
/** A head that is farther from the box than this, in its sides, is not the one that was found. */
const ASTRAY = 0.6;
/** A found head is predicted at most so many times; more were tried and gained nothing. */
const MOST_PREDICTIONS = 3;

/** Where a face lies in a photo, as the detector says it. */
export interface Place {
  readonly box: FaceBox;
  /** Degrees. */
  readonly roll: number;
}

/** The detector's box and roll of a predicted head, in the photo, by the head's geometry. */
export function placeOfHead({ pose, crop }: PredictedHead): Place {
  // The crop's camera looks at −1…1 from edge to edge.
  const { box } = boxOfHead({ camera: { focal: cropFocal, cx: 0, cy: 0 }, pose });
  const [x, y] = fromView(crop, [box.x + box.width / 2, box.y + box.height / 2]) as unknown as [
    number,
    number,
  ];
  const side = (box.width * crop.scale * crop.width) / 2;
  return {
    box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
    roll: crop.roll + crownRoll(directionsOf(pose.rotation)),
  };
}

/**
 * The head of a found face, predicted from the crop that is its own: detector and judge say whether there is
 * a face and about where, but under covers the head that is seen there says it better, and what is predicted
 * from a crop that lies as those of the training do is nearer the truth.
 */
export async function predictInPlace(
  predictor: HeadPredictor,
  pyramid: ImagePyramid,
  found: Place,
): Promise<PredictedHead> {
  let place = found;
  let head = await predictor.predict(pyramid, place.box, place.roll);
  for (let predictions = 1; predictions < MOST_PREDICTIONS; predictions++) {
    const next = placeOfHead(head);
    if (isStill(place, next) || isAstray(found.box, next.box)) break;
    place = next;
    head = await predictor.predict(pyramid, place.box, place.roll);
  }
  return head;
}

/** Between the middles of two boxes, in sides of the first. */
export function distance(a: FaceBox, b: FaceBox): number {
  return Math.hypot(b.x + b.width / 2 - a.x - a.width / 2, b.y + b.height / 2 - a.y - a.height / 2) / a.width;
}

/** Whether a box lies so far from the one that was found that it is another's. */
export function isAstray(found: FaceBox, box: FaceBox): boolean {
  return distance(found, box) >= ASTRAY;
}

/** Whether a second look would see the same. */
export function isStill(before: Place, after: Place): boolean {
  return (
    distance(before.box, after.box) < STILL &&
    Math.abs(Math.log(after.box.width / before.box.width)) < STILL &&
    turnBetween(before.roll, after.roll) < STILL_ROLL
  );
}
