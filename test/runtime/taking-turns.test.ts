import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takingTurns } from '../../src/runtime/taking-turns.js';

describe('takingTurns', () => {
  it('runs one task at a time, in the order of the calls, whether or not they fail', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ticks: fc.nat(4), fails: fc.boolean() }), { maxLength: 8 }),
        async (tasks) => {
          const inTurn = takingTurns();
          const log: string[] = [];
          const results = await Promise.allSettled(
            tasks.map(({ ticks, fails }, k) =>
              inTurn(async () => {
                log.push(`begin ${k}`);
                for (let i = 0; i < ticks; i++) await Promise.resolve();
                log.push(`end ${k}`);
                if (fails) throw new Error(`${k}`);
                return k;
              }),
            ),
          );
          expect(log).toEqual(tasks.flatMap((_, k) => [`begin ${k}`, `end ${k}`]));
          expect(results.map(({ status }) => status === 'rejected')).toEqual(tasks.map(({ fails }) => fails));
        },
      ),
    );
  });
});
