import { DType, lax, numpy } from './jax.js';
import type { Node } from './jax.js';

/**
 * Element types of traceable tensors. float64 exists on the reference backend only, for finite differences.
 */
export type TensorType = 'float32' | 'float64' | 'float16' | 'int32' | 'uint32' | 'bool';

/** A tensor, or a number that takes the element type of the tensor it meets. */
export type TensorLike = Tensor | number;

/** One axis, several, or all when left out; negative axes count from the end. */
export type Axes = number | readonly number[];

const ownNodes = new WeakMap<ArrayBufferView, Map<string, Node>>();
/** The host data behind constants, so that lowering need not read them back. */
const hostData = new WeakMap<Node, ArrayBufferView>();

/**
 * A value in a function that is traced, differentiated and lowered (`trace`, `valueAndGrad`, `compile`): it
 * has a shape and an element type and stands for the operations that make it. Operations check shapes at once
 * and name themselves and the shapes in their errors. Tensors are borrowed, never consumed: use one as often
 * as you like.
 */
export class Tensor {
  /** @internal */
  readonly node: Node;

  /** @internal */
  constructor(node: Node) {
    this.node = node;
  }

  get shape(): readonly number[] {
    return this.node.shape;
  }
  get type(): TensorType {
    return this.node.dtype;
  }
  get rank(): number {
    return this.node.shape.length;
  }
  get size(): number {
    return product(this.node.shape);
  }

  add(other: TensorLike): Tensor {
    return binary('add', this, other, (a, b) => numpy.add(a, b));
  }
  sub(other: TensorLike): Tensor {
    return binary('sub', this, other, (a, b) => numpy.subtract(a, b));
  }
  mul(other: TensorLike): Tensor {
    return binary('mul', this, other, (a, b) => numpy.multiply(a, b));
  }
  div(other: TensorLike): Tensor {
    return typeof other === 'number'
      ? this.mul(1 / other)
      : binary('div', this, other, (a, b) => numpy.trueDivide(a, b));
  }
  /** Elementwise maximum; where both are equal the gradient goes to `this`. */
  maximum(other: TensorLike): Tensor {
    return binary('maximum', this, other, (a, b) => numpy.maximum(a, b));
  }
  /** Elementwise minimum; where both are equal the gradient goes to `this`. */
  minimum(other: TensorLike): Tensor {
    return binary('minimum', this, other, (a, b) => numpy.minimum(a, b));
  }
  clamp(low: number, high: number): Tensor {
    return this.maximum(low).minimum(high);
  }

  less(other: TensorLike): Tensor {
    return binary('less', this, other, (a, b) => numpy.less(a, b));
  }
  lessEqual(other: TensorLike): Tensor {
    return binary('lessEqual', this, other, (a, b) => numpy.lessEqual(a, b));
  }
  greater(other: TensorLike): Tensor {
    return binary('greater', this, other, (a, b) => numpy.greater(a, b));
  }
  greaterEqual(other: TensorLike): Tensor {
    return binary('greaterEqual', this, other, (a, b) => numpy.greaterEqual(a, b));
  }
  equal(other: TensorLike): Tensor {
    return binary('equal', this, other, (a, b) => numpy.equal(a, b));
  }
  notEqual(other: TensorLike): Tensor {
    return binary('notEqual', this, other, (a, b) => numpy.notEqual(a, b));
  }
  and(other: Tensor): Tensor {
    return binary('and', this, other, (a, b) => numpy.logicalAnd(a, b));
  }
  or(other: Tensor): Tensor {
    return binary('or', this, other, (a, b) => numpy.logicalOr(a, b));
  }
  not(): Tensor {
    return new Tensor(numpy.logicalNot(this.node.ref));
  }

  neg(): Tensor {
    return new Tensor(numpy.negative(this.node.ref));
  }
  reciprocal(): Tensor {
    return new Tensor(numpy.reciprocal(this.node.ref));
  }
  square(): Tensor {
    return this.mul(this);
  }
  sqrt(): Tensor {
    return new Tensor(numpy.sqrt(this.node.ref));
  }
  exp(): Tensor {
    return new Tensor(numpy.exp(this.node.ref));
  }
  log(): Tensor {
    return new Tensor(numpy.log(this.node.ref));
  }
  sin(): Tensor {
    return new Tensor(numpy.sin(this.node.ref));
  }
  cos(): Tensor {
    return new Tensor(numpy.cos(this.node.ref));
  }
  asin(): Tensor {
    return new Tensor(numpy.arcsin(this.node.ref));
  }
  atan(): Tensor {
    return new Tensor(numpy.arctan(this.node.ref));
  }
  erf(): Tensor {
    return new Tensor(lax.erf(this.node.ref));
  }
  floor(): Tensor {
    return new Tensor(numpy.floor(this.node.ref));
  }
  ceil(): Tensor {
    return new Tensor(numpy.ceil(this.node.ref));
  }
  /** Absolute value; the gradient at zero is that of the positive side. */
  abs(): Tensor {
    return where(this.less(0), this.neg(), this);
  }
  /** max(x, 0); the gradient at zero is zero. */
  relu(): Tensor {
    return where(this.greater(0), this, 0);
  }
  /** Logistic function, stable for large arguments on both sides. */
  sigmoid(): Tensor {
    // exp is only ever taken of a number that is not positive.
    const decay = this.abs().neg().exp();
    const upper = decay.add(1).reciprocal();
    return where(this.less(0), decay.mul(upper), upper);
  }
  tanh(): Tensor {
    return this.mul(2).sigmoid().mul(2).sub(1);
  }

  /** The value without its gradient. */
  stopGradient(): Tensor {
    return new Tensor(lax.stopGradient(this.node.ref));
  }
  cast(type: TensorType): Tensor {
    return this.type === type ? this : new Tensor(this.node.ref.astype(dtypeOf(type)));
  }

  sum(axes?: Axes, keepDims = false): Tensor {
    return reduce('sum', this, axes, keepDims, (x, axis) => numpy.sum(x, axis));
  }
  mean(axes?: Axes, keepDims = false): Tensor {
    const reduced = normalizeAxes('mean', this, axes);
    return this.sum(reduced, keepDims).mul(1 / product(reduced.map((axis) => this.shape[axis]!)));
  }
  /** Largest value; where several are equal they share the gradient. */
  max(axes?: Axes, keepDims = false): Tensor {
    return reduce('max', this, axes, keepDims, (x, axis) => numpy.max(x, axis));
  }
  /** Smallest value; where several are equal they share the gradient. */
  min(axes?: Axes, keepDims = false): Tensor {
    return reduce('min', this, axes, keepDims, (x, axis) => numpy.min(x, axis));
  }

  /** Same values in row-major order under another shape; one size may be −1 and is then computed. */
  reshape(shape: readonly number[]): Tensor {
    const unknown = shape.indexOf(-1);
    const known = product(shape.filter((size) => size !== -1));
    const full =
      unknown < 0 ? [...shape] : shape.map((size, i) => (i === unknown ? this.size / known : size));
    if (product(full) !== this.size || !full.every((size) => Number.isInteger(size) && size >= 0)) {
      throw shapeError('reshape', [this.shape], `cannot become [${shape.join(', ')}]`);
    }
    return new Tensor(numpy.reshape(this.node.ref, full));
  }
  /** Reorders the axes: axis `i` of the result is axis `order[i]` of this. */
  transpose(order: readonly number[]): Tensor {
    if (order.length !== this.rank || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
      throw shapeError(
        'transpose',
        [this.shape],
        `order [${order.join(', ')}] is not a permutation of its axes`,
      );
    }
    return new Tensor(numpy.transpose(this.node.ref, [...order]));
  }
  /** Inserts an axis of size 1 before `axis`. */
  unsqueeze(axis: number): Tensor {
    const at = axis < 0 ? axis + this.rank + 1 : axis;
    if (!Number.isInteger(at) || at < 0 || at > this.rank)
      throw shapeError('unsqueeze', [this.shape], `has no place ${axis} for an axis`);
    return this.reshape(this.shape.toSpliced(at, 0, 1));
  }
  /** Repeats axes of size 1, and adds leading axes, to reach `shape`. */
  expand(shape: readonly number[]): Tensor {
    if (broadcastShapes('expand', this.shape, shape).join() !== shape.join()) {
      throw shapeError('expand', [this.shape], `cannot become [${shape.join(', ')}]`);
    }
    return new Tensor(numpy.broadcastTo(this.node.ref, [...shape]));
  }
  /** Values from `start` up to but without `end` along `axis`. */
  slice(axis: number, start: number, end: number): Tensor {
    const at = normalizeAxis('slice', this, axis);
    if (!(start >= 0 && start <= end && end <= this.shape[at]!)) {
      throw shapeError('slice', [this.shape], `axis ${axis} has no range ${start}…${end}`);
    }
    return new Tensor(
      this.node.ref.slice(
        ...this.shape.map((size, i): [number, number] => (i === at ? [start, end] : [0, size])),
      ),
    );
  }
  /** The values at one index of an axis, which disappears. */
  at(axis: number, index: number): Tensor {
    const k = normalizeAxis('at', this, axis);
    const i = index < 0 ? index + this.shape[k]! : index;
    return this.slice(k, i, i + 1).reshape(this.shape.toSpliced(k, 1));
  }
  /** Reverses the order along axes. */
  flip(axes: Axes): Tensor {
    return new Tensor(numpy.flip(this.node.ref, normalizeAxes('flip', this, axes)));
  }
  /** Adds zeros: `[before, after]` per axis. */
  pad(widths: readonly (readonly [number, number])[]): Tensor {
    if (widths.length !== this.rank || widths.flat().some((width) => width < 0)) {
      throw shapeError('pad', [this.shape], `needs ${this.rank} pairs of non-negative widths`);
    }
    return new Tensor(
      numpy.pad(
        this.node.ref,
        widths.map(([before, after]): [number, number] => [before, after]),
      ),
    );
  }
  /**
   * Selects along `axis`: result[…, i…, …] = this[…, indices[i…], …]. The gradient adds up where indices
   * repeat.
   * @param indices int32, each within the axis: nothing checks them when the graph runs
   */
  take(indices: Tensor, axis: number): Tensor {
    const at = normalizeAxis('take', this, axis);
    if (indices.type !== 'int32') throw new Error(`take: indices must be int32, got ${indices.type}.`);
    return new Tensor(numpy.take(this.node.ref, indices.node.ref, at));
  }
  /** Matrix product of the last two axes; leading axes broadcast. */
  matmul(other: Tensor): Tensor {
    const inner = this.shape.at(-1);
    const rows = other.shape.at(-2);
    if (this.rank < 2 || other.rank < 2 || inner !== rows) {
      throw shapeError(
        'matmul',
        [this.shape, other.shape],
        `inner sizes ${inner} and ${rows} differ or an operand is no matrix`,
      );
    }
    broadcastShapes('matmul', this.shape.slice(0, -2), other.shape.slice(0, -2));
    // jax-js puts shared leading axes first, which is NumPy's order only where both ranks agree or the right
    // one is a matrix.
    const rank = other.rank === 2 ? 2 : Math.max(this.rank, other.rank);
    const [a, b] = [this, other].map((x) =>
      x.rank < rank ? x.reshape([...Array<number>(rank - x.rank).fill(1), ...x.shape]) : x,
    );
    return new Tensor(numpy.matmul(a!.node.ref, b!.node.ref));
  }
}

/**
 * A constant. The same array, shape and type give the same stored constant however often it is used.
 * @param data row-major values; must not change afterwards
 */
export function constant(
  data: Float32Array | Float64Array | Int32Array,
  shape: readonly number[] = [data.length],
): Tensor {
  if (product(shape) !== data.length)
    throw shapeError('constant', [shape], `needs ${product(shape)} values, got ${data.length}`);
  const type: TensorType =
    data instanceof Int32Array ? 'int32' : data instanceof Float64Array ? 'float64' : 'float32';
  const key = `${type}[${shape.join()}]`;
  let nodes = ownNodes.get(data);
  if (nodes === undefined) ownNodes.set(data, (nodes = new Map<string, Node>()));
  let node = nodes.get(key);
  if (node === undefined) {
    node = numpy.array(data as Float32Array<ArrayBuffer>, { shape: [...shape], dtype: dtypeOf(type) });
    nodes.set(key, node);
    hostData.set(node, data);
  }
  return new Tensor(node);
}

/** The host array of a constant's node, if it came from `constant`. @internal */
export const constantData = (node: Node): ArrayBufferView | undefined => hostData.get(node);

export function full(shape: readonly number[], value: number, type: TensorType = 'float32'): Tensor {
  return new Tensor(numpy.full([...shape], value, { dtype: dtypeOf(type) }));
}
export const zeros = (shape: readonly number[], type: TensorType = 'float32'): Tensor => full(shape, 0, type);
export const ones = (shape: readonly number[], type: TensorType = 'float32'): Tensor => full(shape, 1, type);

/** `yes` where `condition` holds, `no` elsewhere; all three broadcast. */
export function where(condition: Tensor, yes: TensorLike, no: TensorLike): Tensor {
  if (condition.type !== 'bool') throw new Error(`where: the condition must be bool, got ${condition.type}.`);
  const shapes = [condition, yes, no].map((value) => (value instanceof Tensor ? value.shape : []));
  shapes.reduce((a, b) => broadcastShapes('where', a, b));
  return new Tensor(numpy.where(condition.node.ref, operand(yes), operand(no)));
}

/** Joins tensors along an existing axis. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new Error('concat: needs at least one tensor.');
  const at = normalizeAxis('concat', first, axis);
  if (
    tensors.some(
      (t) => t.rank !== first.rank || t.shape.some((size, i) => i !== at && size !== first.shape[i]),
    )
  ) {
    throw shapeError(
      'concat',
      tensors.map((t) => t.shape),
      `they differ outside axis ${axis}`,
    );
  }
  return tensors.length === 1
    ? first
    : new Tensor(
        numpy.concatenate(
          tensors.map((t) => t.node.ref),
          at,
        ),
      );
}

/** Joins tensors of one shape along a new axis. */
export const stack = (tensors: readonly Tensor[], axis = 0): Tensor =>
  concat(
    tensors.map((t) => t.unsqueeze(axis)),
    axis,
  );

/** An error that names the operation and the shapes it was given. */
export function shapeError(operation: string, shapes: readonly (readonly number[])[], reason: string): Error {
  return new Error(
    `${operation}: ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')}: ${reason}.`,
  );
}

/** The shape of two broadcast together by NumPy's rules. @throws Error naming both when they do not fit */
export function broadcastShapes(operation: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw shapeError(operation, [a, b], `do not broadcast: ${m} against ${n}`);
    return m === 1 ? n : m;
  });
}

/** Non-negative, distinct axes. */
export function normalizeAxes(operation: string, x: Tensor, axes: Axes | undefined): number[] {
  if (axes === undefined) return x.shape.map((_, i) => i);
  const list = (typeof axes === 'number' ? [axes] : [...axes]).map((axis) =>
    normalizeAxis(operation, x, axis),
  );
  if (new Set(list).size !== list.length)
    throw shapeError(operation, [x.shape], `axes [${list.join(', ')}] repeat`);
  return list;
}

function normalizeAxis(operation: string, x: Tensor, axis: number): number {
  const at = axis < 0 ? axis + x.rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.rank)
    throw shapeError(operation, [x.shape], `has no axis ${axis}`);
  return at;
}

export const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

function binary(
  operation: string,
  a: Tensor,
  b: TensorLike,
  apply: (a: Node, b: Node | number) => Node,
): Tensor {
  if (b instanceof Tensor) broadcastShapes(operation, a.shape, b.shape);
  // jax-js rounds bare numbers to float32, also where they meet float64.
  const exact = typeof b === 'number' && a.type === 'float64' ? full([], b, 'float64') : b;
  return new Tensor(apply(a.node.ref, operand(exact)));
}

const operand = (value: TensorLike): Node | number => (value instanceof Tensor ? value.node.ref : value);

function reduce(
  operation: string,
  x: Tensor,
  axes: Axes | undefined,
  keepDims: boolean,
  apply: (x: Node, axes: number[]) => Node,
): Tensor {
  const list = normalizeAxes(operation, x, axes);
  const reduced = list.length === 0 ? x : new Tensor(apply(x.node.ref, list));
  return keepDims ? reduced.reshape(x.shape.map((size, i) => (list.includes(i) ? 1 : size))) : reduced;
}

const dtypes: Record<TensorType, DType> = {
  float32: DType.Float32,
  float64: DType.Float64,
  float16: DType.Float16,
  int32: DType.Int32,
  uint32: DType.Uint32,
  bool: DType.Bool,
};
const dtypeOf = (type: TensorType): DType => dtypes[type];
