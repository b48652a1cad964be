import { isLiteral } from '../program.js';
import type { Equation, Operand, Program, Variable } from '../program.js';

/**
 * Rewrites groups of primitives that ONNX has one operator for: a + (−b), a · (1/b), windows followed by their sum or
 * maximum, and max(x, 0) written as a choice. The result has the further primitives `sub`, `div`, `pool_reduce`, `relu`.
 */
export function fuse(program: Program): Program {
  const makers = new Map<number, Equation>(), uses = new Map<number, number>();
  const count = (x: Operand): void => { if (!isLiteral(x)) uses.set(x.id, (uses.get(x.id) ?? 0) + 1); };
  for (const equation of program.equations) {
    equation.inputs.forEach(count);
    for (const output of equation.outputs) makers.set(output.id, equation);
  }
  for (const [, x] of program.outputs) count(x);
  const maker = (x: Operand): Equation | undefined => (isLiteral(x) ? undefined : makers.get(x.id));
  /** The rectified value for a mask 0 < x, by the mask's id. */
  const rectified = new Map<number, Variable>();
  const equations = program.equations.map((equation): Equation => {
    const [a, b] = equation.inputs, { params } = equation;
    switch (equation.primitive) {
      case 'add':
      case 'mul': {
        if (!equation.outputs[0]!.type.startsWith('float')) return equation;
        const inverse = equation.primitive === 'add' ? 'neg' : 'reciprocal', fused = equation.primitive === 'add' ? 'sub' : 'div';
        if (maker(b!)?.primitive === inverse) return { ...equation, primitive: fused, inputs: [a!, maker(b!)!.inputs[0]!] };
        if (maker(a!)?.primitive === inverse) return { ...equation, primitive: fused, inputs: [b!, maker(a!)!.inputs[0]!] };
        return equation;
      }
      case 'where': {
        const mask = maker(a!), zero = equation.inputs[2]!;
        const rectifies = mask?.primitive === 'compare' && mask.params['op'] === 'less' && isZero(mask.inputs[0]!) && isZero(zero)
          && !isLiteral(b!) && sameVariable(mask.inputs[1]!, b) && b.shape.join() === equation.outputs[0]!.shape.join() && b.type.startsWith('float');
        if (!rectifies) return equation;
        rectified.set((a as Variable).id, equation.outputs[0]!);
        return { primitive: 'relu', inputs: [b], params: {}, outputs: equation.outputs };
      }
      case 'reduce': {
        const pool = maker(a!), axes = params['axis'] as number[];
        if (pool?.primitive !== 'pool' || uses.get((a as Variable).id) !== 1) return equation;
        const window = pool.params['window'] as number[], rank = (a as Variable).shape.length, op = params['op'] as string;
        const whole = window.length === 2 && axes.length === 2 && axes.every((axis) => axis >= rank - 2) && (op === 'Add' || op === 'Max');
        return whole ? { primitive: 'pool_reduce', inputs: pool.inputs, params: { ...pool.params, op }, outputs: equation.outputs } : equation;
      }
      default:
        return equation;
    }
  });
  return live({ ...program, equations: equations.map((equation) => maskFromResult(equation, rectified)) });
}

const sameVariable = (a: Operand, b: Variable): boolean => !isLiteral(a) && a.id === b.id;
const isZero = (x: Operand): boolean => isLiteral(x) && x.literal === 0;

/**
 * 0 < x and 0 < max(x, 0) are the same mask; asking the result lets go of x, which the operator before may then never
 * write. `live` puts the equations in order again.
 */
function maskFromResult(equation: Equation, rectified: ReadonlyMap<number, Variable>): Equation {
  const result = equation.primitive === 'compare' ? rectified.get(equation.outputs[0]!.id) : undefined;
  return result === undefined ? equation : { ...equation, inputs: [equation.inputs[0]!, result] };
}

/** Equations that an output needs, each after those it needs, otherwise in their order. */
function live(program: Program): Program {
  const makers = new Map(program.equations.flatMap((equation) => equation.outputs.map((output) => [output.id, equation] as const)));
  const done = new Set<Equation>(), equations: Equation[] = [];
  const visit = (root: Equation): void => {
    // An explicit stack: deep networks have thousands of equations in a row.
    const stack: { equation: Equation; next: number }[] = [{ equation: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      if (done.has(top.equation)) { stack.pop(); continue; }
      const input = top.equation.inputs[top.next++];
      if (input === undefined) {
        done.add(top.equation);
        equations.push(top.equation);
        stack.pop();
        continue;
      }
      const needed = isLiteral(input) ? undefined : makers.get(input.id);
      if (needed !== undefined && !done.has(needed)) stack.push({ equation: needed, next: 0 });
    }
  };
  const wanted = new Set<number>();
  for (const [, x] of program.outputs) if (!isLiteral(x)) wanted.add(x.id);
  for (const equation of program.equations.toReversed()) {
    if (equation.outputs.some((output) => wanted.has(output.id))) for (const x of equation.inputs) if (!isLiteral(x)) wanted.add(x.id);
  }
  for (const equation of program.equations) if (equation.outputs.some((output) => wanted.has(output.id))) visit(equation);
  return { ...program, equations, constants: program.constants.filter(({ variable }) => wanted.has(variable.id)) };
}
