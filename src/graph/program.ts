import type { TensorType } from './tensor.js';

/** A tensor variable of a program; each is made by exactly one equation, or is an input or a constant. */
export interface Variable {
  readonly id: number;
  readonly shape: readonly number[];
  readonly type: TensorType;
}

/** A scalar known when tracing. */
export interface Literal {
  readonly literal: number;
  readonly type: TensorType;
}

export type Operand = Variable | Literal;

/**
 * One primitive operation. The primitives and their parameters are those of jax-js (docs/graph.md lists
 * them).
 */
export interface Equation {
  readonly primitive: string;
  readonly inputs: readonly Operand[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Variable[];
}

/** A constant that a traced function captured. */
export interface Constant {
  readonly variable: Variable;
  readonly data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
}

/** A traced function: straight-line code over tensors of known shapes. */
export interface Program {
  readonly inputs: readonly (readonly [name: string, variable: Variable])[];
  readonly constants: readonly Constant[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly (readonly [name: string, operand: Operand])[];
}

export const isLiteral = (operand: Operand): operand is Literal => 'literal' in operand;

export const shapeOf = (operand: Operand): readonly number[] => (isLiteral(operand) ? [] : operand.shape);

let nextId = 1;
export const newVariable = (shape: readonly number[], type: TensorType): Variable => ({
  id: nextId++,
  shape,
  type,
});

/** The program as text, one equation a line, variables numbered from 1: the same for equal programs. */
export function printProgram(program: Program): string {
  const names = new Map<number, string>();
  const name = (variable: Variable): string => {
    if (!names.has(variable.id)) names.set(variable.id, `%${names.size + 1}`);
    return names.get(variable.id)!;
  };
  const show = (operand: Operand): string => (isLiteral(operand) ? String(operand.literal) : name(operand));
  const typed = (variable: Variable): string =>
    `${name(variable)}: ${variable.type}[${variable.shape.join(', ')}]`;
  const params = (values: Readonly<Record<string, unknown>>): string => {
    const shown = Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return shown.length > 0 ? ` {${shown.join(', ')}}` : '';
  };
  return [
    ...program.inputs.map(([label, variable]) => `input ${label} = ${typed(variable)}`),
    ...program.constants.map(({ variable }) => `constant ${typed(variable)}`),
    ...program.equations.map(
      (e) =>
        `${e.outputs.map(typed).join('; ')} = ${e.primitive}(${e.inputs.map(show).join(', ')})${params(e.params)}`,
    ),
    ...program.outputs.map(([label, operand]) => `output ${label} = ${show(operand)}`),
  ].join('\n');
}
