/** Training in Node (docs/graph.md): what the graph engine compiles, run and repeated. */
export { trainInWorker } from './node/training/train-in-worker.js';
export type {
  TrainInWorkerOptions,
  TrainingProgress,
  WorkerTrainer,
} from './node/training/train-in-worker.js';
export type { HostModule, WorkerGraphs } from './node/training/training-setup.js';
export { ProviderError, nodeRuntime, supportedProviders } from './runtime/node.js';
export type { NodeProvider, NodeRuntimeOptions } from './runtime/node.js';
export type { HostTensor, Runtime, Session } from './runtime/session.js';
export { cpuTarget, gpuTarget } from './runtime/target.js';
export { NonFiniteGradientError, adamDefaults, adamWDefaults, sgdDefaults } from './train/optimizer.js';
export type { OptimizerConfig } from './train/optimizer.js';
export { learningRateAt } from './train/schedule.js';
export type { Schedule } from './train/schedule.js';
export type { Batch, HostFunction, StepGraph } from './train/step-graph.js';
export { createTrainer } from './train/trainer.js';
export type { StepReport, Trainer, TrainerConfig } from './train/trainer.js';
