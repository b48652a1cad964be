/**
 * Writes docs/result.schema.json, the JSON Schema of `result.json`.
 *
 *     npx tsx tools/write-result-schema.ts
 */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { resultSchema } from '../src/fit/result.js';

await writeFile(new URL('../docs/result.schema.json', import.meta.url), `${JSON.stringify(z.toJSONSchema(resultSchema), null, 2)}\n`);
