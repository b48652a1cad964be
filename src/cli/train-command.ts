import { InvalidArgumentError, type Command } from 'commander';

export interface PretrainFlags {
  readonly data: readonly string[];
  readonly out: string;
  readonly config?: string;
  readonly threads?: number;
  readonly network?: string;
  readonly seed?: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly covered?: number;
  readonly robust?: boolean;
  readonly from?: string;
}

const number = (value: string): number => {
  const result = Number(value);
  if (value.trim() === '' || !Number.isFinite(result)) throw new InvalidArgumentError('Expected a number.');
  return result;
};

/** `rogue train`. */
export function addTrainCommand(program: Command): void {
  const train = program.command('train').description('train a network that predicts heads from photos');
  train.command('pretrain')
    .description('the supervised stage: synthetic photos with known heads')
    .requiredOption('--data <folders...>', 'shards of "rogue synth"')
    .requiredOption('-o, --out <folder>', 'where checkpoints and metrics go; an interrupted run is continued')
    .option('--from <checkpoint>', 'begin with the network of another run')
    .option('--config <file>', 'settings as JSON (docs/training.md); flags win')
    .option('--network <name>', 'fast or resnet50')
    .option('--seed <text>', 'the same seed, data and settings give the same network')
    .option('--steps <n>', 'steps in all', number)
    .option('--batch <n>', 'photos per step', number)
    .option('--learning-rate <value>', 'highest learning rate', number)
    .option('--covered <share>', 'share of the photos that are taken covered, 0…1', number)
    .option('--no-robust', 'without boxes and strong noise in front of the faces')
    .option('--threads <n>', 'processor threads; default one per core', number)
    .action(async (flags: PretrainFlags) => {
      const { runPretrain } = await import('./train.js');
      await runPretrain(flags);
    });
}
