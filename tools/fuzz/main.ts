import { parseArgs } from 'node:util';
import { fuzzCli } from './fuzz-cli.js';
import { fuzzServer } from './fuzz-server.js';
import { fuzz, type Tally } from './fuzz.js';
import { groups } from './targets.js';

const all = [...groups, 'server', 'cli'] as const;

/** `npm run fuzz -- [pictures|models|readers|server|cli …] [--seconds n] [--seed s] [--out folder]` */
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
  const unknown = positionals.filter((name) => !all.some((group) => group === name));
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (unknown.length > 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
    console.error(`fuzz: expected some of ${all.join(', ')}, --seconds above 0 and a whole --seed`);
    return 2;
  }
  const chosen = all.filter((group) => positionals.length === 0 || positionals.includes(group));
  const share = seconds / chosen.length;
  let failures = 0;
  const files = groups.filter((group) => chosen.includes(group));
  if (files.length > 0) {
    const options = { groups: files, seconds: share * files.length, seed, folder: values.out };
    const tallies = await fuzz({ ...options, onTarget: tell });
    failures = tallies.reduce((sum, tally) => sum + tally.failures.length, 0);
    const cases = tallies.reduce((sum, tally) => sum + tally.cases, 0);
    console.log(`${cases} files, ${failures} failures${failures > 0 ? `, in ${values.out}` : ''}`);
  }
  if (chosen.includes('server')) {
    const { requests, waits, failures: found } = await fuzzServer({ seed, seconds: share });
    const sorted = waits.sort((a, b) => a - b);
    const [late, last] = [0.99, 1].map((part) => sorted[Math.ceil(part * sorted.length) - 1] ?? 0);
    console.log(`server: ${requests} requests, a small file within ${ms(late)} (99 %), ${ms(last)} at most`);
    failures += told(found);
  }
  if (chosen.includes('cli')) {
    const { calls, codes, failures: found } = await fuzzCli({ seed, seconds: share });
    console.log(`cli: ${calls} calls, exit codes ${JSON.stringify(codes)}`);
    failures += told(found);
  }
  return failures > 0 ? 1 : 0;
}

const ms = (value = 0): string => `${value.toFixed(1)} ms`;

function told(failures: readonly string[]): number {
  for (const failure of failures) console.log(`  ${failure}`);
  return failures.length;
}

function tell({ target, group, cases, read, refused, longest, failures }: Tally): void {
  console.log(
    `${group}/${target}: ${cases} files, ${read} read, ${refused} refused, the longest ${Math.round(longest)} ms`,
  );
  for (const { reason, bytes } of failures) console.log(`  ${reason} (${bytes.length} bytes)`);
}

process.exitCode = await main(process.argv.slice(2));
