import type { CoverFrame } from '../data/occlusion/face-covers.js';
import type { Crop } from '../detect/crop.js';
import { toView, type FaceBox } from '../network/face-view.js';

/** Of the 68: the eyes and the mouth, first and behind the last. */
const EYES = [36, 48] as const;
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
  return {
    centreX: ((x + 1) / 2) * crop.width,
    centreY: ((y + 1) / 2) * crop.height,
    size: box.width / crop.scale,
    // Anticlockwise in a picture whose y points down.
    up: [-Math.sin(lean), -Math.cos(lean)],
    eyes: middleOf(points, ...EYES),
    mouth: middleOf(points, ...MOUTH),
  };
}

function middleOf(points: ArrayLike<number>, from: number, to: number): [number, number] {
  const sum: [number, number] = [0, 0];
  for (let k = from; k < to; k++) for (const axis of [0, 1]) sum[axis]! += points[2 * k + axis]!;
  return [sum[0] / (to - from), sum[1] / (to - from)];
}
