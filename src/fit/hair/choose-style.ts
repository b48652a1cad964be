import { hairCurls, hairLengths, type HairLength, type HairStyle } from '../../model/hair-file.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import type { ParsedHair } from '../../network/parsing/face-parser.js';
import type { HairEvidence } from './hair-evidence.js';
import { hairByHeight, matchStyle, type HairAtHeight, type StyleMatch } from './style-outlines.js';

/** What a photo says of hair. */
export interface StyleChoice {
  readonly length: HairLength;
  /** None for the bald and the shaved. */
  readonly worn: StyleMatch | undefined;
  /** How sure the choice is, 0…1. */
  readonly sure: number;
}

/** Heads whose scalp shows less hair than this share are bald. */
const BALD = 0.22;
/** Hair that stands out from the skull by less is a shade, mm. */
const SHAVED = 2.2;
/** Share of the scalp that must be seen to tell the bald and the shaved. */
const SEEN = 0.6;
/** Share from which hair is told to reach a height. */
const REACHED = 0.45;
/** The same for shoulders: hair that touches them is not long yet. */
const BEYOND = 0.55;
/** A side with less hair than this is bare: backgrounds are mistaken for hair on one side, as a rule. */
const BARE = { jaw: 0.36, neck: 0.25 };
/** Less than this beside the ear lobes, and what is seen below is no hair: a collar, a beard. */
const LOOSE = 0.33;
/** Heights of the neutral head, mm: at ears, lobes, jaw, chin and neck, and on the shoulders. */
const HEIGHTS = [0, -25, -70, -110, -150, -300] as const;
/** The style that tells how far hair reaches, and its volume. */
const GAUGE = { name: 'long01', volume: 1.25 };
/** The volumes in which styles are tried. */
const VOLUMES: Readonly<Record<string, readonly number[]>> = {
  afro01: [0.8, 1.2, 1.6, 2],
  short: [0.75, 1.05, 1.4],
  medium: [1, 1.25, 1.5],
  long: [1, 1.25, 1.5],
};
/** Hair that is curled as likely as this may be an afro, however far it reaches, unless it is tied. */
const CURLED = 0.5;
/** Short hair is one from here on: below, it is wavy more often than not. */
const SHORT_CURLED = 0.65;
/** The style of curls: short ones are nothing else, others by their outline. */
const CURLS = 'afro01';
/** What is plain where nothing is known. */
const PLAIN = 'short01';
/** Overlap that styles are thought worse by: they suit fewer people. */
const RARER: Readonly<Record<string, number>> = { afro01: 0.1, short03: 0.06, short04: 0.03 };
/** Hangs over one eye, and combed out of the face its strands stand out: worn only where it is asked for. */
const ONLY_ASKED = 'bob01';

/**
 * The style whose outline agrees best with the hair of a photo, of those as long as it. The length is what
 * the parser says; with a parser that does not, what the outline says, which is right less often
 * (docs/avatars.md).
 */
export function chooseStyle(
  model: MorphableModel,
  styles: readonly HairStyle[],
  evidence: HairEvidence,
  parsed: ParsedHair | undefined,
): StyleChoice {
  const { scalp } = evidence;
  const told = parsed ? Math.max(...parsed.lengths) : 1;
  const length = parsed ? hairLengths[parsed.lengths.indexOf(told)]! : seenLength(model, styles, evidence);
  const curly = parsed ? curledness(parsed) : 0;
  if (length === 'bald') return { length, worn: undefined, sure: told * scalp.known };
  if (length === 'shaved') return { length, worn: undefined, sure: 0.5 * told * scalp.known };
  const suited = styles.filter((style) => suits(style, length, scalp.known, curly));
  const matches = suited.flatMap((style) =>
    (VOLUMES[style.name] ?? VOLUMES[style.length] ?? [1]).map((volume) =>
      matchStyle(model, { style, volume }, evidence),
    ),
  );
  const merit = ({ style, overlap }: StyleMatch): number =>
    overlap - (RARER[style.name] ?? 0) * (style.name === CURLS ? 1 - 2 * curly : 1);
  const worn = matches.reduce<StyleMatch | undefined>(
    (best, match) => (!best || merit(match) > merit(best) ? match : best),
    undefined,
  );
  // An afro hides the neck behind it, and does not hang down.
  const reach = worn?.style.name === CURLS && length === 'long' ? 'medium' : length;
  return { length: reach, worn, sure: told * Math.min(1, 1.4 * (worn?.overlap ?? 0)) * scalp.known };
}

/**
 * How far down hair is seen beside face, neck and shoulders; the bald have none on their scalp, and that of
 * the shaved does not stand out.
 */
function seenLength(model: MorphableModel, styles: readonly HairStyle[], evidence: HairEvidence): HairLength {
  const { scalp } = evidence;
  const length = seenReach(model, styles, evidence);
  if (length !== 'short' || scalp.known <= SEEN) return length;
  if (scalp.hairy < BALD) return 'bald';
  return scalp.thickness < SHAVED ? 'shaved' : 'short';
}

function seenReach(
  model: MorphableModel,
  styles: readonly HairStyle[],
  evidence: HairEvidence,
): 'short' | 'medium' | 'long' {
  const gauge = styles.find(({ name }) => name === GAUGE.name);
  if (!gauge) return 'short';
  const gauged = { style: gauge, volume: GAUGE.volume };
  const [, lobes, jaw, neck, shoulders] = hairByHeight(model, gauged, evidence, HEIGHTS) as [
    HairAtHeight,
    HairAtHeight,
    HairAtHeight,
    HairAtHeight,
    HairAtHeight,
    HairAtHeight,
  ];
  const reaches = ({ mean, barer }: HairAtHeight, bare: number): boolean => barer >= bare && mean >= REACHED;
  if (lobes.mean < LOOSE || !reaches(jaw, BARE.jaw)) return 'short';
  return reaches(neck, BARE.neck) && shoulders.mean >= BEYOND ? 'long' : 'medium';
}

function suits(style: HairStyle, length: HairLength, known: number, curly: number): boolean {
  if (length === 'short' && known < 1 - SEEN) return style.name === PLAIN;
  if (style.name === ONLY_ASKED) return false;
  if (length === 'short' && curly > SHORT_CURLED) return style.name === CURLS;
  if (style.name === CURLS) return curly > CURLED && length !== 'tied' && length !== 'short';
  return style.length === length;
}

/** How likely hair is curled, 0…1. */
function curledness({ curls }: ParsedHair): number {
  return curls[hairCurls.indexOf('curly')]! + curls[hairCurls.indexOf('coily')]!;
}
