import { InvalidArgumentError, Option, type Command } from 'commander';
import { corruptions } from '../evaluate/corruption-names.js';
import { drawnSkins } from '../evaluate/drawn-skin.js';
import {
  faceProtocols,
  ownMethods,
  type EvaluateFlags,
  type FaceProtocol,
  type NamedFile,
  type NowFlags,
  type SkinFlags,
  type OwnMethod,
} from './evaluate-flags.js';
import { integerWithin, listOf, positiveInteger } from './option-values.js';
import { shardOf } from './shard.js';
import { printText } from './terminal.js';

/** `name=file`, as often as the option is given. */
function named(value: string, before: readonly NamedFile[] = []): NamedFile[] {
  const at = value.indexOf('=');
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError('Expected name=path.');
  return [...before, { name: value.slice(0, at), file: value.slice(at + 1) }];
}

/** Adds the options of protocols that measure face by face. */
function inParts(command: Command): Command {
  return command
    .option('--again', 'measure anew what an earlier run has measured; else it goes on where that stopped')
    .option(
      '--shard <k/n>',
      'only the k-th of n parts, without a report; the command without it then writes that of all',
      shardOf,
    );
}

/** … several at a time. */
function batched(command: Command): Command {
  return inParts(command).option(
    '--jobs <n>',
    'how many faces to measure at a time, some 500 MB each',
    integerWithin(1, 64),
    1,
  );
}

/** `rogue evaluate <protocol> …`. */
export function addEvaluateCommand(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .description('measure methods against each other and write a report');
  for (const [protocol, description] of Object.entries(faceProtocols) as [FaceProtocol, string][]) {
    batched(evaluate.command(protocol).description(description))
      .argument(
        '<data>',
        protocol === 'synthetic' ? 'shards of "rogue synth"' : 'a folder of photos, or an index.json',
      )
      .option(
        '-o, --out <folder>',
        'where report.html, report.md and report.json go',
        `evaluation-${protocol}`,
      )
      .option(
        '--methods <list>',
        `of ${ownMethods.join(', ')}; or none`,
        (value: string) => (value === 'none' ? [] : listOf(ownMethods)(value)),
        protocol === 'landmarks' ? [...ownMethods] : ownMethods.filter((name) => name !== 'dense'),
      )
      .option(
        '--networks <name=file>',
        'a head regressor of your own as one more method, predictions alone; may be repeated',
        named,
      )
      .option(
        '--predictions <name=folder>',
        'predictions made elsewhere: landmarks, OBJ, renderings by photo name (docs/evaluation.md); may be repeated',
        named,
      )
      .option(
        '--conditions <list>',
        `what is done to the photos, of ${corruptions.join(', ')}`,
        listOf(corruptions),
        protocol === 'consistency' ? corruptions.filter((name) => name !== 'clean') : [...corruptions],
      )
      .option(
        '--embedding <name=file>',
        'perceptual: a recognition network, of mobilefacenet (ships), facenet512, arcface and others (docs/evaluation.md); may be repeated',
        named,
      )
      .option('--count <n>', 'only the first n faces', positiveInteger)
      .option('--seed <text>', 'the same seed gives the same corruptions', '1')
      .option(
        '--detect',
        'methods look for the face in the corrupted photo; by default they are told where it was in the clean one',
      )
      .addOption(
        new Option(
          '--skin <which>',
          "perceptual, photometric: draws heads with the model's own skin, or with the photo's as files have it",
        )
          .choices(drawnSkins)
          .default('model'),
      )
      .option('--write-photos <folder>', 'also write the corrupted photos, for systems elsewhere')
      .action(async (data: string, flags: EvaluateFlags) => {
        const { runFaceProtocol } = await import('./evaluate.js');
        await runFaceProtocol(protocol, data, flags);
      });
  }
  batched(
    evaluate
      .command('reproduce')
      .description("the paper's table on photos of your own: perceptual error under its three protocols"),
  )
    .argument('<folder>', 'clean photos of faces')
    .option('-o, --out <folder>', 'where report.html, report.md and report.json go', 'evaluation-reproduce')
    .option('--methods <list>', `of ${ownMethods.join(', ')}`, listOf(ownMethods), [
      'refine',
      'network',
      'landmarks',
    ] as OwnMethod[])
    .option(
      '--networks <name=file>',
      'a head regressor of your own as one more method; may be repeated',
      named,
    )
    .option('--predictions <name=folder>', 'renderings made elsewhere; may be repeated', named)
    .option(
      '--embedding <name=file>',
      'facenet512=…, arcface=… for the numbers of the paper; default the network that ships; may be repeated',
      named,
    )
    .option('--count <n>', 'only the first n photos', positiveInteger)
    .option('--seed <text>', 'the same seed gives the same corruptions', '1')
    .action(async (folder: string, flags: Omit<EvaluateFlags, 'conditions'>) => {
      const { runFaceProtocol } = await import('./evaluate.js');
      const { paperTable } = await import('../evaluate/paper-table.js');
      await runFaceProtocol('perceptual', folder, {
        ...flags,
        conditions: ['reachocc', 'synchocc', 'noise protocol'],
      });
      if (!flags.shard) printText(paperTable());
    });
  evaluate
    .command('now')
    .description('scan-to-mesh distance of the NoW challenge, on its data as participants have it')
    .argument('<folder>', 'holds scans/ and scans_lmks_onlypp/')
    .requiredOption('--list <file>', 'lines subject/challenge/photo, such as imagepathsvalidation.txt')
    .option('--photos <folder>', 'iphone_pictures/: also evaluates our own reconstructions of them')
    .option(
      '--methods <list>',
      'of refine, network, landmarks',
      listOf(['refine', 'network', 'landmarks'] as const),
      ['refine'],
    )
    .option(
      '--predictions <name=folder>',
      'meshes and 7 landmarks as they are handed in; may be repeated',
      named,
    )
    .option('--metrical', 'size counts: alignment without scale')
    .option('--count <n>', 'only the first n photos', positiveInteger)
    .option('-o, --out <folder>', 'where report.html, report.md and report.json go', 'evaluation-now')
    .action(async (folder: string, flags: NowFlags) => {
      const { runNowProtocol } = await import('./evaluate-now.js');
      await runNowProtocol(folder, flags);
    });
  inParts(
    evaluate
      .command('leak')
      .description('how much of what covers a face gets painted on its skin, under plain covers'),
  )
    .argument('<data>', 'photos with known landmarks: a folder, or an index.json')
    .option('--count <n>', 'only the first n photos', positiveInteger)
    .option('-o, --out <folder>', 'where report.html, report.md and report.json go', 'evaluation-leak')
    .action(async (data: string, flags: SkinFlags) => {
      const { runLeakProtocol } = await import('./evaluate-skin.js');
      await runLeakProtocol(data, flags);
    });
  inParts(
    evaluate.command('parsing').description('how well skin, hair and covers are told apart, pixel by pixel'),
  )
    .argument(
      '<data>',
      'shards of "rogue synth", or a folder of photos, which are covered by something known',
    )
    .option('--network <file>', 'a face parser of your own, of "rogue export"')
    .option('--count <n>', 'only the first n faces; default 200', positiveInteger)
    .option('--seed <text>', 'the same seed gives the same covers', '1')
    .option('-o, --out <folder>', 'where report.html, report.md and report.json go', 'evaluation-parsing')
    .action(async (data: string, flags: SkinFlags) => {
      const { runParsingProtocol } = await import('./evaluate-skin.js');
      await runParsingProtocol(data, flags);
    });
  evaluate
    .command('compare')
    .description('paired differences of two reports with bootstrap confidence intervals')
    .argument('<first>', 'a report.json')
    .argument('<second>', 'another, of the same protocol and data')
    .action(async (first: string, second: string) => {
      const { compareReports } = await import('./evaluate-compare.js');
      await compareReports(first, second);
    });
}
