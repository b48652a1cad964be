import { isLiteral, shapeOf } from './program.js';
import type { Equation, Literal, Operand, Program } from './program.js';

/**
 * An equivalent program without repeated and unused equations, without operations that change nothing, and
 * with arithmetic on zeros, ones and literals done. Differentiation leaves many of all three.
 */
export function simplify(program: Program): Program {
  let current = program;
  // Each round can uncover more; three have always reached the fixed point, the bound only guards against a
  // cycle.
  for (let round = 0; round < 8; round++) {
    const next = removeUnused(rewrite(current));
    if (next.equations.length === current.equations.length) return next;
    current = next;
  }
  return current;
}

function rewrite(program: Program): Program {
  const replaced = new Map<number, Operand>();
  const resolve = (operand: Operand): Operand =>
    isLiteral(operand) ? operand : (replaced.get(operand.id) ?? operand);
  const known = new Map<string, Equation>();
  const maker = new Map<number, Equation>();
  const equations: Equation[] = [];
  for (const original of program.equations) {
    const equation: Equation = { ...original, inputs: original.inputs.map(resolve) };
    const shortcut = equation.outputs.length === 1 ? reduceEquation(equation, maker) : undefined;
    if (shortcut !== undefined) {
      replaced.set(equation.outputs[0]!.id, shortcut);
      continue;
    }
    const key = equationKey(equation);
    const same = known.get(key);
    if (same !== undefined) {
      equation.outputs.forEach((output, i) => replaced.set(output.id, same.outputs[i]!));
      continue;
    }
    known.set(key, equation);
    for (const output of equation.outputs) maker.set(output.id, equation);
    equations.push(equation);
  }
  return { ...program, equations, outputs: program.outputs.map(([name, x]) => [name, resolve(x)] as const) };
}

const operandKey = (x: Operand): string => (isLiteral(x) ? `${x.literal}:${x.type}` : `#${x.id}`);

function equationKey(equation: Equation): string {
  const inputs = equation.inputs.map(operandKey);
  // Equal operations are found in either order of their operands.
  if (['add', 'mul', 'min', 'max'].includes(equation.primitive)) inputs.sort();
  return `${equation.primitive}(${inputs.join()})${JSON.stringify(equation.params)}`;
}

/** What the only output of an equation equals, when that needs no equation. */
function reduceEquation(equation: Equation, maker: ReadonlyMap<number, Equation>): Operand | undefined {
  const { primitive, inputs, params } = equation;
  const output = equation.outputs[0]!;
  const [a, b] = inputs;
  const sameShape = (x: Operand): boolean =>
    shapeOf(x).join() === output.shape.join() && x.type === output.type;
  switch (primitive) {
    case 'stop_gradient':
      return a;
    case 'add':
      if (isZero(a!, maker) && sameShape(b!)) return b;
      if (isZero(b!, maker) && sameShape(a!)) return a;
      return foldLiterals(equation, (x, y) => x + y);
    case 'mul':
      if (isValue(a!, 1, maker) && sameShape(b!)) return b;
      if (isValue(b!, 1, maker) && sameShape(a!)) return a;
      return foldLiterals(equation, (x, y) => x * y);
    case 'neg': {
      if (isLiteral(a!)) return { literal: -a.literal, type: a.type };
      const inner = maker.get(a!.id);
      return inner?.primitive === 'neg' ? inner.inputs[0] : undefined;
    }
    case 'cast':
      return a!.type === output.type ? a : undefined;
    case 'broadcast':
      return sameShape(a!) ? a : undefined;
    case 'reshape': {
      if (sameShape(a!)) return a;
      const inner = isLiteral(a!) ? undefined : maker.get(a!.id);
      return inner?.primitive === 'reshape' && sameShape(inner.inputs[0]!) ? inner.inputs[0] : undefined;
    }
    case 'transpose':
      return (params['perm'] as number[]).every((axis, i) => axis === i) ? a : undefined;
    case 'flip':
      return (params['axis'] as number[]).length === 0 ? a : undefined;
    case 'shrink':
    case 'pad':
      return sameShape(a!) ? a : undefined;
    case 'reduce':
      return (params['axis'] as number[]).length === 0 ? a : undefined;
    case 'concatenate':
      return inputs.length === 1 ? a : undefined;
    default:
      return undefined;
  }
}

function foldLiterals(equation: Equation, compute: (a: number, b: number) => number): Literal | undefined {
  const [a, b] = equation.inputs;
  const type = equation.outputs[0]!.type;
  if (!isLiteral(a!) || !isLiteral(b!) || !type.startsWith('float')) return undefined;
  return { literal: compute(a.literal, b.literal), type };
}

/** Whether every element of an operand is `value`: a literal, or one that was broadcast. */
function isValue(operand: Operand, value: number, maker: ReadonlyMap<number, Equation>): boolean {
  if (isLiteral(operand)) return operand.literal === value;
  const equation = maker.get(operand.id);
  return (
    equation !== undefined &&
    ['broadcast', 'reshape', 'transpose'].includes(equation.primitive) &&
    isValue(equation.inputs[0]!, value, maker)
  );
}

/** Whether an operand is nothing but zeros: a broadcast zero, or x + (−x). */
function isZero(operand: Operand, maker: ReadonlyMap<number, Equation>): boolean {
  if (isValue(operand, 0, maker)) return true;
  const equation = isLiteral(operand) ? undefined : maker.get(operand.id);
  if (equation?.primitive === 'neg') return isZero(equation.inputs[0]!, maker);
  if (equation?.primitive !== 'add' && equation?.primitive !== 'mul') return false;
  const [a, b] = equation.inputs;
  if (equation.primitive === 'mul') return isZero(a!, maker) || isZero(b!, maker);
  const negated = (x: Operand, y: Operand): boolean => {
    const inner = isLiteral(y) ? undefined : maker.get(y.id);
    return inner?.primitive === 'neg' && operandKey(inner.inputs[0]!) === operandKey(x);
  };
  return negated(a!, b!) || negated(b!, a!);
}

function removeUnused(program: Program): Program {
  const used = new Set<number>();
  const use = (x: Operand): void => {
    if (!isLiteral(x)) used.add(x.id);
  };
  for (const [, x] of program.outputs) use(x);
  const equations: Equation[] = [];
  for (const equation of program.equations.toReversed()) {
    if (!equation.outputs.some((output) => used.has(output.id))) continue;
    equations.push(equation);
    equation.inputs.forEach(use);
  }
  return {
    ...program,
    equations: equations.reverse(),
    constants: program.constants.filter(({ variable }) => used.has(variable.id)),
  };
}
