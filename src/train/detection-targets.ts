import { smoothstep } from '../math/smoothstep.js';
import { anchorCentres } from '../detect/anchors.js';
import { plainValues, valuesPerAnchor } from '../detect/detection.js';
import type { LabelledFace } from './labelled-faces.js';
import type { Batch } from './step-graph.js';

/** A view of a picture as a detector sees it in training, pixels of the view. */
export interface DetectionView {
  /** 3×side×side, −1…1. */
  readonly image: Float32Array;
  readonly faces: readonly LabelledFace[];
  /** What a detector said of the view before anything was put over it. */
  readonly taught?: TaughtAnchors;
}

/** What a teacher says of a view. */
export interface TaughtAnchors {
  /** A: 0…1. */
  readonly score: Float32Array;
  /** A×16, pixels from the anchor; `plainValues`. */
  readonly places: Float32Array;
}

/** Width and height of the views; a multiple of 32. */
export const detectionSide = 192;

/**
 * Which faces the anchors of a cell are for, sides of their boxes in input pixels: none from the first on,
 * all from the second to the third, none beyond the fourth. The anchors of the finer grid come first.
 * Measured on the network as MediaPipe trained it, 60 portraits at nine sizes.
 */
const anchorRanges: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 45, 66],
  [0, 0, 64, 112],
  [64, 96, 130, 215],
  [80, 122, 170, 260],
  [105, 152, 205, 300],
  [140, 185, 250, 350],
  [165, 215, 300, 420],
  [230, 290, 1000, 1000],
];
/** Anchors of the finer and of the coarser grid in a cell. */
const perCell = [2, 6] as const;
/** Distance from a face's middle at which its anchors are half sure, in its sides, and at least, pixels. */
const HALF_WAY = 0.27;
const LEAST_HALF_WAY = 10;
/** Where no anchor belongs more than this to a face, its middle lies outside the view. */
const FAR = 0.15;
/** What a network that is never quite sure is asked for. */
export const SURE = 0.95;
/** From this target on it also learns where the face is. */
export const PLACED = 0.3;

/** How much an anchor of a kind is meant for a face of a size at a distance, 0…1. */
function belonging(kind: number, size: number, distance: number): number {
  const [none, from, to, over] = anchorRanges[kind]!;
  const grow = size >= from ? 1 : (size - none) / (from - none);
  const shrink = size <= to ? 1 : (over - size) / (over - to);
  const half = Math.max(LEAST_HALF_WAY, HALF_WAY * size);
  const near = 1.5 - distance / half;
  return smoothstep(0, 1, Math.min(grow, shrink)) * smoothstep(0, 1, near);
}

const anchors = anchorCentres(detectionSide, detectionSide);
/** Of a view. */
export const anchorCount = anchors.length / 2;
const fineAnchors = (perCell[0] * detectionSide ** 2) / 16 ** 2;

const kindOf = (anchor: number): number =>
  anchor < fineAnchors ? anchor % perCell[0] : perCell[0] + ((anchor - fineAnchors) % perCell[1]);

/** What the anchors of a view should say. */
interface AnchorTargets {
  /** A: 0…1. */
  readonly score: Float32Array;
  /** A: how much the score counts. */
  readonly weight: Float32Array;
  /** A×21, as the network's output `boxes`. */
  readonly values: Float32Array;
}

/** Scores of a teacher that are none, and from which it is sure enough to be believed. */
const UNSEEN = 0.05;
const SEEN = 0.5;
/** Between these, a target counts less, and above the second, more. */
const VAGUE = 0.1;
const CLEAR = 0.4;

/**
 * Targets of one view. A teacher knows best which anchors see a face; where it misses one that is known, as
 * profiles, geometry says; where it sees one that is none, nothing is there.
 */
export function anchorTargets({ faces, taught }: Pick<DetectionView, 'faces' | 'taught'>): AnchorTargets {
  const score = new Float32Array(anchorCount);
  const weight = new Float32Array(anchorCount).fill(1);
  const values = new Float32Array(anchorCount * valuesPerAnchor);
  const doubt = new Float32Array(anchorCount);
  for (const face of faces) {
    const parts = belongings(face);
    const near = nearness(face);
    const isTaught =
      taught && taught.score.some((value, anchor) => near[anchor]! > 0 && value > SEEN && !face.doubtful);
    for (let anchor = 0; anchor < anchorCount; anchor++) {
      if (face.doubtful) doubt[anchor] = Math.max(doubt[anchor]!, near[anchor]!, parts[anchor]!);
      else if (isTaught) {
        if (near[anchor] === 0 || taught.score[anchor]! < Math.max(UNSEEN, score[anchor]!)) continue;
        score[anchor] = Math.min(SURE, taught.score[anchor]!);
        writeValues(face, anchor, values);
        const places = taught.places.subarray(anchor * plainValues, (anchor + 1) * plainValues);
        values.set(places, anchor * valuesPerAnchor);
      } else if (SURE * parts[anchor]! > score[anchor]!) {
        score[anchor] = SURE * parts[anchor]!;
        writeValues(face, anchor, values);
      }
    }
  }
  for (let anchor = 0; anchor < anchorCount; anchor++) {
    // Between the anchors that are for a face and those that are not, anything will do.
    const t = score[anchor]!;
    if (t > CLEAR) weight[anchor] = 2;
    else if (t > VAGUE) weight[anchor] = 0.3;
    else if (doubt[anchor]! > 0.02) weight[anchor] = 0;
    if (t < PLACED) values.fill(0, anchor * valuesPerAnchor, (anchor + 1) * valuesPerAnchor);
  }
  return { score, weight, values };
}

/** 1 for anchors in a face's box, where a teacher that fires means that face. */
function nearness({ size, centreX, centreY }: LabelledFace): Float32Array {
  const reach = Math.max(LEAST_HALF_WAY, 0.55 * size) + 8;
  return Float32Array.from({ length: anchorCount }, (_, anchor) => {
    const dx = Math.abs(centreX - anchors[2 * anchor]!);
    const dy = Math.abs(centreY - anchors[2 * anchor + 1]!);
    return Math.max(dx, dy) < reach ? 1 : 0;
  });
}

/** How much each anchor is meant for a face, 0…1; wherever it lies, 1 for one of them, if any is near. */
function belongings({ size, centreX, centreY }: LabelledFace): Float32Array {
  const parts = new Float32Array(anchorCount);
  for (let anchor = 0; anchor < anchorCount; anchor++) {
    const distance = Math.hypot(centreX - anchors[2 * anchor]!, centreY - anchors[2 * anchor + 1]!);
    parts[anchor] = belonging(kindOf(anchor), size, distance);
  }
  const most = parts.reduce((largest, part) => Math.max(largest, part), 0);
  return most < FAR ? parts : parts.map((part) => part / most);
}

function writeValues(face: LabelledFace, anchor: number, values: Float32Array): void {
  const at = anchor * valuesPerAnchor;
  const x = anchors[2 * anchor]!;
  const y = anchors[2 * anchor + 1]!;
  values.set([face.centreX - x, face.centreY - y, face.size, face.size], at);
  for (let k = 0; k < 12; k++) values[at + 4 + k] = face.keypoints[k]! - (k % 2 === 0 ? x : y);
  values.set(face.forward, at + 16);
  values.set(face.up, at + 19);
}

/** What was taught of two views, of which the second lies in a rectangle of the first. */
export function mixTaught(
  first: TaughtAnchors | undefined,
  second: TaughtAnchors | undefined,
  inside: (x: number, y: number) => boolean,
): TaughtAnchors | undefined {
  if (!first || !second) return undefined;
  const score = first.score.slice();
  const places = first.places.slice();
  for (let anchor = 0; anchor < anchorCount; anchor++) {
    if (!inside(anchors[2 * anchor]!, anchors[2 * anchor + 1]!)) continue;
    const at = anchor * plainValues;
    score[anchor] = second.score[anchor]!;
    places.set(second.places.subarray(at, at + plainValues), at);
  }
  return { score, places };
}

/** Views and what a detector should say of them, for `detectionGraph`. */
export function detectionBatch(views: readonly DetectionView[]): Batch {
  const image = new Float32Array(views.length * 3 * detectionSide ** 2);
  const score = new Float32Array(views.length * anchorCount);
  const weight = new Float32Array(views.length * anchorCount);
  const boxes = new Float32Array(views.length * anchorCount * valuesPerAnchor);
  views.forEach((view, k) => {
    const targets = anchorTargets(view);
    image.set(view.image, k * view.image.length);
    score.set(targets.score, k * anchorCount);
    weight.set(targets.weight, k * anchorCount);
    boxes.set(targets.values, k * anchorCount * valuesPerAnchor);
  });
  const count = views.length;
  return {
    image: { dims: [count, 3, detectionSide, detectionSide], data: image },
    score: { dims: [count, anchorCount], data: score },
    weight: { dims: [count, anchorCount], data: weight },
    boxes: { dims: [count, anchorCount, valuesPerAnchor], data: boxes },
  };
}
