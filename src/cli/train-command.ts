import { InvalidArgumentError, type Command } from 'commander';
import type { StageName } from '../train/config.js';
import type { TrainFlags } from './train.js';

const number = (value: string): number => {
  const result = Number(value);
  if (value.trim() === '' || !Number.isFinite(result)) throw new InvalidArgumentError('Expected a number.');
  return result;
};

const shardsOrPhotos = 'shards of "rogue synth", or folders of photos';

/** `rogue train`. */
export function addTrainCommand(program: Command): void {
  const train = program.command('train').description('train a network that predicts heads from photos');
  stage(
    train,
    'pretrain',
    'the supervised stage: synthetic photos with known heads',
    'shards of "rogue synth"',
    'a new network',
  )
    .option('--covered <share>', 'share of the photos that are taken covered, 0…1', number)
    .option('--no-robust', 'without boxes and strong noise in front of the faces');
  stage(
    train,
    'guide',
    'the guidance of ROGUE: photos as they are, whose heads nobody knows',
    shardsOrPhotos,
    'the network that ships',
  );
  stage(
    train,
    'robustify',
    'guidance and robustification of ROGUE: each photo clean, occluded and noisy',
    shardsOrPhotos,
    'the network that ships',
  );
  stage(
    train,
    'finetune',
    'robustify the network that ships on photos of your own',
    'folders of photos',
    'the network that ships',
  );
  stage(
    train,
    'detect',
    'robustify the face detector: it finds covered, noisy, turned and cut faces that it finds in clean photos',
    'folders of photos, or shards of "rogue synth"',
    'the published one that taught the detector that ships',
  );
  stage(
    train,
    'landmarks',
    'robustify the dense landmarks: they lie on covered and noisy faces where they lie on the clean ones',
    shardsOrPhotos,
    'the published network that taught the one that ships',
  );
  stage(
    train,
    'judge',
    'teach a trained regressor to tell faces from what only looks like one, and where they lie',
    'folders of photos, or shards of "rogue synth"',
    'the network that ships',
  );
  stage(
    train,
    'parse',
    'teach a network to tell skin, hair and whatever covers a face apart, pixel by pixel',
    shardsOrPhotos,
    'a new network',
  );
  stage(
    train,
    'recognise',
    'robustify a recognition network: it knows covered and noisy faces as it knows the clean ones',
    shardsOrPhotos,
    'the published one that teaches',
  );
  stage(
    train,
    'identity',
    'teach a network in which albedo each face is recognised, from its clean, covered and noisy views',
    shardsOrPhotos,
    'a new network on the regressor that ships',
  );
}

function stage(train: Command, name: StageName, description: string, data: string, start: string): Command {
  return train
    .command(name)
    .description(description)
    .requiredOption('--data <folders...>', data)
    .requiredOption('-o, --out <folder>', 'where checkpoints and metrics go; an interrupted run is continued')
    .option(
      '--from <file>',
      `network to begin with: a run's checkpoint, or a file of "rogue export"; default ${start}`,
    )
    .option('--config <file>', 'settings as JSON (docs/training.md); flags win')
    .option('--network <name>', 'fast or resnet50')
    .option('--seed <text>', 'the same seed, data and settings give the same network')
    .option('--steps <n>', 'steps in all', number)
    .option('--batch <n>', 'photos per step', number)
    .option('--learning-rate <value>', 'highest learning rate', number)
    .option('--threads <n>', 'processor threads; default one per core', number)
    .action(async (flags: TrainFlags) => {
      const { runTrain } = await import('./train.js');
      await runTrain(name, flags);
    });
}
