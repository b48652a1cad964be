import { z } from 'zod';
import { detectionDefaults } from './detect.js';
import { identityDefaults } from './identity.js';
import { judgeDefaults } from './judge.js';
import { landmarksDefaults } from './landmarks.js';
import { parseDefaults } from './parse.js';
import { regressors, type RegressorName } from '../network/regressor.js';
import { recogniseDefaults } from './recognise.js';
import { guidanceDefaults, robustificationDefaults } from './guided-step.js';
import { pretrainDefaults } from './pretrain.js';

const positive = z.number().positive();
const share = z.number().min(0).max(1);
const whole = z.int().positive();
const weight = z.number().min(0);
const weightsOf = <Weights extends object>(defaults: Weights) =>
  z
    .strictObject(
      Object.fromEntries(
        Object.entries(defaults).map(([name, value]) => [name, weight.default(value as number)]),
      ) as { [Name in keyof Weights]: z.ZodDefault<typeof weight> },
    )
    .prefault({} as never);

/** Settings that every stage of a regressor has. */
const common = {
  network: z.enum(Object.keys(regressors) as [RegressorName, ...RegressorName[]]).default('fast'),
  seed: z.string().default('1'),
  weightDecay: weight.default(0.01),
  clipNorm: positive.default(20),
};
const publishedShare = (value: number) =>
  share
    .default(value)
    .describe(
      'Share of the published weights in what is exported, by which it keeps what it knew of clean faces.',
    );
const chimeras = share
  .default(0.6)
  .describe('Share of the photos that get parts of the face of another: people whom no photo shows.');
const learningRate = (value: number) =>
  positive.default(value).describe('AdamW, after a warm-up; falls to nothing along half a cosine.');

/** Settings of the supervised stage, with their defaults; what `config.json` of a run holds. */
export const pretrainConfigSchema = z.strictObject({
  stage: z.literal('pretrain').default('pretrain'),
  ...common,
  steps: whole.default(30_000),
  batch: whole.default(32),
  learningRate: learningRate(1e-3),
  warmUp: z.int().min(0).default(500),
  covered: share
    .default(0.5)
    .describe('Share of samples of which the covered version is taken, where there is one.'),
  robust: z.boolean().default(true).describe('Whether views are also covered by boxes and made noisy.'),
  softness: z
    .strictObject({ first: positive.default(0.05), last: positive.default(0.003) })
    .prefault({})
    .describe(
      'ε of the landmark loss, in halves of the crop: squared distances at first, distances in the end.',
    ),
  weights: weightsOf(pretrainDefaults),
});

const guided = {
  ...common,
  batch: whole.default(16).describe('Photos per step; robustification sees each three times.'),
  recognised: z
    .int()
    .min(1)
    .default(4)
    .describe(
      'Photos of each batch that the perceptual loss looks at; the recognition network costs more than all else.',
    ),
  warmUp: z.int().min(0).default(100),
};

/** Settings of the guidance on clean photos. */
export const guideConfigSchema = z.strictObject({
  stage: z.literal('guide').default('guide'),
  ...guided,
  steps: whole.default(4000),
  learningRate: learningRate(5e-4),
  weights: weightsOf(guidanceDefaults),
});

/** Settings of the robustification: clean, occluded and noisy views of each photo. */
export const robustifyConfigSchema = z.strictObject({
  stage: z.literal('robustify').default('robustify'),
  ...guided,
  steps: whole.default(4000),
  learningRate: learningRate(5e-4),
  weights: weightsOf(robustificationDefaults),
});

/** Settings of the robustification on one's own photos, from a network that is already good. */
export const finetuneConfigSchema = z.strictObject({
  stage: z.literal('finetune').default('finetune'),
  ...guided,
  batch: whole.default(8),
  steps: whole.default(400),
  learningRate: learningRate(1e-4),
  weights: weightsOf(robustificationDefaults),
});

/**
 * Settings of the detector's robustification: it finds from any view what it finds in clean, upright photos.
 */
export const detectConfigSchema = z.strictObject({
  stage: z.literal('detect').default('detect'),
  seed: z.string().default('1'),
  weightDecay: weight.default(0),
  clipNorm: positive.default(5),
  steps: whole.default(6000),
  batch: whole.default(16),
  learningRate: learningRate(1.5e-4),
  warmUp: z.int().min(0).default(50),
  worn: share
    .default(0.6)
    .describe('Share of samples of which the covered version is taken, where there is one.'),
  covered: share.default(0.7).describe('Share of views in which something flat is laid over each face.'),
  noise: weight.default(50).describe('Deviation of the strongest noise, of 0…255.'),
  weights: weightsOf(detectionDefaults),
});

/** Settings of the dense landmarks' robustification: they lie where they lie on the clean photo. */
export const landmarksConfigSchema = z.strictObject({
  stage: z.literal('landmarks').default('landmarks'),
  seed: common.seed,
  weightDecay: weight.default(0),
  clipNorm: positive.default(50),
  steps: whole.default(4000),
  batch: whole.default(16),
  learningRate: learningRate(1e-4),
  warmUp: z.int().min(0).default(50),
  worn: share
    .default(0.35)
    .describe('Share of samples of which the covered version is taken, where there is one.'),
  covered: share.default(0.7).describe('Share of the other views in which something flat covers the face.'),
  noise: detectConfigSchema.shape.noise,
  published: publishedShare(0.4),
  weights: weightsOf(landmarksDefaults),
});

/** Settings of the judge, which tells faces from what only looks like one, and where they lie. */
export const judgeConfigSchema = z.strictObject({
  stage: z.literal('judge').default('judge'),
  ...common,
  steps: whole.default(2000),
  batch: whole.default(16).describe('Pictures per step.'),
  views: whole.default(8).describe('Crops of each picture.'),
  learningRate: learningRate(1e-3),
  warmUp: z.int().min(0).default(50),
  worn: detectConfigSchema.shape.worn,
  covered: detectConfigSchema.shape.covered,
  noise: detectConfigSchema.shape.noise,
  weights: weightsOf(judgeDefaults),
});

/** Settings of the face parser, which says of each pixel whether it shows skin, hair, a cover or neither. */
export const parseConfigSchema = z.strictObject({
  stage: z.literal('parse').default('parse'),
  seed: common.seed,
  weightDecay: common.weightDecay,
  clipNorm: common.clipNorm,
  steps: whole.default(8000),
  batch: whole.default(16),
  learningRate: learningRate(2e-3),
  warmUp: z.int().min(0).default(100),
  worn: detectConfigSchema.shape.worn,
  covered: share.default(0.5).describe('Share of views in which something flat is laid over the face.'),
  noise: detectConfigSchema.shape.noise,
  taught: z
    .boolean()
    .default(true)
    .describe('Whether the network that the training begins with says what photos without labels show.'),
  weights: weightsOf(parseDefaults),
});

/** Settings of the robustification of a recognition network. */
export const recogniseConfigSchema = z.strictObject({
  stage: z.literal('recognise').default('recognise'),
  seed: common.seed,
  weightDecay: weight.default(0),
  clipNorm: common.clipNorm,
  steps: whole.default(4000),
  batch: whole.default(12),
  learningRate: learningRate(3e-4),
  warmUp: z.int().min(0).default(50),
  published: publishedShare(0.6),
  chimeras,
  weights: weightsOf(recogniseDefaults),
});

/** Settings of the network that says in which albedo a face is recognised. */
export const identityConfigSchema = z.strictObject({
  stage: z.literal('identity').default('identity'),
  seed: common.seed,
  weightDecay: common.weightDecay,
  clipNorm: common.clipNorm,
  steps: whole.default(2000),
  batch: whole.default(12),
  learningRate: learningRate(1e-3),
  warmUp: z.int().min(0).default(20),
  chimeras,
  weights: weightsOf(identityDefaults),
});

export type RecogniseConfig = z.infer<typeof recogniseConfigSchema>;
export type IdentityConfig = z.infer<typeof identityConfigSchema>;
export type ParseConfig = z.infer<typeof parseConfigSchema>;
export type LandmarksConfig = z.infer<typeof landmarksConfigSchema>;
export type JudgeConfig = z.infer<typeof judgeConfigSchema>;
export type DetectConfig = z.infer<typeof detectConfigSchema>;
export type PretrainConfig = z.infer<typeof pretrainConfigSchema>;
export type GuidedConfig =
  | z.infer<typeof guideConfigSchema>
  | z.infer<typeof robustifyConfigSchema>
  | z.infer<typeof finetuneConfigSchema>;
/** Of the stages that train a regressor. */
export type RegressorConfig = PretrainConfig | GuidedConfig;
export type StageConfig =
  | RegressorConfig
  | DetectConfig
  | LandmarksConfig
  | JudgeConfig
  | ParseConfig
  | RecogniseConfig
  | IdentityConfig;

/** The settings of each stage. */
export const stageSchemas = {
  pretrain: pretrainConfigSchema,
  guide: guideConfigSchema,
  robustify: robustifyConfigSchema,
  finetune: finetuneConfigSchema,
  detect: detectConfigSchema,
  landmarks: landmarksConfigSchema,
  judge: judgeConfigSchema,
  parse: parseConfigSchema,
  recognise: recogniseConfigSchema,
  identity: identityConfigSchema,
} as const;
export type StageName = keyof typeof stageSchemas;

/** ε of the landmark loss at a step: falls geometrically over the first two thirds of the training. */
export function softnessAt({ softness: { first, last }, steps }: PretrainConfig, step: number): number {
  return first * (last / first) ** Math.min(1, (1.5 * step) / steps);
}
