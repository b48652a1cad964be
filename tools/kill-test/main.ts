import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/data/random.js';
import { commands, makeData } from './commands.js';
import { disturb } from './disturb.js';

/** `npm run kill-test -- [command …] [--kills n] [--photos n] [--seed s] [--out folder]` */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kills: { type: 'string', default: '10' },
      photos: { type: 'string', default: '13' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'out/kill-test' },
    },
  });
  const names = commands.map(({ name }) => name);
  const [kills, photos] = [Number(values.kills), Number(values.photos)];
  const areCounts = [kills, photos].every((count) => Number.isInteger(count) && count > 0);
  if (positionals.some((name) => !names.includes(name)) || !areCounts) {
    console.error(`kill-test: expected some of ${names.join(', ')}, --kills and --photos above 0`);
    return 2;
  }
  const data = join(values.out, 'data');
  await makeData(data, photos);
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
