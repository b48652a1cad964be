import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli/main.js';
import { mutated, randomOf } from './mutate.js';

export interface CliTally {
  calls: number;
  readonly codes: Record<number, number>;
  readonly failures: string[];
}

/** Values that options do not expect. */
const odd = [
  '',
  ' ',
  '-1',
  '0',
  '1e9',
  'NaN',
  '1/0',
  '٣',
  'a\nb',
  '\u001b[2J',
  '../..',
  '--',
  '1,2,3',
  '\u202e',
  '{}',
];

/** Settings of a training, whole. */
const settings = JSON.stringify({
  ...{ steps: 10, batch: 2, seed: 's', optimizer: { kind: 'adam', rate: 1e-3 }, network: 'fast' },
  ...{ losses: { landmarks: 1, shape: 0.1 }, schedule: [{ until: 5, rate: 0.1 }] },
});

type Call = (pick: (values: readonly string[]) => string, nowhere: string, config: string) => string[];

/** Calls that compute nothing whatever their values, as what they would work on is not there. */
const calls: readonly Call[] = [
  (pick, nowhere) => [
    'reconstruct',
    nowhere,
    pick([
      '--max-faces',
      '--focal-35mm',
      '--min-face',
      '--min-score',
      '--box',
      '--shard',
      '--jobs',
      '--format',
      '--texture',
      '--method',
      '--network',
    ]),
    pick(odd),
  ],
  (pick, nowhere) => [
    'corrupt',
    nowhere,
    pick(['--protocol', '--per-image', '--seed', '--format', '--coverage']),
    pick(odd),
  ],
  (pick, nowhere) => [
    'evaluate',
    pick(['landmarks', 'consistency', 'leak', 'parsing', 'now', 'compare', ...odd]),
    nowhere,
    nowhere,
  ],
  (pick, nowhere, config) => [
    'train',
    pick(['pretrain', 'robustify', 'finetune', 'detect', 'judge', 'parse']),
    '--data',
    nowhere,
    '-o',
    join(nowhere, 'x'),
    '--config',
    config,
  ],
  (pick, nowhere) => [
    'train',
    pick(['pretrain', 'robustify', ...odd]),
    '--data',
    nowhere,
    '-o',
    join(nowhere, 'x'),
    pick(['--steps', '--batch', '--threads', '--seed', '--from']),
    pick(odd),
  ],
  (pick, nowhere) => [
    'synth',
    '-o',
    join(nowhere, 'x'),
    '--count',
    '0',
    pick(['--seed', '--size', '--workers', '--shard-size']),
    pick(odd),
  ],
  (pick, nowhere, config) => ['export', pick([nowhere, config]), '-o', join(nowhere, 'x.onnx')],
  (pick, nowhere) => ['merge', nowhere, pick(['-o', '--out', ...odd]), join(nowhere, 'x')],
  (pick) => [
    pick(['model', 'studio', 'reconstruct', 'help', ...odd]),
    pick(['--x', ...odd]),
    pick(['--help', '--version', ...odd]),
  ],
];

/** Calls the command line with values and settings that it does not expect. */
export async function fuzzCli(options: {
  readonly seed: number;
  readonly seconds?: number;
  readonly cases?: number;
}): Promise<CliTally> {
  const { seed, seconds = Infinity, cases = Infinity } = options;
  const tally: CliTally = { calls: 0, codes: {}, failures: [] };
  const random = randomOf(seed);
  const pick = (values: readonly string[]): string => values[Math.floor(random() * values.length)]!;
  const folder = await mkdtemp(join(tmpdir(), 'rogue-fuzz-'));
  const config = join(folder, 'config.json');
  const end = performance.now() + 1000 * seconds;
  try {
    while (tally.calls < cases && performance.now() < end && tally.failures.length < 5) {
      const whole = Buffer.from(settings);
      await writeFile(config, mutated(whole, random, whole));
      const args = calls[Math.floor(random() * calls.length)]!(pick, join(folder, 'nothing', 'here'), config);
      const { code, lines } = await captured(() => main(args));
      tally.calls++;
      tally.codes[code] = (tally.codes[code] ?? 0) + 1;
      const fault = faultOf(code, lines);
      if (fault) tally.failures.push(`rogue ${args.map((arg) => JSON.stringify(arg)).join(' ')}: ${fault}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return tally;
}

/** Nothing of these works; what is said of it is said in lines of ours. */
function faultOf(code: number, lines: readonly string[]): string | undefined {
  const text = lines.join('\n');
  if (code !== 0 && code !== 1 && code !== 2) return `exit code ${code}`;
  if (code !== 0 && text.trim() === '') return 'no word';
  if (/^ {4}at |TypeError|Cannot read|is not a function|\[object Object\]|undefined/m.test(text))
    return `says ${JSON.stringify(text.slice(0, 300))}`;
  // eslint-disable-next-line no-control-regex -- which it must not send to a terminal
  if (/[\u0000-\u0009\u000b-\u001f\u2028\u202e]/.test(text))
    return `acts on the terminal: ${JSON.stringify(text.slice(0, 300))}`;
  return undefined;
}

/** What is printed meanwhile, and the exit code; something that is thrown is a fault. */
async function captured(run: () => Promise<number>): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const { log, error } = console;
  const [out, err] = [process.stdout.write, process.stderr.write];
  const write = (text: unknown): boolean => {
    lines.push(String(text));
    return true;
  };
  console.log = console.error = write;
  process.stdout.write = process.stderr.write = write as typeof out;
  try {
    return { code: await run(), lines };
  } catch (thrown) {
    return { code: -1, lines: [...lines, String(thrown)] };
  } finally {
    Object.assign(console, { log, error });
    process.stdout.write = out;
    process.stderr.write = err;
  }
}
