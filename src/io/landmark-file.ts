import { readNpy } from './npy.js';

/** A landmark file that cannot be used. The message is one line. */
export class LandmarkFileError extends Error {
  override readonly name = 'LandmarkFileError';
}

/**
 * MATLAB counts pixels from 1, we from 0 with centres at ½: the middle of the first pixel is 1 there and ½
 * here.
 */
const FROM_MATLAB = -0.5;

/**
 * Points of an iBUG `.pts` file, pairs, in our pixels.
 * @throws LandmarkFileError for another file
 */
export function readPts(text: string): number[] {
  const open = text.indexOf('{');
  const close = text.indexOf('}', open);
  const promised = /n_points:\s*(\d+)/.exec(text.slice(0, Math.max(0, open)))?.[1];
  if (close < 0 || promised === undefined)
    throw new LandmarkFileError('it is no .pts file with n_points and a list in braces');
  const numbers = numbersOf(text.slice(open + 1, close));
  if (numbers.length !== 2 * Number(promised))
    throw new LandmarkFileError(`it promises ${promised.slice(0, 20)} points and has ${numbers.length / 2}`);
  return numbers.map((value) => value + FROM_MATLAB);
}

/**
 * Points of a text with a row of numbers each, or of a `.npy` array `[N, dimensions]`.
 * @throws LandmarkFileError, NpyError
 */
export function readPoints(bytes: Uint8Array, dimensions: number): number[] {
  if (bytes[0] === 0x93) {
    const { shape, data } = readNpy(bytes);
    if (shape.at(-1) !== dimensions)
      throw new LandmarkFileError(`it is [${shape.join(', ')}]; expected rows of ${dimensions} numbers`);
    return Array.from(data);
  }
  const numbers = numbersOf(new TextDecoder().decode(bytes));
  if (numbers.length === 0 || numbers.length % dimensions !== 0)
    throw new LandmarkFileError(`it holds ${numbers.length} numbers; expected rows of ${dimensions}`);
  return numbers;
}

function numbersOf(text: string): number[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const numbers = words.map(Number);
  const wrong = numbers.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new LandmarkFileError(`"${words[wrong]!.slice(0, 20)}" is no number`);
  return numbers;
}
