import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

describe('a process whose workers train', () => {
  // ONNX Runtime's binding aborts the process (exit code 134) when a worker is torn down inside it.
  it.each([1, 2])(
    'ends well with %i workers, in the middle of a graph and without release',
    async (workers) => {
      for (const [ending, output] of [
        ['exit', ''],
        ['terminate', 'ended well'],
        ['forget', 'ended well'],
        ['release', 'ended well'],
      ] as const) {
        const { stdout } = await run(process.execPath, [
          '--import',
          'tsx',
          'test/train/end-while-training.ts',
          ending,
          String(workers),
        ]);
        expect(stdout).toBe(output);
      }
    },
  );
});
