import { logit, type CloserLook, type LookAgain } from '../../detect/confidence.js';
import { turnBetween } from '../../detect/detection.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { project, transformPoints } from '../../math/camera.js';
import { clampExpression } from '../../model/evaluate.js';
import type { MorphableModel, SurfacePoints } from '../../model/morphable-model.js';
import { evaluateBasis, pointBasis, type PointBasis } from '../../model/point-basis.js';
import { cropFocal } from '../../network/crop-camera.js';
import { fromView, type FaceBox } from '../../network/face-view.js';
import type { HeadPredictor, PredictedHead } from '../../network/head-predictor.js';
import { distance, isAstray, isStill, placeOfHead, type Place } from './face-place.js';

/** Looks at a face at most so many times. */
const MOST_LOOKS = 4;

/** Of the 68: both eyes' outlines, the nose's tip, and the middles of the lips. */
const RIGHT_EYE = [36, 37, 38, 39, 40, 41];
const LEFT_EYE = [42, 43, 44, 45, 46, 47];
const NOSE_TIP = [30];
const LIPS = [62, 66];

/** Where a judge is less sure of a face than this, it may lie on a side as well as stand on its head. */
const SURELY_UPRIGHT = 0.85;
/** What speaks against a face on its head, as a logarithm of odds; against one on its side, half of it. */
const LYING_DOUBT = 2;

/**
 * Looks at a detected face until its head stands still in the picture: what is predicted from a crop says
 * where a better crop lies, as a cover misleads the detector more than it misleads the regressor. With a
 * judge, the surest look counts, and where none is sure, other turns of the face compete.
 */
export function createLookAgain(model: MorphableModel, predictor: HeadPredictor): LookAgain {
  const groups = [RIGHT_EYE, LEFT_EYE, NOSE_TIP, LIPS];
  const points = pointsOf(model, groups.flat());
  const basis = pointBasis(model, points);
  return async (pyramid, { box, roll }, { upright = 0, least = 0 } = {}) => {
    const look = firstLooks(predictor, pyramid, box);
    if (await isDenied(look, roll, upright, least)) return undefined;
    let best = await settle(predictor, pyramid, { box, roll }, look);
    if (best.head.judged) {
      const rankOf = ranking(upright);
      const turns: Settled[] = [best];
      for (const other of otherTurns(best.head.judged.face, roll, upright))
        turns.push({ head: await look(other), roll: other });
      const likeliest = turns.reduce((a, b) => (rankOf(b) > rankOf(a) ? b : a));
      if (likeliest !== best) {
        const settled = await settle(predictor, pyramid, { box, roll: likeliest.roll }, look);
        if (rankOf(settled) > rankOf(best)) best = settled;
      }
    }
    const { head } = best;
    const next = placeOf(head);
    const astray = isAstray(box, next.box);
    const closer: CloserLook = {
      ...(astray ? { box, roll: best.roll } : { box: next.box, roll: next.roll }),
      keypoints: keypointsOf(model, basis, groups, head),
      moved: distance(box, next.box),
      resized: Math.abs(Math.log(next.box.width / box.width)),
      ...(head.judged && { face: head.judged.face }),
    };
    return closer;
  };
}

/** The head as seen in one box, turned so. */
type FirstLook = (roll: number) => Promise<PredictedHead>;

/** Looks at one box, once at each turn. */
function firstLooks(predictor: HeadPredictor, pyramid: ImagePyramid, box: FaceBox): FirstLook {
  const seen = new Map<number, PredictedHead>();
  return async (roll) => {
    const head = seen.get(roll) ?? (await predictor.predict(pyramid, box, roll));
    seen.set(roll, head);
    return head;
  };
}

/** Whether a judge finds a face likely at none of the turns that come into question. */
async function isDenied(look: FirstLook, roll: number, upright: number, least: number): Promise<boolean> {
  const { judged } = await look(roll);
  if (!judged || judged.face >= least) return false;
  for (const other of otherTurns(judged.face, roll, upright))
    if ((await look(other)).judged!.face >= least) return false;
  return true;
}

/** The turns of a face that detector and judge may have mistaken for another. */
function otherTurns(face: number, roll: number, upright: number): number[] {
  if (face >= SURELY_UPRIGHT) return [roll + 180];
  const turns = [roll + 90, roll + 180, roll + 270];
  return turnBetween(roll, upright) > LEANING ? [upright, ...turns] : turns;
}
/** Degrees from which upright is another turn. */
const LEANING = 20;

/** A look, and the turn that it began with. */
interface Settled {
  readonly head: PredictedHead;
  readonly roll: number;
}

/** Predicts until the place stands still or runs away; the surest look, or the last where nobody judges. */
async function settle(
  predictor: HeadPredictor,
  pyramid: ImagePyramid,
  start: Place,
  look: FirstLook,
): Promise<Settled> {
  let place = start;
  let head = await look(start.roll);
  let best = head;
  for (let looks = 1; looks < MOST_LOOKS; looks++) {
    const next = placeOf(head);
    // Where it runs away, the detector is believed.
    if (isStill(place, next) || isAstray(start.box, next.box)) break;
    place = next;
    head = await predictor.predict(pyramid, place.box, place.roll);
    if (!head.judged || !best.judged || head.judged.face > best.judged.face) best = head;
  }
  return { head: best, roll: start.roll };
}

/** How likely a look is the right one, as a logarithm of odds, where faces stand as `upright` says. */
function ranking(upright: number): (look: Settled) => number {
  return ({ head: { judged } }) =>
    judged ? logit(judged.face) - (LYING_DOUBT * turnBetween(judged.roll, upright)) / 180 : 0;
}

/**
 * The detector's box and roll of a predicted head, in the photo: as the judge says, where the network has
 * one, because it has learned that on real faces under covers; else by the head's geometry.
 */
function placeOf(head: PredictedHead): Place {
  return head.judged ?? placeOfHead(head);
}

function pointsOf(model: MorphableModel, indices: readonly number[]): SurfacePoints {
  const { vertices, weights } = model.landmarks.ibug68!;
  return {
    count: indices.length,
    vertices: Uint32Array.from(indices.flatMap((k) => Array.from(vertices.subarray(3 * k, 3 * k + 3)))),
    weights: Float32Array.from(indices.flatMap((k) => Array.from(weights.subarray(3 * k, 3 * k + 3)))),
  };
}

/** x, y of right eye, left eye, nose tip and mouth of a predicted head in the photo. */
function keypointsOf(
  model: MorphableModel,
  basis: PointBasis,
  groups: readonly (readonly number[])[],
  { pose, crop, shape, expression }: PredictedHead,
): Float32Array {
  const coefficients = [...shape, ...clampExpression(model, expression)];
  const positions = evaluateBasis(basis, coefficients, new Float64Array(basis.count * 3));
  const seen = transformPoints(pose.rotation, pose.translation, positions, new Float64Array(basis.count * 3));
  const view = project(seen, { focal: cropFocal, cx: 0, cy: 0 }, new Float64Array(basis.count * 2));
  const pixels = fromView(crop, view);
  const means = new Float32Array(2 * groups.length);
  let at = 0;
  groups.forEach((group, k) => {
    for (let i = 0; i < group.length; i++, at++) {
      means[2 * k]! += pixels[2 * at]! / group.length;
      means[2 * k + 1]! += pixels[2 * at + 1]! / group.length;
    }
  });
  return means;
}
