import { activationOperators } from './activation.js';
import type { Operator, OperatorTable } from './call.js';
import { convolutionOperators } from './convolution.js';
import { elementwiseOperators } from './elementwise.js';
import { movementOperators } from './movement.js';
import { normalizationOperators } from './normalization.js';
import { poolingOperators } from './pooling.js';
import { reductionOperators } from './reduction.js';
import { resizingOperators } from './resizing.js';
import { shapeOperators } from './shape.js';

const operators: ReadonlyMap<string, Operator> = new Map(
  (
    [
      elementwiseOperators,
      activationOperators,
      convolutionOperators,
      poolingOperators,
      normalizationOperators,
      reductionOperators,
      shapeOperators,
      movementOperators,
      resizingOperators,
    ] satisfies OperatorTable[]
  ).flatMap((table) => Object.entries<Operator>(table)),
);

/** The operators of the default domain that can be imported, in alphabetical order. */
export const supportedOperators: readonly string[] = [...operators.keys()].sort();

export const findOperator = (opType: string, domain = ''): Operator | undefined =>
  domain === '' ? operators.get(opType) : undefined;
