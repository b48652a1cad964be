import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { modelType } from '../../src/graph/onnx/schema.js';
import { readOwnNetwork } from '../../src/node/files/own-network.js';
import { nodeRuntime } from '../../src/runtime/node.js';

/** y = x + w, with w in another file. */
const networkWith = (location: string): Uint8Array => {
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } };
  const w = { name: 'w', dims: [2], dataType: 1, dataLocation: 1 };
  return modelType
    .encode({
      irVersion: 8,
      opsetImport: [{ version: 17 }],
      graph: {
        name: 'add',
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'], attribute: [] }],
        initializer: [{ ...w, externalData: [{ key: 'location', value: location }] }],
        input: [{ name: 'x', type }],
        output: [{ name: 'y', type }],
      },
    })
    .finish();
};

it('lets no network read other files', async () => {
  // In the present folder, where ONNX Runtime would look for it.
  const folder = await mkdtemp('.rogue-test-');
  try {
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(8));
    const network = networkWith(`${basename(folder)}/weights.bin`);
    await expect(nodeRuntime().createSession(network)).rejects.toThrow(/cannot load the network/);
    await writeFile(join(folder, 'own.onnx'), network);
    await expect(readOwnNetwork(join(folder, 'own.onnx'))).rejects.toThrow(
      /own\.onnx: the values of "w" are in .*weights\.bin; store them in the ONNX file itself/,
    );
    await writeFile(join(folder, 'own.onnx'), 'text');
    await expect(readOwnNetwork(join(folder, 'own.onnx'))).rejects.toThrow(/own\.onnx: this is no ONNX file/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
