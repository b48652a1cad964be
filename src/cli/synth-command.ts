import type { Command } from 'commander';
import { integerWithin, numberWithin } from './option-values.js';
import { shardOf } from './shard.js';
import type { SynthFlags } from './synthesize.js';

/** `rogue synth`. */
export function addSynthCommand(program: Command): void {
  program
    .command('synth')
    .description(
      'make photos of people who do not exist, with everything about them known, as WebDataset shards',
    )
    .requiredOption('--count <n>', 'how many photos', integerWithin(1, 1e9))
    .option('--size <pixels>', 'width and height of the photos', integerWithin(32, 1024), 224)
    .option('--seed <text>', 'the same seed gives the same photos', '1')
    .option('--per-shard <n>', 'photos per shard', integerWithin(1, 1e6), 1000)
    .option(
      '--covered <share>',
      'share of the photos that also come with something in front of the face, 0…1',
      numberWithin(0, 1, 'a share'),
      0,
    )
    .option(
      '--around',
      'heads from every side, profiles and backs among them, instead of faces that a detector cut out',
      false,
    )
    .option('--no-effects', 'without exposure, colour, noise and sharpness of cameras')
    .option(
      '--shard <k/n>',
      'only one part, every n-th shard, into a folder of its own: for several machines (docs/batches.md)',
      shardOf,
    )
    .option('-o, --out <folder>', 'where the shards go; an interrupted run is continued', 'shards')
    .addHelpText(
      'after',
      '\nExample:\n  rogue synth --count 10000 -o shards\n\nEach sample has a photo (jpg), what is known of it (json), the vertices of the head (safetensors)\nand what each pixel shows (labels.png); with --covered also a covered version (covered.jpg) and its mask (mask.png).',
    )
    .action(async (flags: SynthFlags) => {
      const { synthesize } = await import('./synthesize.js');
      await synthesize(flags);
    });
}
