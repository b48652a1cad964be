import type { Command } from 'commander';

/** `rogue merge <folders…>`. */
export function addMergeCommand(program: Command): void {
  program
    .command('merge')
    .description('join the lists of the parts that "--shard" made')
    .argument('<folders...>', 'output folders of the parts: one for all, or some each')
    .option('-o, --out <folder>', 'where the joined list goes (default: the first folder)')
    .addHelpText(
      'after',
      '\nExample:\n  rogue reconstruct album/ -o heads --shard 1/2; rogue reconstruct album/ -o heads --shard 2/2' +
        '\n  rogue merge heads    # heads/results.jsonl',
    )
    .action(async (folders: string[], { out }: { readonly out?: string }) => {
      const { mergeResults } = await import('./merge-results.js');
      await mergeResults(folders, out ?? folders[0]!);
    });
}
