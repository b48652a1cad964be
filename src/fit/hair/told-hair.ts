import type { FaceHair } from '../../network/identity/face-hair.js';
import type { ParsedHair } from '../../network/parsing/face-parser.js';

/** Share of a parser's logits beside a face's: parsers are surer of hair than they are right. */
export const PARSER_SHARE = 0.8;
/** What a parser thinks impossible may be so. */
const LEAST = 1e-6;

/**
 * How likely each word for hair is, by what a parser sees and by what the face tells (a product of experts,
 * Hinton 2002).
 */
export function toldHair(parsed: ParsedHair, face: FaceHair | undefined): ParsedHair {
  if (!face) return parsed;
  return {
    lengths: product(parsed.lengths, face.lengths),
    curls: product(parsed.curls, face.curls),
    tones: product(parsed.tones, face.tones),
  };
}

/** The logits that a parser's likelihoods count as. */
export const parserLogits = (likelihoods: Float32Array): Float32Array =>
  likelihoods.map((value) => PARSER_SHARE * Math.log(value + LEAST));

/** @param likelihoods 0…1 @param logits of the same choices */
function product(likelihoods: Float32Array, logits: Float32Array): Float32Array {
  const sums = parserLogits(likelihoods).map((value, k) => value + logits[k]!);
  const most = Math.max(...sums);
  const parts = sums.map((value) => Math.exp(value - most));
  const total = parts.reduce((sum, value) => sum + value, 0);
  return parts.map((value) => value / total);
}
