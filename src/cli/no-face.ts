import type { LikelyFace, NoFaceCause } from '../detect/no-face-cause.js';

/** Scores below this take more that is no face than faces. */
const LEAST_USEFUL_SCORE = 0.05;
const DEFAULT_SCORE = 0.35;
/** Degrees of roll that a box must tell. */
const LEAST_ROLL = 15;

/**
 * One line that says why a picture gave no head and what would help it.
 * @param scale pixels of the decoded picture per pixel of the file, in which the options count
 */
export function noFaceMessage(cause: NoFaceCause, scale: number): string {
  return `no face found; ${remedyFor(cause, scale)}`;
}

function remedyFor(cause: NoFaceCause, scale: number): string {
  switch (cause.kind) {
    case 'tiny':
      return `the picture is only ${cause.width}×${cause.height} pixels; use a larger one`;
    case 'transparent':
      return `${Math.round(100 * cause.share)} % of the picture are transparent and count as white; lay it on a background first`;
    case 'plain':
      return 'the picture is of one colour; use a photo of a face';
    case 'dark':
      return `the picture is very dark (mean brightness ${Math.round(cause.brightness)} of 255); brighten it first, or use one with more light`;
    case 'small':
      return `what may be one ${placeOf(cause.face, scale)} is too small; use a larger picture, or take it with ${smallOption(cause.face, scale)}`;
    case 'doubtful':
      return `what may be one ${placeOf(cause.face, scale)} is doubtful; if it is one, take it with ${doubtfulOption(cause.face, scale)}`;
    case 'none':
      return `also not upside down; use a photo in which a face is in view and at least ${Math.ceil(cause.minFace / scale)} pixels wide, look for smaller ones with --min-face, or say where it is with --box`;
  }
}

function placeOf({ box }: LikelyFace, scale: number): string {
  const [x, y, width] = [box.x + box.width / 2, box.y + box.height / 2, box.width];
  return `around ${[x, y].map((value) => Math.round(value / scale)).join(',')}, ${Math.round(width / scale)} pixels wide,`;
}

function smallOption({ box, threshold }: LikelyFace, scale: number): string {
  const option = `--min-face ${Math.max(4, Math.floor(box.width / scale))}`;
  return isLow(threshold) ? `${option} --min-score ${threshold}` : option;
}

function doubtfulOption({ box, roll, threshold }: LikelyFace, scale: number): string {
  const place = [box.x, box.y, box.width, box.height].map((value) => Math.round(value / scale));
  const turned = Math.abs(roll) > LEAST_ROLL ? [Math.round(roll)] : [];
  const option = `--box ${[...place, ...turned].join(',')}`;
  return isLow(threshold) ? `--min-score ${threshold}, or say where it is: ${option}` : option;
}

/** Whether a score is below the default, but not so low that it would take anything. */
function isLow(threshold: number): boolean {
  return threshold >= LEAST_USEFUL_SCORE && threshold < DEFAULT_SCORE;
}
