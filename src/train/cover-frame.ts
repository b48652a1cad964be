import { axesOf, type CoverFrame } from '../data/occlusion/face-covers.js';
import type { Crop } from '../detect/crop.js';
import { toView, type FaceBox } from '../network/face-view.js';
import type { LabelledFace } from './labelled-faces.js';

/** Of the 68: the eyes, the right one first, and the mouth, first and behind the last. */
const EYES = [
  [36, 42],
  [42, 48],
] as const;
const MOUTH = [48, 68] as const;

/**
 * Where a face lies in its crop.
 * @param face the detector's box and the face's roll, in the photo
 * @param points 68 pairs, pixels of the crop
 */
export function coverFrame(
  crop: Crop,
  { box, roll }: { readonly box: FaceBox; readonly roll: number },
  points: ArrayLike<number>,
): CoverFrame {
  const [x, y] = toView(crop, [box.x + box.width / 2, box.y + box.height / 2]) as unknown as [number, number];
  const lean = ((roll - crop.roll) * Math.PI) / 180;
  const [right, left] = EYES.map(([from, to]) => middleOf(points, from, to));
  return {
    centreX: ((x + 1) / 2) * crop.width,
    centreY: ((y + 1) / 2) * crop.height,
    size: box.width / crop.scale,
    // Anticlockwise in a picture whose y points down.
    up: [-Math.sin(lean), -Math.cos(lean)],
    apart: [left![0] - right![0], left![1] - right![1]],
    eyes: [(left![0] + right![0]) / 2, (left![1] + right![1]) / 2],
    mouth: middleOf(points, ...MOUTH),
  };
}

/** The same of a face that a detector is taught. */
export function coverFrameOf({ keypoints: k, ...face }: LabelledFace): CoverFrame {
  return {
    ...face,
    apart: [k[2]! - k[0]!, k[3]! - k[1]!],
    eyes: [(k[0]! + k[2]!) / 2, (k[1]! + k[3]!) / 2],
    mouth: [k[6]!, k[7]!],
  };
}

/** Right and down of a pixel of a view from the middle between the eyes, in sizes of the face. */
export function fromEyes(frame: CoverFrame, size: number): (at: number) => readonly [number, number] {
  const [centreX, centreY] = frame.eyes;
  const { toFace } = axesOf({ ...frame, centreX, centreY });
  return (at) => toFace((at % size) + 0.5, Math.floor(at / size) + 0.5);
}

function middleOf(points: ArrayLike<number>, from: number, to: number): [number, number] {
  const sum: [number, number] = [0, 0];
  for (let k = from; k < to; k++) for (const axis of [0, 1]) sum[axis]! += points[2 * k + axis]!;
  return [sum[0] / (to - from), sum[1] / (to - from)];
}
