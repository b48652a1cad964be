import { parseArgs } from 'node:util';
import { fuzz, type Tally } from './fuzz.js';
import { groups, type Group } from './targets.js';

/** `npm run fuzz -- [pictures|models|readers…] [--seconds n] [--seed s] [--out folder]` */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'out/fuzz' },
    },
  });
  const unknown = positionals.filter((name) => !groups.some((group) => group === name));
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (unknown.length > 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
    console.error(`fuzz: expected some of ${groups.join(', ')}, --seconds above 0 and a whole --seed`);
    return 2;
  }
  const chosen = positionals.length > 0 ? (positionals as Group[]) : groups;
  const tallies = await fuzz({ groups: chosen, seconds, seed, folder: values.out, onTarget: tell });
  const failures = tallies.reduce((sum, tally) => sum + tally.failures.length, 0);
  const cases = tallies.reduce((sum, tally) => sum + tally.cases, 0);
  console.log(`${cases} files, ${failures} failures${failures > 0 ? `, in ${values.out}` : ''}`);
  return failures > 0 ? 1 : 0;
}

function tell({ target, group, cases, read, refused, longest, failures }: Tally): void {
  console.log(
    `${group}/${target}: ${cases} files, ${read} read, ${refused} refused, the longest ${Math.round(longest)} ms`,
  );
  for (const { reason, bytes } of failures) console.log(`  ${reason} (${bytes.length} bytes)`);
}

process.exitCode = await main(process.argv.slice(2));
