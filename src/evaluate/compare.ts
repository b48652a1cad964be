import { EvaluationError, valueOf, type Evaluation, type Measure } from './report.js';
import { pairedDifference, type PairedDifference, type UniformRandom } from './statistics.js';

/** A row of the comparison: second − first on the items that both have. */
export interface Comparison {
  readonly condition: string;
  readonly measure: Measure;
  readonly first: string;
  readonly second: string;
  readonly difference: PairedDifference;
  /** Whether the interval leaves zero out, and on which side. */
  readonly verdict: 'better' | 'worse' | 'no difference seen';
}

/**
 * Compares two evaluations item by item. Methods of the same name are compared with each other; where a
 * report has a single method, it is compared with each of the other's.
 * @throws EvaluationError when they are of different protocols or data
 */
export function compareEvaluations(
  first: Evaluation,
  second: Evaluation,
  random: UniformRandom,
): Comparison[] {
  if (first.protocol !== second.protocol)
    throw new EvaluationError(
      `the reports are of different protocols, ${first.protocol} and ${second.protocol}`,
    );
  if (first.data.sha256 !== second.data.sha256 || first.seed !== second.seed)
    throw new EvaluationError('the reports are of different data or seeds; evaluate both on the same');
  const pairs =
    first.methods.length === 1 || second.methods.length === 1
      ? first.methods.flatMap((a) => second.methods.map((b) => [a, b] as const))
      : first.methods.filter((name) => second.methods.includes(name)).map((name) => [name, name] as const);
  if (pairs.length === 0)
    throw new EvaluationError(
      `the reports have no method in common: ${first.methods.join(', ')} and ${second.methods.join(', ')}`,
    );
  const byId = new Map(second.items.map((item) => [`${item.condition}/${item.id}`, item]));
  return first.conditions.flatMap((condition) =>
    first.measures.flatMap((measure) =>
      pairs.flatMap(([a, b]): Comparison[] => {
        const values = first.items
          .filter((item) => item.condition === condition)
          .flatMap((item) => {
            const other = byId.get(`${condition}/${item.id}`);
            const x = valueOf(item, a, measure.name);
            const y = other && valueOf(other, b, measure.name);
            return x === undefined || y === undefined ? [] : [[x, y] as const];
          });
        if (values.length === 0) return [];
        const difference = pairedDifference(
          values.map(([x]) => x),
          values.map(([, y]) => y),
          random,
        );
        const lower = difference.high < 0;
        const higher = difference.low > 0;
        return [
          {
            condition,
            measure,
            first: a,
            second: b,
            difference,
            verdict:
              lower || higher
                ? lower === (measure.better === 'lower')
                  ? 'better'
                  : 'worse'
                : 'no difference seen',
          },
        ];
      }),
    ),
  );
}
