import { z } from 'zod';
import { regressors, type RegressorName } from '../network/regressor.js';
import { pretrainDefaults } from './pretrain.js';

const positive = z.number().positive(), share = z.number().min(0).max(1), whole = z.int().positive(), weight = z.number().min(0);
const weights = Object.fromEntries(Object.entries(pretrainDefaults).map(([name, value]) => [name, weight.default(value)])) as { [Name in keyof typeof pretrainDefaults]: z.ZodDefault<typeof weight> };

/** Settings of the supervised stage, with their defaults; what `config.json` of a run holds. */
export const pretrainConfigSchema = z.strictObject({
  stage: z.literal('pretrain').default('pretrain'),
  network: z.enum(Object.keys(regressors) as [RegressorName, ...RegressorName[]]).default('fast'),
  seed: z.string().default('1'),
  steps: whole.default(30_000),
  batch: whole.default(32),
  learningRate: positive.default(1e-3).describe('AdamW, after a warm-up; falls to nothing along half a cosine.'),
  warmUp: z.int().min(0).default(500),
  weightDecay: weight.default(0.01),
  clipNorm: positive.default(5),
  covered: share.default(0.5).describe('Share of samples of which the covered version is taken, where there is one.'),
  robust: z.boolean().default(true).describe('Whether views are also covered by boxes and made noisy.'),
  softness: z.strictObject({ first: positive.default(0.1), last: positive.default(0.003) }).prefault({})
    .describe('ε of the landmark loss, in halves of the crop: squared distances at first, distances in the end.'),
  weights: z.strictObject(weights).prefault({}),
});

export type PretrainConfig = z.infer<typeof pretrainConfigSchema>;

/** ε of the landmark loss at a step: falls geometrically over the first two thirds of the training. */
export function softnessAt({ softness: { first, last }, steps }: PretrainConfig, step: number): number {
  return first * (last / first) ** Math.min(1, (1.5 * step) / steps);
}
