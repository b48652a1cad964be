import type { FaceHair } from '../../network/identity/face-hair.js';
import type { ParsedHair } from '../../network/parsing/face-parser.js';

/** Share of a parser's logits beside a face's: parsers are surer of hair than they are right. */
export const PARSER_SHARE = 0.8;
/** What a parser thinks impossible may be so. */
const LEAST = 1e-6;

/**
 * How likely each word for hair is, by what a parser sees and by what the face tells (a product of experts,
 * Hinton 2002).
 * @param known how far the face is believed, 0…1
 */
export function toldHair(parsed: ParsedHair, face: FaceHair | undefined, known = 1): ParsedHair {
  if (!face) return parsed;
  return {
    lengths: product(parsed.lengths, face.lengths, known),
    curls: product(parsed.curls, face.curls, known),
    tones: product(parsed.tones, face.tones, known),
  };
}

/** The logits that a parser's likelihoods count as. */
export const parserLogits = (likelihoods: Float32Array): Float32Array =>
  likelihoods.map((value) => PARSER_SHARE * Math.log(value + LEAST));

/** @param likelihoods 0…1 @param logits of the same choices, and how far they count */
function product(likelihoods: Float32Array, logits: Float32Array, share: number): Float32Array {
  const sums = parserLogits(likelihoods).map((value, k) => value + share * logits[k]!);
  const most = Math.max(...sums);
  const parts = sums.map((value) => Math.exp(value - most));
  const total = parts.reduce((sum, value) => sum + value, 0);
  return parts.map((value) => value / total);
}
