/**
 * Trains the robustification again and again from one network, each time without one loss, at equal budget:
 *
 *   npx tsx tools/ablate-losses.ts --from run/checkpoint.safetensors --data shards --out ablation --steps 150
 *
 * Leaves a network `<name>.onnx` each in the folder, for `rogue evaluate --networks`. An interrupted call
 * goes on where it was.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadRogue } from '../src/node.js';
import { exportRun } from '../src/node/training/export-run.js';
import { guideRegressor } from '../src/node/training/guided-run.js';
import { guideConfigSchema, robustifyConfigSchema, type GuidedConfig } from '../src/train/config.js';

const { values: flags } = parseArgs({
  options: {
    from: { type: 'string' },
    data: { type: 'string', multiple: true },
    out: { type: 'string' },
    steps: { type: 'string', default: '150' },
    batch: { type: 'string', default: '12' },
    only: { type: 'string' },
  },
});
const { from, data, out } = flags;
const steps = Number(flags.steps);
const batch = Number(flags.batch);
if (from === undefined || data === undefined || out === undefined || !(steps > 0 && batch > 0)) {
  console.error(
    'ablate-losses: expected --from <checkpoint> --data <shards…> --out <folder> [--steps n] [--batch n] [--only name,…].',
  );
  process.exit(2);
}

/** What is left out; the losses of the paper, then our own. */
const ablations: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  all: {},
  'without L_K': { landmarks: 0, heldLandmarks: 0 },
  'without L_GP': { photometric: 0 },
  'without L_P': { perceptual: 0 },
  'without L_R': { regularization: 0 },
  'without L_O': { occluded: 0 },
  'without L_N': { noisy: 0 },
  'without L_C': { domain: 0 },
  'without held landmarks': { heldLandmarks: 0 },
  'without consistency': { consistency: 0 },
  'without truth': { truth: 0 },
  "the paper's alone": { heldLandmarks: 0, consistency: 0, truth: 0 },
};
const common = {
  steps,
  batch,
  recognised: Math.ceil(batch / 4),
  warmUp: Math.min(20, steps),
  seed: 'ablation',
};
const runs: readonly (readonly [string, GuidedConfig])[] = [
  ['guidance alone', guideConfigSchema.parse(common)],
  ['guidance without truth', guideConfigSchema.parse({ ...common, weights: { truth: 0 } })],
  ...Object.entries(ablations).map(
    ([name, weights]) => [name, robustifyConfigSchema.parse({ ...common, weights })] as const,
  ),
];
for (const [name, config] of runs.filter(
  ([name]) => flags.only === undefined || flags.only.split(',').includes(name),
)) {
  const folder = join(out, name.replaceAll(/[^A-Za-z_]+/g, '-'));
  const file = `${folder}.onnx`;
  if (existsSync(file)) continue;
  const start = performance.now();
  await guideRegressor(data, folder, config, { from, loadRogue: () => loadRogue() });
  await writeFile(file, await exportRun([folder], true));
  console.log(`${name}: ${file}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
