import { InvalidArgumentError, type Command } from 'commander';
import type { GivenBox } from '../detect/find-faces.js';
import type { ReconstructMethod, TextureSource } from '../fit/reconstruction.js';
import { exitCodes } from './errors.js';
import { avatarSettingsOf, addAvatarOptions, type AvatarFlags } from './avatar-flags.js';
import { formats, usualFormats } from './face-formats.js';
import { integerWithin, listOf, numberWithin, oneOf, positiveInteger } from './option-values.js';
import type { ReconstructFlags } from './reconstruct-photos.js';
import { shardOf } from './shard.js';

const methods: readonly ReconstructMethod[] = ['refine', 'network', 'landmarks'];
const textureSources: readonly TextureSource[] = ['photo', 'model', 'none'];

type Flags = Omit<ReconstructFlags, 'avatar' | 'vrm'> & AvatarFlags;

function box(value: string): GivenBox {
  const numbers = value.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [x, y, width, height, roll] = numbers;
  const fits = (numbers.length === 4 || numbers.length === 5) && numbers.every(Number.isFinite);
  if (!fits || !(width! > 0 && height! > 0) || Math.abs(roll ?? 0) > 360)
    throw new InvalidArgumentError('Expected x,y,width,height in pixels, and perhaps the roll in degrees.');
  return { x: x!, y: y!, width: width!, height: height!, ...(roll !== undefined && { roll }) };
}

/** `rogue reconstruct <images or folders…>`. @param status receives the exit code of a finished run */
export function addReconstructCommand(program: Command, status: { code: number }): void {
  const command = program
    .command('reconstruct')
    .description('reconstruct a 3D head from every face of photos')
    .argument(
      '<images or folders...>',
      'JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP files, or folders of them',
    )
    .option('-o, --out <folder>', 'where results go: <folder>/<image>/face-<k>/', 'out')
    .option(
      '--format <list>',
      'what to write, comma-separated: glb, obj, png (overlay), json, vrm, usdz',
      listOf(formats),
      [...usualFormats],
    )
    .option('--texture <source>', "the skin's colour: photo, model or none", oneOf(textureSources), 'photo');
  addAvatarOptions(command)
    .option('--max-faces <n>', 'only the n largest faces of each photo', positiveInteger)
    .option(
      '--focal-35mm <mm>',
      "the camera's focal length in 35 mm terms, where the file does not tell it",
      numberWithin(5, 2000, 'millimetres'),
    )
    .option(
      '--method <name>',
      'how the head is found: refine (default), network or landmarks',
      oneOf(methods),
    )
    .option('--network <file>', 'a head regressor of your own, written by "rogue export"')
    .option(
      '--min-face <px>',
      "the smallest faces to look for, brows to chin (default: 80, or 4 % of the photo's width)",
      numberWithin(4, 65_535, 'pixels'),
    )
    .option(
      '--min-score <score>',
      'how sure a face must be (default: 0.5); less finds more covered faces, and more that are none',
      numberWithin(0.05, 0.99, 'a score'),
    )
    .option(
      '--box <x,y,width,height[,roll]>',
      'where the face is, brows to chin, in pixels, when it is not found, and how far it is turned anticlockwise, in degrees; one photo only',
      box,
    )
    .option('--jobs <n>', 'how many photos to work on at a time, some 400 MB each', integerWithin(1, 64), 1)
    .option('--again', 'make anew what an earlier run has made; else it goes on where that stopped')
    .option(
      '--shard <k/n>',
      'only the k-th of n parts, for several machines; "rogue merge" joins their lists',
      shardOf,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  rogue reconstruct photo.jpg album/ -o heads --format glb,json' +
        '\n  rogue reconstruct album/ -o heads --jobs 4 --shard 3/16    # the third of sixteen machines',
    )
    .action(async (paths: string[], flags: Flags) => {
      const { reconstructPhotos } = await import('./reconstruct-photos.js');
      const allGood = await reconstructPhotos(paths, { ...flags, ...avatarSettingsOf(flags) });
      status.code = allGood ? exitCodes.good : exitCodes.failed;
    });
}
