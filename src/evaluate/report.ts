import { z } from 'zod';
import { summarize, type Summary } from './statistics.js';

const measureSchema = z.strictObject({
  name: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  digits: z.int().min(0).max(6).describe('Digits after the point in tables.'),
});

const outcomeSchema = z.union([
  z.strictObject({ values: z.record(z.string(), z.number()).describe('By measure.') }),
  z.strictObject({ failed: z.string().describe('Why there is no result, in one line.') }),
]);

const itemSchema = z.strictObject({
  id: z.string().describe('The photo, unique within the data.'),
  condition: z.string().describe('What was done to it; "clean" for nothing.'),
  slices: z
    .record(z.string(), z.string())
    .describe('Groups that it belongs to, by what they are about: yaw, coverage, skin tone.'),
  outcomes: z.record(z.string(), outcomeSchema).describe('By method.'),
});

const pooledSchema = z.strictObject({
  method: z.string(),
  condition: z.string(),
  measure: z.string(),
  count: z.int(),
  failures: z.int().describe('Items without result.'),
  median: z.number(),
  mean: z.number(),
  deviation: z.number(),
  curve: z.array(z.number()).describe('Shares of the values below 0, 0.1, 0.2 … in the unit of the measure.'),
});

/** The content of `report.json`: what an evaluation measured, item by item. Version 1. */
export const evaluationSchema = z.strictObject({
  schema: z.literal('rogue-face/evaluation'),
  version: z.literal(1),
  protocol: z.string(),
  rogue: z.string().describe('Version of the package.'),
  created: z.string().describe('ISO 8601.'),
  seed: z.string(),
  settings: z.record(z.string(), z.json()),
  hardware: z.strictObject({ processor: z.string(), cores: z.int(), node: z.string() }),
  data: z.strictObject({
    items: z.int(),
    sha256: z.string().describe('Of names and contents of all files, in order.'),
  }),
  methods: z.array(z.string()),
  conditions: z.array(z.string()),
  measures: z.array(measureSchema),
  items: z.array(itemSchema),
  pooled: z
    .array(pooledSchema)
    .optional()
    .describe('Over all values of all items together, where an item has many: the vertices of scans.'),
});

export type Evaluation = z.infer<typeof evaluationSchema>;
export type Measure = z.infer<typeof measureSchema>;
export type EvaluationItem = z.infer<typeof itemSchema>;
export type Pooled = z.infer<typeof pooledSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;

/** A report that cannot be read. The message is one line. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** @throws EvaluationError for anything else than the text of a `report.json` */
export function readEvaluation(text: string): Evaluation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EvaluationError('it is not JSON; name a report.json of "rogue evaluate"');
  }
  const parsed = evaluationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EvaluationError(
    `it is no evaluation (${issue!.path.join('.') || 'content'}: ${issue!.message.split('\n')[0]}); name a report.json of "rogue evaluate"`,
  );
}

/** A cell of a table. */
export interface Cell {
  readonly method: string;
  readonly condition: string;
  readonly measure: string;
  /** Over the items that all methods gave a value for; none without such items. */
  readonly summary: Summary | undefined;
  /** Items without result, and all items of the condition. */
  readonly failures: number;
  readonly items: number;
}

/** The value of a measure, or nothing when the method failed or does not tell. */
export function valueOf({ outcomes }: EvaluationItem, method: string, measure: string): number | undefined {
  const outcome = outcomes[method];
  const value = outcome && 'values' in outcome ? outcome.values[measure] : undefined;
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/**
 * All cells of the tables. Methods are averaged over the same items: those for which each of them gives a
 * value; what a method fails on is counted. A method that never tells a measure has no part in it.
 * @param wanted which items count, such as those of a slice
 */
export function cellsOf(
  { items, methods, conditions, measures }: Evaluation,
  wanted: (item: EvaluationItem) => boolean = () => true,
): Cell[] {
  return conditions.flatMap((condition) =>
    measures.flatMap(({ name: measure }) => {
      const own = items.filter((item) => item.condition === condition && wanted(item));
      const telling = methods.filter((method) =>
        own.some((item) => valueOf(item, method, measure) !== undefined),
      );
      const common = own.filter((item) =>
        telling.every((method) => valueOf(item, method, measure) !== undefined),
      );
      return methods
        .filter(
          (method) =>
            telling.includes(method) || own.some((item) => 'failed' in (item.outcomes[method] ?? {})),
        )
        .map((method): Cell => ({
          method,
          condition,
          measure,
          items: own.length,
          failures: own.filter((item) => 'failed' in (item.outcomes[method] ?? { failed: '' })).length,
          summary:
            telling.includes(method) && common.length > 0
              ? summarize(common.map((item) => valueOf(item, method, measure)!))
              : undefined,
        }));
    }),
  );
}
