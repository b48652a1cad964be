import { alignmentCrop } from '../../detect/alignment.js';
import { sampleCrop } from '../../detect/crop.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { project, transformPoints } from '../../math/camera.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { evaluateBasis, pointBasis, type PointBasis } from '../../model/point-basis.js';
import { cropFocal } from '../code.js';
import { fromView } from '../face-view.js';
import type { PredictedHead } from '../head-predictor.js';
import { recognitionNormalisation } from '../recognition.js';

/** Cuts faces out for recognition by the heads that a regressor sees in them, so also under covers. */
export type AlignPredicted = (photo: ImagePyramid, head: PredictedHead, out: Float32Array) => void;

/** The camera of a crop from −1 to 1. */
const unitCamera = { focal: cropFocal, cx: 0, cy: 0 };

/** @returns what writes an aligned face, 3×112×112 in the recognition network's range */
export function alignPredicted(model: MorphableModel): AlignPredicted {
  const basis: PointBasis = pointBasis(model, model.landmarks.alignment5!);
  return (photo, head, out) => {
    const coefficients = [...head.shape, ...head.expression];
    const positions = evaluateBasis(basis, coefficients, new Float64Array(15));
    const { rotation, translation } = head.pose;
    const posed = transformPoints(rotation, translation, positions, new Float64Array(15));
    const points = fromView(head.crop, project(posed, unitCamera, new Float64Array(10)));
    sampleCrop(photo, alignmentCrop(points), recognitionNormalisation, out);
  };
}
