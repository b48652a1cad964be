import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from './errors.js';

export const corruptProtocols = ['reachocc', 'synchocc', 'noise', 'boxes'] as const;
export type CorruptProtocol = (typeof corruptProtocols)[number];

export interface CorruptFlags {
  readonly protocol: CorruptProtocol;
  readonly perImage: number;
  readonly seed: string;
  readonly out: string;
  readonly format: 'png' | 'jpg';
  /** 0…1. */
  readonly coverage?: number;
  readonly allFaces?: boolean;
}

function protocol(value: string): CorruptProtocol {
  const found = corruptProtocols.find((name) => name === value);
  if (!found) throw new InvalidArgumentError(`Expected ${corruptProtocols.join(', ')}.`);
  return found;
}

function format(value: string): 'png' | 'jpg' {
  if (value !== 'png' && value !== 'jpg') throw new InvalidArgumentError('Expected png or jpg.');
  return value;
}

function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return number;
}

function percent(value: string): number {
  const number = Number(value);
  if (!(number >= 1 && number <= 100)) throw new InvalidArgumentError('Expected percent, 1…100.');
  return number / 100;
}

/** `rogue corrupt <images or folders…>`. @param status receives the exit code of a finished run */
export function addCorruptCommand(program: Command, status: { code: number }): void {
  program
    .command('corrupt')
    .description('cover or degrade the faces of photos, for training and tests')
    .argument('<images or folders...>', 'JPEG, PNG, WebP, AVIF, GIF or TIFF files, or folders of them')
    .requiredOption(
      '--protocol <name>',
      'reachocc (plausible objects), synchocc (shapes and patches), noise, or boxes (grey)',
      protocol,
    )
    .option('--per-image <n>', 'how many versions of each face', positiveInteger, 3)
    .option('--seed <text>', 'the same seed gives the same files', '1')
    .option(
      '--coverage <percent>',
      'share of the face to hide (reachocc, synchocc); by default 10 to 70, evenly',
      percent,
    )
    .option('--all-faces', 'versions for every face of a photo, not only for the largest')
    .option('--format <type>', 'png or jpg', format, 'png')
    .option('-o, --out <folder>', 'where pictures, masks and manifest.jsonl go', 'out')
    .addHelpText('after', '\nExample:\n  rogue corrupt album/ --protocol reachocc --per-image 5 -o covered')
    .action(async (paths: string[], flags: CorruptFlags) => {
      const { corruptPhotos } = await import('./corrupt-photos.js');
      const allGood = await corruptPhotos(paths, flags);
      status.code = allGood ? exitCodes.good : exitCodes.failed;
    });
}
