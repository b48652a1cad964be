import { alignmentCrop } from '../../detect/alignment.js';
import { sampleCrop } from '../../detect/crop.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { project, transformPoints } from '../../math/camera.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { evaluateBasis, pointBasis } from '../../model/point-basis.js';
import { cropFocal } from '../crop-camera.js';
import { fromView } from '../face-view.js';
import type { PredictedHead } from '../head-predictor.js';
import { recognitionNormalisation } from '../recognition-view.js';

/** Where `alignment5` of a predicted head is seen in its crop: five pairs, −1…1. */
export type AlignmentInCrop = (head: Pick<PredictedHead, 'shape' | 'expression' | 'pose'>) => Float32Array;

/** Cuts faces out for recognition by the heads that a regressor sees in them, so also under covers. */
export type AlignPredicted = (photo: ImagePyramid, head: PredictedHead, out: Float32Array) => void;

/** The camera of a crop from −1 to 1. */
const unitCamera = { focal: cropFocal, cx: 0, cy: 0 };

export function alignmentInCrop(model: MorphableModel): AlignmentInCrop {
  const basis = pointBasis(model, model.landmarks.alignment5!);
  return ({ shape, expression, pose: { rotation, translation } }) => {
    const positions = evaluateBasis(basis, [...shape, ...expression], new Float64Array(15));
    const posed = transformPoints(rotation, translation, positions, new Float64Array(15));
    return project(posed, unitCamera, new Float32Array(10));
  };
}

/** @returns what writes an aligned face, 3×112×112 in the recognition network's range */
export function alignPredicted(model: MorphableModel): AlignPredicted {
  const alignment = alignmentInCrop(model);
  return (photo, head, out) => {
    const points = fromView(head.crop, alignment(head));
    sampleCrop(photo, alignmentCrop(points), recognitionNormalisation, out);
  };
}
