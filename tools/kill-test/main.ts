import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/data/random.js';
import { commands, makeData } from './commands.js';
import { disturb } from './disturb.js';

/** `npm run kill-test -- [reconstruct|corrupt|evaluate|synth|pretrain|robustify …] [--kills n] [--seed s]` */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'out/kill-test' },
    },
  });
  const names = commands.map(({ name }) => name);
  const kills = Number(values.kills);
  if (positionals.some((name) => !names.includes(name)) || !(Number.isInteger(kills) && kills > 0)) {
    console.error(`kill-test: expected some of ${names.join(', ')}, and --kills above 0`);
    return 2;
  }
  const data = join(values.out, 'data');
  await makeData(data);
  let failures = 0;
  for (const command of commands) {
    if (positionals.length > 0 && !positionals.includes(command.name)) continue;
    const random = createRandom(values.seed).fork(command.name);
    const found = await disturb(command, {
      data,
      folder: values.out,
      kills,
      random: () => random.uniform(0, 1),
    });
    const interrupted = found.interruptions > 0 ? ` and ${found.interruptions} times interrupted` : '';
    console.log(
      `${command.name}: ${found.kills} times killed${interrupted}, ${found.compared} ends compared, ${found.files} files, ${found.differences.length} differences`,
    );
    for (const difference of found.differences) console.log(`  ${difference}`);
    failures += found.differences.length;
  }
  return failures > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
