import type { Command } from 'commander';
import { exitCodes } from './errors.js';
import type { CorruptFlags } from './corrupt-photos.js';
import type { CorruptProtocol } from './make-corruptions.js';
import { integerWithin, numberWithin, oneOf, positiveInteger } from './option-values.js';
import { shardOf } from './shard.js';

const protocols: readonly CorruptProtocol[] = ['reachocc', 'synchocc', 'noise', 'boxes'];

const percent = numberWithin(1, 100, 'percent');

/** `rogue corrupt <images or folders…>`. @param status receives the exit code of a finished run */
export function addCorruptCommand(program: Command, status: { code: number }): void {
  program
    .command('corrupt')
    .description('cover or degrade the faces of photos, for training and tests')
    .argument(
      '<images or folders...>',
      'JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP files, or folders of them',
    )
    .requiredOption(
      '--protocol <name>',
      'reachocc (plausible objects), synchocc (shapes and patches), noise, or boxes (grey)',
      oneOf(protocols),
    )
    .option('--per-image <n>', 'how many versions of each face', positiveInteger, 3)
    .option('--seed <text>', 'the same seed gives the same files', '1')
    .option(
      '--coverage <percent>',
      'share of the face to hide (reachocc, synchocc); by default 10 to 70, evenly',
      (value: string) => percent(value) / 100,
    )
    .option('--all-faces', 'versions for every face of a photo, not only for the largest')
    .option('--format <type>', 'png or jpg', oneOf(['png', 'jpg']), 'png')
    .option('-o, --out <folder>', 'where pictures, masks and manifest.jsonl go', 'out')
    .option('--jobs <n>', 'how many photos to work on at a time, some 400 MB each', integerWithin(1, 64), 1)
    .option('--again', 'make anew what an earlier run has made; else it goes on where that stopped')
    .option(
      '--shard <k/n>',
      'only the k-th of n parts, for several machines; "rogue merge" joins their lists',
      shardOf,
    )
    .addHelpText('after', '\nExample:\n  rogue corrupt album/ --protocol reachocc --per-image 5 -o covered')
    .action(async (paths: string[], flags: CorruptFlags) => {
      const { corruptPhotos } = await import('./corrupt-photos.js');
      const allGood = await corruptPhotos(paths, flags);
      status.code = allGood ? exitCodes.good : exitCodes.failed;
    });
}
