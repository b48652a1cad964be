/**
 * Steps at the start over which the learning rate grows linearly, from `1/warmUp` of its value; 0 for none.
 */
interface WarmUp {
  readonly warmUp?: number;
}

export interface ConstantSchedule extends WarmUp {
  readonly kind: 'constant';
  readonly learningRate: number;
}

/**
 * Half a cosine from `learningRate`, reached after the warm-up, down to `final · learningRate` at `steps`,
 * and so on.
 */
export interface CosineSchedule extends WarmUp {
  readonly kind: 'cosine';
  readonly learningRate: number;
  /** Steps of the whole training, warm-up included. */
  readonly steps: number;
  /** Fraction of the learning rate that is left at the end. Default 0. */
  readonly final?: number;
}

/** `learningRate · factor^⌊step / every⌋` */
export interface StepSchedule extends WarmUp {
  readonly kind: 'step';
  readonly learningRate: number;
  readonly every: number;
  readonly factor: number;
}

export type Schedule = ConstantSchedule | CosineSchedule | StepSchedule;

/**
 * The learning rate of a step.
 * @param step counted from 0
 */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { learningRate, warmUp = 0 } = schedule;
  // A step schedule counts from the very start, so that its drops come when it says.
  if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
  switch (schedule.kind) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * schedule.factor ** Math.floor(step / schedule.every);
    case 'cosine': {
      const { steps, final = 0 } = schedule;
      const part = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
      return learningRate * (final + ((1 - final) * (1 + Math.cos(Math.PI * part))) / 2);
    }
  }
}
