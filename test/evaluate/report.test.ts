import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  cellsOf,
  evaluationSchema,
  readEvaluation,
  valueOf,
  type Evaluation,
} from '../../src/evaluate/report.js';

const item = (
  id: string,
  outcomes: Evaluation['items'][number]['outcomes'],
): Evaluation['items'][number] => ({
  id,
  condition: 'clean',
  slices: { yaw: Number(id) > 1 ? 'profile' : 'frontal' },
  outcomes,
});
const evaluation: Evaluation = {
  schema: 'rogue-face/evaluation',
  version: 1,
  protocol: 'landmarks',
  rogue: '0.1.0',
  created: '2026-01-01T00:00:00Z',
  seed: '1',
  settings: {},
  hardware: { processor: 'any', cores: 2, node: 'v20' },
  data: { items: 3, sha256: '0' },
  methods: ['a', 'b', 'c'],
  conditions: ['clean'],
  measures: [{ name: 'NME', unit: '%', better: 'lower', digits: 2 }],
  items: [
    item('1', { a: { values: { NME: 1 } }, b: { values: { NME: 2 } }, c: { failed: 'no file' } }),
    item('2', { a: { values: { NME: 3 } }, b: { failed: 'no face' }, c: { failed: 'no file' } }),
    item('3', { a: { values: { NME: 5 } }, b: { values: { NME: 9 } } }),
  ],
};

describe('cellsOf', () => {
  it('averages all methods over the same items and counts failures', () => {
    const cells = cellsOf(evaluation);
    const of = (name: string) => cells.find(({ method }) => method === name)!;
    // Item 2, on which b failed, counts for nobody's mean.
    expect(of('a')).toMatchObject({ failures: 0, items: 3, summary: { count: 2, mean: 3 } });
    expect(of('b')).toMatchObject({ failures: 1, items: 3, summary: { count: 2, mean: 5.5 } });
    // No result at all: every item is a failure, also the one that has no entry.
    expect(of('c')).toEqual({
      method: 'c',
      condition: 'clean',
      measure: 'NME',
      items: 3,
      failures: 3,
      summary: undefined,
    });
  });

  it('looks at slices', () => {
    const cells = cellsOf(evaluation, ({ slices }) => slices['yaw'] === 'frontal');
    expect(cells[0]).toMatchObject({ items: 1, summary: { mean: 1 } });
  });

  it('takes what is not finite for no value', () => {
    expect(valueOf(item('4', { a: { values: { NME: NaN } } }), 'a', 'NME')).toBeUndefined();
  });
});

describe('readEvaluation', () => {
  it('has its JSON Schema in docs/ (npx tsx tools/write-schemas.ts)', async () => {
    expect(
      JSON.parse(await readFile(new URL('../../docs/evaluation.schema.json', import.meta.url), 'utf8')),
    ).toEqual(z.toJSONSchema(evaluationSchema));
  });

  it('reads what was written and refuses anything else in one line', () => {
    expect(readEvaluation(JSON.stringify(evaluation))).toEqual(evaluation);
    expect(() => readEvaluation('{')).toThrow(/not JSON/);
    expect(() => readEvaluation('{"schema":"other"}')).toThrow(/no evaluation \(schema/);
  });
});
