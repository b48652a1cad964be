import { corrupt } from '../../evaluate/corruptions.js';
import { type CorruptionName } from '../../evaluate/corruption-names.js';
import type { CaseSource } from '../../evaluate/evaluate-faces.js';
import type { EvaluationMethod, FacePrediction } from '../../evaluate/prediction.js';
import { sampleCrop, type Crop } from '../../detect/crop.js';
import { ImagePyramid } from '../../detect/image-pyramid.js';
import { createImage, type Image } from '../../math/image.js';
import { encodeJpeg } from '../files/image-codec.js';

/** Side of a panel, pixels, how much of the face's box it shows, and JPEG quality. */
const SIDE = 320;
const REACH = 1.7;
const QUALITY = 82;
const predictedColour = [90, 230, 120];
const trueColour = [255, 255, 255];

/**
 * A case as a JPEG: the corrupted photo with true (white) and predicted (green) landmarks, and what the
 * method draws beside it.
 */
export async function drawCase(
  source: CaseSource,
  condition: CorruptionName,
  method: EvaluationMethod,
  seed: string,
  detect: boolean,
): Promise<Uint8Array | undefined> {
  const face = await source.open();
  if ('failed' in face) return undefined;
  const { image: photo } = await corrupt(
    face.truth.clean,
    condition,
    `${seed}/${source.id}`,
    face.corruption,
  );
  const prediction = await method.predict({
    photo,
    id: source.id,
    condition,
    place: detect ? undefined : face.place,
  });
  if ('failed' in prediction) return undefined;
  const { box } = face.place;
  const side = REACH * Math.max(box.width, box.height);
  const scale = side / SIDE;
  const crop: Crop = {
    centreX: box.x + box.width / 2,
    centreY: box.y + box.height / 2,
    scale,
    roll: 0,
    width: SIDE,
    height: SIDE,
  };
  const left = panelOf(photo, crop);
  for (const [points, colour] of [
    [face.truth.landmarks68, trueColour],
    [prediction.landmarks68, predictedColour],
  ] as const)
    if (points) dots(left, points, crop, colour);
  return encodeJpeg(beside(left, drawnPanel(prediction)), QUALITY);
}

function panelOf(photo: Image, crop: Crop): Image {
  const plane = SIDE * SIDE;
  const planes = new Float32Array(3 * plane);
  const image = createImage(SIDE, SIDE, 3);
  sampleCrop(new ImagePyramid(photo), crop, { gain: 1, offset: 0 }, planes, 0, 128);
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) image.data[3 * i + c] = Math.round(planes[c * plane + i]!);
  return image;
}

function drawnPanel({ rendering }: FacePrediction): Image | undefined {
  const drawn = rendering?.().image;
  return (
    drawn &&
    panelOf(drawn, {
      centreX: drawn.width / 2,
      centreY: drawn.height / 2,
      scale: drawn.width / SIDE,
      roll: 0,
      width: SIDE,
      height: SIDE,
    })
  );
}

/** Dots of 3×3 pixels. */
function dots(
  image: Image,
  points: ArrayLike<number>,
  { centreX, centreY, scale }: Crop,
  colour: readonly number[],
): void {
  for (let k = 0; k + 1 < points.length; k += 2) {
    const x = Math.floor((points[k]! - centreX) / scale + SIDE / 2);
    const y = Math.floor((points[k + 1]! - centreY) / scale + SIDE / 2);
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        if (x + dx >= 0 && y + dy >= 0 && x + dx < SIDE && y + dy < SIDE)
          image.data.set(colour, 3 * ((y + dy) * SIDE + x + dx));
      }
  }
}

function beside(left: Image, right: Image | undefined): Image {
  if (!right) return left;
  const image = createImage(2 * SIDE, SIDE, 3);
  const row = 3 * SIDE;
  for (let y = 0; y < SIDE; y++) {
    image.data.set(left.data.subarray(y * row, (y + 1) * row), 2 * y * row);
    image.data.set(right.data.subarray(y * row, (y + 1) * row), (2 * y + 1) * row);
  }
  return image;
}
