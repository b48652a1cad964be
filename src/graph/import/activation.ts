import { logSoftmax, softmax } from '../ops/losses.js';
import { product, where } from '../tensor.js';
import type { Tensor } from '../tensor.js';
import { axisOf } from './call.js';
import type { Attributes, Call, Operator, OperatorTable } from './call.js';
import { mapHost } from './value.js';

/** Nonlinearities of single values, and softmax. */
export const activationOperators: OperatorTable = {
  Relu: { run: (call) => call.tensor(0).relu() },
  LeakyRelu: { run: (call) => leaky(call.tensor(0), call.attributes.float('alpha') ?? 0.01) },
  PRelu: { run: (call) => leaky(call.tensor(0), call.tensor(1)) },
  Elu: { run: (call) => elu(call.tensor(0), call.attributes.float('alpha') ?? 1) },
  Celu: {
    run: (call) => {
      const alpha = call.attributes.float('alpha') ?? 1;
      return elu(call.tensor(0), alpha, alpha);
    },
  },
  Selu: {
    run: (call) =>
      elu(call.tensor(0), call.attributes.float('alpha') ?? 1.67326319217681884765625).mul(
        call.attributes.float('gamma') ?? 1.05070102214813232421875,
      ),
  },
  ThresholdedRelu: {
    run: (call) => {
      const x = call.tensor(0);
      return where(x.greater(call.attributes.float('alpha') ?? 1), x, 0);
    },
  },
  Sigmoid: { run: (call) => call.tensor(0).sigmoid() },
  HardSigmoid: {
    run: (call) =>
      hardSigmoid(
        call.tensor(0),
        call.attributes.float('alpha') ?? 0.2,
        call.attributes.float('beta') ?? 0.5,
      ),
  },
  HardSwish: {
    run: (call) => {
      const x = call.tensor(0);
      return x.mul(hardSigmoid(x, 1 / 6, 0.5));
    },
  },
  Tanh: { run: (call) => call.tensor(0).tanh() },
  Softplus: { run: (call) => softplus(call.tensor(0)) },
  Softsign: {
    run: (call) => {
      const x = call.tensor(0);
      return x.div(x.abs().add(1));
    },
  },
  Mish: {
    run: (call) => {
      const x = call.tensor(0);
      return x.mul(softplus(x).tanh());
    },
  },
  Gelu: { run: (call) => gelu(call.tensor(0), call.attributes.string('approximate') ?? 'none') },
  Clip: { run: clip, host: foldClip, hostInputs: [1, 2] },
  Softmax: overAxis(softmax),
  LogSoftmax: overAxis(logSoftmax),
};

const leaky = (x: Tensor, slope: Tensor | number): Tensor => where(x.less(0), x.mul(slope), x);

/** The exponential is only taken of what is not positive, else its overflow would spoil the gradient. */
const elu = (x: Tensor, alpha: number, scale = 1): Tensor =>
  where(
    x.greater(0),
    x,
    x
      .minimum(0)
      .mul(1 / scale)
      .exp()
      .sub(1)
      .mul(alpha),
  );

const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor => x.mul(alpha).add(beta).clamp(0, 1);

/** log(1 + eˣ), the exponential only taken of what is not positive. */
const softplus = (x: Tensor): Tensor => x.relu().add(x.abs().neg().exp().add(1).log());

function gelu(x: Tensor, approximate: string): Tensor {
  const inner =
    approximate === 'tanh'
      ? x
          .add(x.square().mul(x).mul(0.044715))
          .mul(Math.sqrt(2 / Math.PI))
          .tanh()
      : x.mul(Math.SQRT1_2).erf();
  return x.mul(inner.add(1)).mul(0.5);
}

/** The bounds: attributes before operator set 11, inputs from then on. */
function bounds(call: Call): readonly [low: number | undefined, high: number | undefined] {
  return [
    call.optionalNumbers(1)?.[0] ?? call.attributes.float('min'),
    call.optionalNumbers(2)?.[0] ?? call.attributes.float('max'),
  ];
}

function clip(call: Call): Tensor {
  const [low, high] = bounds(call);
  const x = call.tensor(0);
  const raised = low === undefined ? x : x.maximum(low);
  return high === undefined ? raised : raised.minimum(high);
}

function foldClip(call: Call) {
  const [low = -Infinity, high = Infinity] = bounds(call);
  const x = call.host(0);
  return mapHost(x.type, [x], (value) => Math.min(Math.max(value, low), high));
}

/** Before operator set 13, all axes from `axis` on count as one. */
function overAxis(apply: (x: Tensor, axis: number) => Tensor): Operator {
  return {
    run: (call) => {
      const x = call.tensor(0);
      const axis = axisOf(axisAttribute(call.attributes, call.opset), x.rank);
      if (call.opset >= 13) return apply(x, axis);
      return apply(x.reshape([product(x.shape.slice(0, axis)), product(x.shape.slice(axis))]), 1).reshape(
        x.shape,
      );
    },
  };
}

const axisAttribute = (attributes: Attributes, opset: number): number =>
  attributes.int('axis') ?? (opset >= 13 ? -1 : 1);
