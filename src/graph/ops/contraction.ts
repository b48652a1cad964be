import { numpy } from '../jax.js';
import { Tensor, shapeError } from '../tensor.js';

/**
 * Einstein summation: axes that share a letter are multiplied pointwise, letters missing from the result are
 * summed over. `einsum('bij,bjk->bik', a, b)` is a batched matrix product.
 * @param equation one letter per axis, operands separated by commas, then `->` and the axes of the result. A
 *   letter may stand only once in each operand, and no ellipsis is allowed
 * @throws Error when the equation does not fit the shapes
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  const compact = equation.replaceAll(' ', '');
  const shapes = tensors.map((tensor) => tensor.shape);
  const fail = (reason: string): Error => shapeError(`einsum '${equation}'`, shapes, reason);
  const [left, result, ...rest] = compact.split('->');
  if (!/^[a-zA-Z,]*$/.test(left!) || result === undefined || rest.length > 0 || !/^[a-zA-Z]*$/.test(result)) {
    throw fail('expected letters, commas and one arrow, such as ij,jk->ik');
  }
  const operands = left!.split(',');
  if (operands.length !== tensors.length)
    throw fail(`names ${operands.length} operands, got ${tensors.length}`);
  const sizes = new Map<string, number>();
  operands.forEach((letters, i) => {
    if (letters.length !== shapes[i]!.length)
      throw fail(`'${letters}' does not name the ${shapes[i]!.length} axes of operand ${i}`);
    if (new Set(letters).size !== letters.length) throw fail(`'${letters}' repeats a letter`);
    [...letters].forEach((letter, axis) => {
      const size = shapes[i]![axis]!;
      const known = sizes.get(letter) ?? size;
      if (known !== size) throw fail(`axis ${letter} is ${known} and ${size}`);
      sizes.set(letter, size);
    });
  });
  if (new Set(result).size !== result.length || [...result].some((letter) => !sizes.has(letter))) {
    throw fail(`the result '${result}' repeats a letter or has one that no operand has`);
  }
  // Axes as numbers, because jax-js reads equations with iterator helpers, which Node has only from version
  // 22 on.
  const letters = [...sizes.keys()];
  const axes = (part: string): number[] => [...part].map((letter) => letters.indexOf(letter));
  return new Tensor(
    numpy.einsum(...tensors.flatMap((tensor, i) => [tensor.node.ref, axes(operands[i]!)]), axes(result)),
  );
}
