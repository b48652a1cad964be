import { InvalidArgumentError } from 'commander';

/** Parsers of option values: they return the value, or throw commander's error with what was expected. */

/** One of some names. */
export function oneOf<T extends string>(known: readonly T[]): (value: string) => T {
  return (value) => {
    const found = known.find((name) => name === value);
    if (found === undefined) throw new InvalidArgumentError(`Expected ${known.join(', ')}.`);
    return found;
  };
}

/** Some of these names, separated by commas; each counts once. */
export function listOf<T extends string>(known: readonly T[]): (value: string) => T[] {
  const one = oneOf(known);
  return (value) => [...new Set(value.split(',').map((part) => one(part.trim().toLowerCase())))];
}

/** A whole number of at least 1. */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return number;
}

/** A whole number within bounds, both included. */
export function integerWithin(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`Expected a whole number, ${least}…${most}.`);
    return number;
  };
}

/**
 * Any number within bounds, both included.
 * @param what names the quantity in the error, such as `millimetres`
 */
export function numberWithin(least: number, most: number, what: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !(number >= least && number <= most))
      throw new InvalidArgumentError(`Expected ${what}, ${least}…${most}.`);
    return number;
  };
}
