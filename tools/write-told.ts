import { readFile } from 'node:fs/promises';
import type { MorphableModel } from '../src/model/morphable-model.js';
import { modelSizes } from '../src/network/code.js';
import { exportIdentity } from '../src/network/identity/export-identity.js';
import { importIdentity, importTold } from '../src/network/identity/import-identity.js';
import { writeWhole } from '../src/node/files/whole-file.js';
import { runConstants } from '../src/node/training/run-constants.js';
import { nodeRuntime } from '../src/runtime/node.js';

/**
 * Writes an identity network with other layers for what it tells beside an albedo; those not given stay.
 * @param layers parameters by path, as `importTold` gives them
 */
export async function writeTold(
  model: MorphableModel,
  network: string,
  layers: Readonly<Record<string, Float32Array>>,
  out: string,
): Promise<void> {
  const { albedo } = modelSizes(model);
  const bytes = await readFile(network);
  const parameters = { ...importIdentity(albedo, bytes), ...importTold(albedo, bytes), ...layers };
  const file = await exportIdentity(albedo, parameters, {
    name: 'identity',
    run: runConstants(nodeRuntime({ threads: 1 })),
    halfStorage: true,
    description:
      "Recognition embedding and a regressor's albedo → the albedo in which the face is recognised, its lightness, and what the face tells of hair.",
  });
  await writeWhole(out, file);
}
