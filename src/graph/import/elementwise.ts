import { where } from '../tensor.js';
import type { Tensor, TensorLike } from '../tensor.js';
import type { Call, Operator, OperatorTable } from './call.js';
import { isHost, mapHost, toTensor } from './value.js';
import type { HostValue, ImportType, Value } from './value.js';

/** Arithmetic, comparisons and logic on values of broadcast shapes. */
export const elementwiseOperators: OperatorTable = {
  Add: arithmetic(
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  Sub: arithmetic(
    (a, b) => a.sub(b),
    (a, b) => a - b,
  ),
  Mul: arithmetic(
    (a, b) => a.mul(b),
    (a, b) => a * b,
  ),
  Div: {
    ...variadic(divide),
    host: (call) => foldSame(call, (a, b) => (call.host(0).type === 'int32' ? Math.trunc(a / b) : a / b)),
  },
  Pow: {
    run: (call) => power(call),
    host: (call) => foldSame(call, (a, b) => (call.host(0).type === 'int32' ? Math.trunc(a ** b) : a ** b)),
  },
  Min: arithmetic((a, b) => a.minimum(b), Math.min),
  Max: arithmetic((a, b) => a.maximum(b), Math.max),
  Sum: arithmetic(
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  Mean: { run: (call) => toTensor(variadic((a, b) => a.add(b)).run(call) as Value).mul(1 / call.count) },
  Mod: {
    run: () => {
      throw new Error("remainders of values that depend on the network's inputs are not computed");
    },
    host: (call) =>
      foldSame(call, (a, b) => (call.attributes.int('fmod') === 1 ? a % b : a - Math.floor(a / b) * b)),
  },
  Neg: unary(
    (x) => x.neg(),
    (x) => -x,
  ),
  Abs: unary((x) => x.abs(), Math.abs),
  Sqrt: unary((x) => x.sqrt(), Math.sqrt),
  Exp: unary((x) => x.exp(), Math.exp),
  Log: unary((x) => x.log(), Math.log),
  Sin: unary((x) => x.sin(), Math.sin),
  Cos: unary((x) => x.cos(), Math.cos),
  Asin: { run: (call) => call.tensor(0).asin() },
  Atan: { run: (call) => call.tensor(0).atan() },
  Erf: { run: (call) => call.tensor(0).erf() },
  Reciprocal: unary(
    (x) => x.reciprocal(),
    (x) => 1 / x,
  ),
  Floor: unary((x) => x.floor(), Math.floor),
  Ceil: unary((x) => x.ceil(), Math.ceil),
  Sign: unary((x) => x.greater(0).cast(x.type).sub(x.less(0).cast(x.type)), Math.sign),
  Equal: comparison(
    (a, b) => a.equal(b),
    (a, b) => a === b,
  ),
  Less: comparison(
    (a, b) => a.less(b),
    (a, b) => a < b,
  ),
  LessOrEqual: comparison(
    (a, b) => a.lessEqual(b),
    (a, b) => a <= b,
  ),
  Greater: comparison(
    (a, b) => a.greater(b),
    (a, b) => a > b,
  ),
  GreaterOrEqual: comparison(
    (a, b) => a.greaterEqual(b),
    (a, b) => a >= b,
  ),
  And: logic(
    (a, b) => a.and(b),
    (a, b) => a && b,
  ),
  Or: logic(
    (a, b) => a.or(b),
    (a, b) => a || b,
  ),
  Xor: logic(
    (a, b) => a.cast('int32').notEqual(b.cast('int32')),
    (a, b) => a !== b,
  ),
  Not: {
    run: (call) => call.tensor(0).not(),
    host: (call) => mapHost('bool', call.hosts(), (x) => (x === 0 ? 1 : 0)),
  },
  Where: {
    run: (call) => where(call.tensor(0), call.tensor(1), call.tensor(2)),
    host: (call) =>
      mapHost(call.host(1).type, call.hosts(), (condition, yes, no) => (condition === 0 ? no : yes)),
  },
};

/** A host value as a number, where that changes no shape: a literal costs less than a constant. */
function literalOr(value: Value, other: Value): TensorLike {
  return isHost(value) && value.size === 1 && value.rank <= other.shape.length
    ? value.data[0]!
    : toTensor(value);
}

function foldSame(call: Call, fn: (a: number, b: number) => number): HostValue {
  return call.hosts().reduce((a, b) => mapHost(a.type, [a, b], fn));
}

/** An operator of two or more operands, a number always the second where the order does not matter. */
function variadic(apply: (a: Tensor, b: TensorLike, swapped: boolean) => Tensor): Operator {
  return {
    run: (call) =>
      call.values().reduce((a, b) => {
        const swapped = isHost(a) && typeof literalOr(a, b) === 'number';
        return swapped
          ? apply(toTensor(b), literalOr(a, b), true)
          : apply(toTensor(a), literalOr(b, a), false);
      }),
  };
}

function arithmetic(
  apply: (a: Tensor, b: TensorLike) => Tensor,
  fold: (a: number, b: number) => number,
): Operator {
  const run = variadic((a, b, swapped) => {
    // Only differences depend on the order.
    const result = apply(a, b);
    return swapped && fold(1, 2) !== fold(2, 1) ? result.neg() : result;
  });
  return { ...run, host: (call) => foldSame(call, fold) };
}

function divide(a: Tensor, b: TensorLike, swapped: boolean): Tensor {
  if (a.type === 'int32')
    throw new Error("quotients of integers that depend on the network's inputs are not computed");
  return swapped ? a.reciprocal().mul(b) : a.div(b);
}

function power(call: Call): Tensor {
  const x = call.tensor(0);
  const exponent = call.value(1);
  if (!isHost(exponent) || exponent.size !== 1 || exponent.rank > x.rank)
    return x.log().mul(toTensor(exponent)).exp();
  const n = exponent.data[0]!;
  if (Number.isInteger(n) && Math.abs(n) <= 64) return n < 0 ? repeated(x, -n).reciprocal() : repeated(x, n);
  if (n === 0.5) return x.sqrt();
  if (n === -0.5) return x.sqrt().reciprocal();
  if (n < 0) return x.log().mul(n).exp();
  // Zero has no logarithm: it is kept out of the gradient.
  const zero = x.equal(0);
  return where(zero, 0, where(zero, 1, x).log().mul(n).exp());
}

/** x^n by squaring. */
function repeated(x: Tensor, n: number): Tensor {
  if (n === 0) return x.mul(0).add(1);
  const half = n > 1 ? repeated(x, Math.floor(n / 2)) : undefined;
  if (half === undefined) return x;
  return n % 2 === 0 ? half.square() : half.square().mul(x);
}

function unary(apply: (x: Tensor) => Tensor, fold: (x: number) => number): Operator {
  return {
    run: (call) => apply(call.tensor(0)),
    host: (call) => mapHost(call.host(0).type, call.hosts(), fold),
  };
}

function comparison(
  apply: (a: Tensor, b: TensorLike) => Tensor,
  fold: (a: number, b: number) => boolean,
): Operator {
  return {
    run: (call) => apply(call.tensor(0), literalOr(call.value(1), call.value(0))),
    host: (call) => mapHost('bool', call.hosts(), (a, b) => Number(fold(a, b))),
  };
}

function logic(apply: (a: Tensor, b: Tensor) => Tensor, fold: (a: boolean, b: boolean) => boolean): Operator {
  return {
    run: (call) => apply(call.tensor(0), call.tensor(1)),
    host: (call) => mapHost('bool', call.hosts(), (a, b) => Number(fold(a !== 0, b !== 0))),
  };
}

/** Changes the element type; fractions are cut off. */
export function castValue(value: Value, type: ImportType): Value {
  if (value.type === type) return value;
  if (!isHost(value)) return type === 'bool' ? value.notEqual(0) : value.cast(type);
  return mapHost(
    type,
    [value],
    type === 'bool' ? (x) => Number(x !== 0) : type === 'int32' ? Math.trunc : (x) => x,
  );
}
