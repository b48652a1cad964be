/**
 * Writes the JSON Schemas of `result.json` and of evaluations' `report.json` into docs/.
 *
 *     npx tsx tools/write-schemas.ts
 */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { evaluationSchema } from '../src/evaluate/report.js';
import { resultSchema } from '../src/fit/result.js';

for (const [name, schema] of [
  ['result', resultSchema],
  ['evaluation', evaluationSchema],
] as const) {
  await writeFile(
    new URL(`../docs/${name}.schema.json`, import.meta.url),
    `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
  );
}
