import { isLiteral } from '../program.js';
import type { Equation, Operand, Program, Variable } from '../program.js';

/**
 * Rewrites groups of primitives that ONNX has one operator for: a + (−b), a · (1/b), windows followed by
 * their sum or maximum, and max(x, 0) written as a choice. The result has the further primitives `sub`,
 * `div`, `pool_reduce`, `relu`, and convolutions with a bias, an addend and a rectifier.
 */
export function fuse(program: Program): Program {
  const makers = new Map<number, Equation>();
  const uses = new Map<number, number>();
  const count = (x: Operand): void => {
    if (!isLiteral(x)) uses.set(x.id, (uses.get(x.id) ?? 0) + 1);
  };
  for (const equation of program.equations) {
    equation.inputs.forEach(count);
    for (const output of equation.outputs) makers.set(output.id, equation);
  }
  for (const [, x] of program.outputs) count(x);
  const maker = (x: Operand): Equation | undefined => (isLiteral(x) ? undefined : makers.get(x.id));
  /** The rectified value for a mask 0 < x, by the mask's id. */
  const rectified = new Map<number, Variable>();
  const equations = program.equations.map((equation): Equation => {
    const [a, b] = equation.inputs;
    const { params } = equation;
    switch (equation.primitive) {
      case 'add':
      case 'mul': {
        if (!equation.outputs[0]!.type.startsWith('float')) return equation;
        const inverse = equation.primitive === 'add' ? 'neg' : 'reciprocal';
        const fused = equation.primitive === 'add' ? 'sub' : 'div';
        if (maker(b!)?.primitive === inverse)
          return { ...equation, primitive: fused, inputs: [a!, maker(b!)!.inputs[0]!] };
        if (maker(a!)?.primitive === inverse)
          return { ...equation, primitive: fused, inputs: [b!, maker(a!)!.inputs[0]!] };
        return equation;
      }
      case 'where': {
        const mask = maker(a!);
        const zero = equation.inputs[2]!;
        const rectifies =
          mask?.primitive === 'compare' &&
          mask.params['op'] === 'less' &&
          isZero(mask.inputs[0]!) &&
          isZero(zero) &&
          !isLiteral(b!) &&
          sameVariable(mask.inputs[1]!, b) &&
          b.shape.join() === equation.outputs[0]!.shape.join() &&
          b.type.startsWith('float');
        if (!rectifies) return equation;
        rectified.set((a as Variable).id, equation.outputs[0]!);
        return { primitive: 'relu', inputs: [b], params: {}, outputs: equation.outputs };
      }
      case 'reduce': {
        const pool = maker(a!);
        const axes = params['axis'] as number[];
        if (pool?.primitive !== 'pool' || uses.get((a as Variable).id) !== 1) return equation;
        const window = pool.params['window'] as number[];
        const rank = (a as Variable).shape.length;
        const op = params['op'] as string;
        const whole =
          window.length === 2 &&
          axes.length === 2 &&
          axes.every((axis) => axis >= rank - 2) &&
          (op === 'Add' || op === 'Max');
        return whole
          ? {
              primitive: 'pool_reduce',
              inputs: pool.inputs,
              params: { ...pool.params, op },
              outputs: equation.outputs,
            }
          : equation;
      }
      default:
        return equation;
    }
  });
  return fuseConvolutions(
    live({ ...program, equations: equations.map((equation) => maskFromResult(equation, rectified)) }),
  );
}

const sameVariable = (a: Operand, b: Variable): boolean => !isLiteral(a) && a.id === b.id;
const isZero = (x: Operand): boolean => isLiteral(x) && x.literal === 0;

/**
 * 0 < x and 0 < max(x, 0) are the same mask; asking the result lets go of x, which the operator before may
 * then never write. `live` puts the equations in order again.
 */
function maskFromResult(equation: Equation, rectified: ReadonlyMap<number, Variable>): Equation {
  const result = equation.primitive === 'compare' ? rectified.get(equation.outputs[0]!.id) : undefined;
  return result === undefined ? equation : { ...equation, inputs: [equation.inputs[0]!, result] };
}

/** What a convolution does to its results before they are written; in this order. */
export interface Epilogue<Value> {
  /** One number per output channel, of any shape that broadcasts as such. */
  readonly bias?: Value;
  /** Added to the results, of their shape. */
  readonly addend?: Value;
  readonly relu?: boolean;
}

/**
 * Draws what follows a convolution, its bias, a residual connection and a rectifier, into it: fused, they
 * cost nothing. Such an equation is a `conv` whose further inputs are named by `params.epilogue`.
 */
function fuseConvolutions(program: Program): Program {
  const uses = new Map<number, number>();
  const count = (x: Operand): void => {
    if (!isLiteral(x)) uses.set(x.id, (uses.get(x.id) ?? 0) + 1);
  };
  for (const equation of program.equations) equation.inputs.forEach(count);
  for (const [, x] of program.outputs) count(x);
  /** Convolutions, by their result, that can still take something in. */
  const open = new Map<number, Equation>();
  const dropped = new Set<Equation>();
  const replaced = new Map<Equation, Equation>();
  const origin = (x: Operand | undefined): Equation | undefined =>
    x === undefined || isLiteral(x) || uses.get(x.id) !== 1 ? undefined : open.get(x.id);
  const extend = (
    from: Equation,
    equation: Equation,
    addition: Operand | undefined,
    epilogue: object,
  ): void => {
    const fused: Equation = {
      primitive: 'conv',
      inputs: [...from.inputs, ...(addition === undefined ? [] : [addition])],
      outputs: equation.outputs,
      params: {
        ...from.params,
        epilogue: { ...(from.params['epilogue'] as object | undefined), ...epilogue },
      },
    };
    dropped.add(from);
    replaced.set(equation, fused);
    open.delete(from.outputs[0]!.id);
    open.set(equation.outputs[0]!.id, fused);
  };
  for (const equation of program.equations) {
    const [a, b] = equation.inputs;
    const output = equation.outputs[0]!;
    if (equation.primitive === 'conv' && isPlain(equation)) open.set(output.id, equation);
    if (equation.primitive === 'relu' && origin(a) !== undefined) {
      const from = origin(a)!;
      extend(from, equation, undefined, { relu: true });
      open.delete(output.id);
    }
    if (equation.primitive !== 'add' || output.type !== 'float32') continue;
    const [from, other] = origin(a) !== undefined ? [origin(a)!, b!] : [origin(b), a!];
    if (from === undefined || isLiteral(other)) continue;
    const epilogue = from.params['epilogue'] as Epilogue<number> | undefined;
    const position = from.inputs.length;
    const channels = output.shape[1]!;
    const perChannel =
      other.shape.length <= 4 &&
      other.shape.every((size, i) => size === (i === other.shape.length - 3 ? channels : 1));
    if (perChannel && other.shape.length >= 3 && epilogue === undefined)
      extend(from, equation, other, { bias: position });
    else if (other.shape.join() === output.shape.join() && epilogue?.addend === undefined)
      extend(from, equation, other, { addend: position });
  }
  const stale = new Set([...dropped].map((equation) => equation.outputs[0]!.id));
  const equations = program.equations
    .map((equation) => replaced.get(equation) ?? equation)
    .filter((equation) => !stale.has(equation.outputs[0]!.id));
  return { ...program, equations };
}

/** An ordinary convolution over two axes, as in a forward pass. */
function isPlain({ params, outputs }: Equation): boolean {
  const { vmapDims, lhsDilation, padding } = params as unknown as {
    vmapDims: number;
    lhsDilation: number[];
    padding: [number, number][];
  };
  return (
    vmapDims === 0 &&
    lhsDilation.length === 2 &&
    lhsDilation.every((d) => d === 1) &&
    padding.flat().every((p) => p >= 0) &&
    outputs[0]!.type === 'float32'
  );
}

/** Equations that an output needs, each after those it needs, otherwise in their order. */
function live(program: Program): Program {
  const makers = new Map(
    program.equations.flatMap((equation) => equation.outputs.map((output) => [output.id, equation] as const)),
  );
  const done = new Set<Equation>();
  const equations: Equation[] = [];
  const visit = (root: Equation): void => {
    // An explicit stack: deep networks have thousands of equations in a row.
    const stack: { equation: Equation; next: number }[] = [{ equation: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      if (done.has(top.equation)) {
        stack.pop();
        continue;
      }
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
    if (equation.outputs.some((output) => wanted.has(output.id)))
      for (const x of equation.inputs) if (!isLiteral(x)) wanted.add(x.id);
  }
  for (const equation of program.equations)
    if (equation.outputs.some((output) => wanted.has(output.id))) visit(equation);
  return {
    ...program,
    equations,
    constants: program.constants.filter(({ variable }) => wanted.has(variable.id)),
  };
}
