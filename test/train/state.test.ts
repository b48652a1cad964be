import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { adamWDefaults, sgdDefaults } from '../../src/train/optimizer.js';
import { createParameterStore } from '../../src/train/parameter-store.js';
import type { ParameterStore } from '../../src/train/parameter-store.js';
import { readTrainingState, TrainingStateError, writeTrainingState } from '../../src/train/state.js';

const shapes = new Map([
  ['head.weight', [2, 3]],
  ['head.bias', [3]],
]);
const position = { step: 12, optimizer: adamWDefaults };

function store(seed: number): ParameterStore {
  const made = createParameterStore(
    { 'head.weight': new Float32Array(6), 'head.bias': new Float32Array(3) },
    2,
  );
  for (const [kind, array] of [made.parameters, ...made.moments].entries()) {
    for (const { start, length } of made.ranges)
      for (let i = start; i < start + length; i++) array[i] = Math.sin(seed + 10 * kind + i);
  }
  return made;
}

const contents = ({ parameters, moments }: ParameterStore): number[][] =>
  [parameters, ...moments].map((array) => [...array]);

describe('training state', () => {
  it('comes back bit by bit', () => {
    const [one, other] = [store(1), store(2)];
    expect(readTrainingState(writeTrainingState(one, shapes, position), other, shapes, adamWDefaults)).toBe(
      12,
    );
    expect(contents(other)).toEqual(contents(one));
  });

  it('names its tensors and settings', () => {
    const { tensors, metadata } = readSafetensors(writeTrainingState(store(1), shapes, position));
    expect([...tensors.keys()].sort()).toEqual(
      ['first', 'parameters', 'second'].flatMap((kind) => [`${kind}.head.bias`, `${kind}.head.weight`]),
    );
    expect(tensors.get('second.head.weight')!.shape).toEqual([2, 3]);
    expect(metadata).toMatchObject({ format: 'rogue-training-state', step: '12', optimizer: 'adamw' });
    expect(JSON.parse(metadata['settings']!)).toMatchObject({ beta1: 0.9, weightDecay: 0.01 });
  });

  type Parts = ReturnType<typeof readSafetensors> & { tensors: Map<string, unknown> };
  const damages: Record<string, [change: (parts: Parts) => void, message: string]> = {
    format: [
      ({ metadata }) => {
        metadata['format'] = 'pictures';
      },
      'the file is no training state',
    ],
    version: [
      ({ metadata }) => {
        metadata['version'] = '2';
      },
      'version 2 of the file is not 1',
    ],
    step: [
      ({ metadata }) => {
        metadata['step'] = '-1';
      },
      'the step is "-1"',
    ],
    'missing tensor': [
      ({ tensors }) => {
        tensors.delete('first.head.bias');
      },
      'tensor "first.head.bias" is missing',
    ],
    'foreign tensor': [
      ({ tensors }) => {
        tensors.set('first.tail', { shape: [1], data: new Float32Array(1) });
      },
      '"first.tail" belongs to no parameter',
    ],
    'other shape': [
      ({ tensors }) => {
        tensors.set('second.head.bias', { shape: [1, 3], data: new Float32Array(3) });
      },
      'has shape [1, 3], expected float32 [3]',
    ],
    'other type': [
      ({ tensors }) => {
        tensors.set('second.head.bias', { shape: [3], data: new Int32Array(3) });
      },
      'expected float32 [3]',
    ],
    'not finite': [
      ({ tensors }) => {
        tensors.set('second.head.bias', { shape: [3], data: Float32Array.of(1, NaN, 1) });
      },
      'not finite',
    ],
  };
  it.each(Object.entries(damages))('refuses: %s', (_, [change, message]) => {
    const parts = readSafetensors(writeTrainingState(store(1), shapes, position)) as Parts;
    change(parts);
    expectRefused(writeSafetensors(parts.tensors, parts.metadata), message);
  });

  it('refuses a file of another optimiser, and one that is cut off anywhere', () => {
    const velocityStore = createParameterStore(
      { 'head.weight': new Float32Array(6), 'head.bias': new Float32Array(3) },
      1,
    );
    expectRefused(
      writeTrainingState(velocityStore, shapes, { step: 1, optimizer: sgdDefaults }),
      'from the optimiser "sgd", this training uses "adamw"',
    );
    const file = writeTrainingState(store(1), shapes, position);
    for (let length = 0; length < file.length; length += 13)
      expectRefused(file.slice(0, length), 'training state: ');
  });

  function expectRefused(bytes: Uint8Array, message: string): void {
    const target = store(3);
    const before = contents(target);
    let thrown: unknown;
    try {
      readTrainingState(bytes, target, shapes, adamWDefaults);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TrainingStateError);
    expect((thrown as Error).message).toContain(message);
    expect((thrown as Error).message).not.toContain('\n');
    expect(contents(target)).toEqual(before);
  }
});
