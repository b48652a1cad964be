import { batchNorm, groupNorm, instanceNorm, layerNorm } from '../ops/normalization.js';
import { where } from '../tensor.js';
import type { Tensor } from '../tensor.js';
import { axisOf } from './call.js';
import type { Attributes, Call, OperatorTable } from './call.js';

/** Normalisations; batch normalisation with its stored statistics. */
export const normalizationOperators: OperatorTable = {
  BatchNormalization: { run: batchNormalization, refuse: refuseTraining },
  InstanceNormalization: {
    run: (call) =>
      instanceNorm(call.tensor(0), { scale: call.tensor(1), bias: call.tensor(2), epsilon: epsilonOf(call) }),
  },
  LayerNormalization: { run: layerNormalization },
  GroupNormalization: { run: groupNormalization },
  LpNormalization: {
    run: lpNormalization,
    refuse: (attributes) =>
      ![undefined, 1, 2].includes(attributes.int('p'))
        ? `only the norms 1 and 2 are supported, not ${attributes.int('p')}`
        : undefined,
  },
};

const epsilonOf = (call: Call): number => call.attributes.float('epsilon') ?? 1e-5;

function refuseTraining(attributes: Attributes): string | undefined {
  if (attributes.int('training_mode') === 1)
    return 'it is in training mode; export the network for inference';
  return attributes.int('spatial') === 0
    ? 'statistics for each pixel (spatial = 0) are not supported'
    : undefined;
}

function batchNormalization(call: Call): Tensor {
  const statistics = { mean: call.tensor(3), variance: call.tensor(4) };
  return batchNorm(call.tensor(0), statistics, {
    scale: call.tensor(1),
    bias: call.tensor(2),
    epsilon: epsilonOf(call),
  });
}

function layerNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const first = axisOf(call.attributes.int('axis') ?? -1, x.rank);
  const bias = call.optionalTensor(2);
  const axes = [...x.shape.keys()].slice(first);
  return layerNorm(x, {
    axes,
    scale: call.tensor(1),
    ...(bias === undefined ? {} : { bias }),
    epsilon: epsilonOf(call),
  });
}

/** Scale and bias are per group in operator set 18 and per channel from 21 on. */
function groupNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const groups = call.attributes.int('num_groups') ?? 1;
  const each = x.shape[1]! / groups;
  const perChannel = (values: Tensor): Tensor =>
    call.opset >= 21
      ? values
      : values
          .unsqueeze(1)
          .expand([groups, each])
          .reshape([groups * each]);
  return groupNorm(x, groups, {
    scale: perChannel(call.tensor(1)),
    bias: perChannel(call.tensor(2)),
    epsilon: epsilonOf(call),
  });
}

function lpNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = axisOf(call.attributes.int('axis') ?? -1, x.rank);
  // Zero vectors stay zero.
  if (call.attributes.int('p') === 1) return x.div(x.abs().sum(axis, true).maximum(1e-30));
  return x.mul(x.square().sum(axis, true).maximum(1e-30).sqrt().reciprocal());
}

/** √(Σ x²) with gradient zero, not infinity, at zero. */
export function euclideanNorm(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor {
  const sum = x.square().sum(axes, keepDims);
  return where(sum.greater(0), sum.maximum(1e-30).sqrt(), 0);
}
