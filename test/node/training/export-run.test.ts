import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alignedSize } from '../../../src/detect/alignment.js';
import { importOnnx } from '../../../src/graph/import/import.js';
import { writeSafetensors } from '../../../src/io/safetensors.js';
import { assetFiles, readAsset } from '../../../src/node/files/assets.js';
import { exportRun } from '../../../src/node/training/export-run.js';
import { runFiles } from '../../../src/node/training/training-run.js';
import { nodeRuntime } from '../../../src/runtime/node.js';
import { floatOutput } from '../../../src/runtime/session.js';
import { recogniseConfigSchema } from '../../../src/train/config.js';

const recognition = await readAsset(assetFiles.recognitionTeacher);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rogue-export-'));
  // A run that made every weight a thousandth greater.
  const tensors = Object.entries(importOnnx(recognition).parameters).map(
    ([name, { shape, data }]) =>
      [`parameters.${name}`, { shape, data: data.map((value) => 1.001 * value) }] as const,
  );
  await writeFile(join(folder, runFiles.checkpoint), writeSafetensors(new Map(tensors)));
  await writeFile(join(folder, runFiles.metrics), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function embedding(network: Uint8Array): Promise<Float32Array> {
  const session = await nodeRuntime({ threads: 1 }).createSession(network);
  const data = Float32Array.from({ length: 3 * alignedSize ** 2 }, (_, i) => Math.sin(i / 50));
  const image = { dims: [1, 3, alignedSize, alignedSize], data };
  const numbers = floatOutput(await session.run({ image }), 'embedding').slice();
  await session.release();
  return numbers;
}

async function exported(published: number): Promise<Float32Array> {
  const config = recogniseConfigSchema.parse({ published });
  await writeFile(join(folder, runFiles.config), JSON.stringify({ ...config, samples: 1 }));
  return embedding(await exportRun([folder], false));
}

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, k) => value - b[k]!)) / Math.hypot(...b);

describe('exportRun', () => {
  it('goes back to the published recognition network as far as it is told', async () => {
    const before = await embedding(recognition);
    const [all, half, none] = [await exported(1), await exported(0.5), await exported(0)];
    expect(distance(all, before)).toBeLessThan(1e-4);
    expect(distance(none, before)).toBeGreaterThan(0.01);
    expect(distance(half, before) / distance(none, before)).toBeCloseTo(0.5, 1);
  });
});
