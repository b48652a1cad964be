/**
 * One face as the detector sees it, in the pixels of whatever image it is expressed in.
 *
 * `keypoints` are x, y of: right eye, left eye, nose tip, mouth centre, right ear, left ear (the subject's
 * right first).
 */
export interface Detection {
  readonly centreX: number;
  readonly centreY: number;
  readonly width: number;
  readonly height: number;
  /** 0…1. */
  readonly score: number;
  readonly keypoints: Float32Array;
  /** Of networks that tell. */
  readonly directions?: HeadDirections;
}

/** How a head stands in a picture: unit vectors. */
export interface HeadDirections {
  /** Where the nose points: x right, y down, z towards the camera. */
  readonly forward: readonly [number, number, number];
  /** Where the crown lies. */
  readonly up: readonly [number, number];
}

/** Degrees; signs as of `EulerAngles`. */
export interface RoughPose {
  /** 0 looks at the camera, ±90 is a profile, ±180 the back of the head. */
  readonly yaw: number;
  readonly pitch: number;
}

/**
 * Values per anchor in the `boxes` of a detector that was made without poses: centre x, y, width, height,
 * then six key points, input pixels from the anchor.
 */
export const plainValues = 16;
/**
 * Values per anchor with poses: also the direction in which the nose points (x right, y down, z towards the
 * camera) and the crown's direction in the picture (x, y), unit vectors.
 */
export const valuesPerAnchor = plainValues + 5;

/**
 * Detections of one network run above a score, in network input pixels. Boxes without a positive size are
 * dropped: the network emits some where it has no face in mind.
 *
 * @param scores one logit per anchor
 * @param boxes 16 values per anchor, or 21
 * @param anchors x, y per anchor
 */
export function decodeDetections(
  scores: Float32Array,
  boxes: Float32Array,
  anchors: Float32Array,
  threshold: number,
): Detection[] {
  const values = boxes.length / scores.length;
  const logitThreshold = Math.log(threshold / (1 - threshold));
  const found: Detection[] = [];
  for (let k = 0; k < scores.length; k++) {
    if (scores[k]! < logitThreshold) continue;
    const at = k * values;
    const x = anchors[2 * k]!;
    const y = anchors[2 * k + 1]!;
    const width = boxes[at + 2]!;
    const height = boxes[at + 3]!;
    if (!(width > 0 && height > 0)) continue;
    const keypoints = Float32Array.from({ length: 12 }, (_, i) => boxes[at + 4 + i]! + (i % 2 === 0 ? x : y));
    const score = 1 / (1 + Math.exp(-scores[k]!));
    const centre = { centreX: boxes[at]! + x, centreY: boxes[at + 1]! + y };
    const directions = values > plainValues && directionsAt(boxes, at + plainValues);
    found.push({ ...centre, width, height, score, keypoints, ...(directions && { directions }) });
  }
  return found;
}

function directionsAt(values: Float32Array, at: number): HeadDirections {
  const [x, y, z, upX, upY] = values.subarray(at, at + 5) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const length = Math.hypot(x, y, z) || 1;
  const height = Math.hypot(upX, upY) || 1;
  return { forward: [x / length, y / length, z / length], up: [upX / height, upY / height] };
}

/** Area of the intersection over the area of the union of two boxes. */
export function intersectionOverUnion(a: Detection, b: Detection): number {
  const shared = intersection(a, b);
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** The part of the smaller box that lies in the other, 0…1. */
export function intersectionOverSmaller(a: Detection, b: Detection): number {
  return intersection(a, b) / Math.min(a.width * a.height, b.width * b.height);
}

function intersection(a: Detection, b: Detection): number {
  const width = overlap(a.centreX, a.width, b.centreX, b.width);
  const height = overlap(a.centreY, a.height, b.centreY, b.height);
  return width * height;
}

function overlap(centreA: number, sizeA: number, centreB: number, sizeB: number): number {
  const end = Math.min(centreA + sizeA / 2, centreB + sizeB / 2);
  const start = Math.max(centreA - sizeA / 2, centreB - sizeB / 2);
  return Math.max(0, end - start);
}

/** Degrees by which the line through the eyes is turned, anticlockwise in the picture. */
export function eyeRoll(keypoints: Float32Array): number {
  return (Math.atan2(keypoints[1]! - keypoints[3]!, keypoints[2]! - keypoints[0]!) * 180) / Math.PI;
}

/** Degrees of yaw from which the eyes hide each other, so that their line says little. */
const SIDEWAYS = 50;
const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** Degrees by which a face is turned in the picture, anticlockwise: by its eyes, in profile by its crown. */
export function rollOf({ keypoints, directions }: Pick<Detection, 'keypoints' | 'directions'>): number {
  if (!directions || Math.abs(poseOf(directions).yaw) < SIDEWAYS) return eyeRoll(keypoints);
  return crownRoll(directions);
}

/** Degrees by which the crown is turned in the picture, anticlockwise. */
export function crownRoll({ up: [x, y] }: Pick<HeadDirections, 'up'>): number {
  return degrees(Math.atan2(-x, -y));
}

/** How a head is turned, once it stands upright in the picture. */
export function poseOf({ forward: [x, y, z], up: [upX, upY] }: HeadDirections): RoughPose {
  const right = -x * upY + y * upX;
  const down = -x * upX - y * upY;
  return {
    yaw: degrees(Math.atan2(right, z)),
    pitch: degrees(Math.asin(Math.max(-1, Math.min(1, down)))),
  };
}

/** Degrees between two directions, 0…180. */
export function turnBetween(a: number, b: number): number {
  return Math.abs(((a - b + 900) % 360) - 180);
}

/**
 * One detection per face: the best of each group of overlapping ones, with position and size averaged over
 * the group by score, which is steadier than the best alone (Bazarevsky et al. 2019, section 3.4). The score
 * stays the best one's.
 *
 * Only detections of about the same score and direction enter the average: on turned faces some anchors see
 * the head the other way up, and a mean of the two is neither.
 * @param overlapAbove intersection over union from which two detections are the same face
 */
export function mergeOverlapping(detections: readonly Detection[], overlapAbove = 0.3): Detection[] {
  let rest = [...detections].sort((a, b) => b.score - a.score);
  const merged: Detection[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const group = rest.filter((other) => other === best || intersectionOverUnion(best, other) > overlapAbove);
    rest = rest.filter((other) => !group.includes(other));
    const roll = rollOf(best);
    const agreeing = group.filter(
      (other) => other.score > 0.7 * best.score && turnBetween(rollOf(other), roll) < 30,
    );
    merged.push(averageByScore(agreeing));
  }
  return merged;
}

function averageByScore(group: readonly Detection[]): Detection {
  const total = group.reduce((sum, { score }) => sum + score, 0);
  const mean = (value: (detection: Detection) => number): number =>
    group.reduce((sum, detection) => sum + value(detection) * detection.score, 0) / total;
  return {
    centreX: mean((d) => d.centreX),
    centreY: mean((d) => d.centreY),
    width: mean((d) => d.width),
    height: mean((d) => d.height),
    score: group[0]!.score,
    keypoints: group[0]!.keypoints.map((_, i) => mean((d) => d.keypoints[i]!)),
    ...(group[0]!.directions && { directions: group[0]!.directions }),
  };
}
