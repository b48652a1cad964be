/**
 * Writes shards of example samples, slowly, until it is done or killed; run by shard-writer.test.ts.
 *
 *     node --import tsx test/node/files/write-shards.ts <folder> <count> <samples per shard> <ms per sample>
 */
import { writeShards } from '../../../src/node/files/shard-writer.js';
import { exampleSample } from '../../data/shards/memory-shards.js';

const [folder, count, samplesPerShard, pause] = [
  process.argv[2]!,
  Number(process.argv[3]),
  Number(process.argv[4]),
  Number(process.argv[5]),
];
try {
  const { kept, written } = await writeShards(
    async (index) => {
      await new Promise((resolve) => {
        setTimeout(resolve, pause);
      });
      return exampleSample(index);
    },
    {
      folder,
      count,
      samplesPerShard,
      settings: { seed: 1 },
      ahead: 3,
      onSample: (samples) => {
        if (samples % 10 === 0) process.stdout.write(`${samples}\n`);
      },
    },
  );
  process.stdout.write(`kept ${kept}, wrote ${written}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
