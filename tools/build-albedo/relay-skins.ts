import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { decodeSrgb, encodeSrgb } from '../../src/render/color.js';
import { shippedSkinMesh } from '../build-head-model/skin-mesh.js';
import { atlasChange } from './atlas-change.js';
import { SKIN_SIZE } from './collect.js';

/**
 * Carries collected skins over from the layout of models before the bust to a model's atlas; those that are
 * there already are passed over.
 */
export async function relaySkins(
  model: MorphableModel,
  from: string,
  to: string,
  log: (line: string) => void,
): Promise<void> {
  await mkdir(to, { recursive: true });
  const change = atlasChange(model, await shippedSkinMesh(), SKIN_SIZE);
  const done = new Set(await readdir(to));
  const files = (await readdir(from)).filter((name) => name.endsWith('.safetensors')).sort();
  let count = 0;
  for (const name of files.filter((file) => !done.has(file))) {
    const bytes = new Uint8Array(await readFile(join(from, name)));
    // Photos without a face are empty files.
    await writeFile(join(to, `${name}.part`), bytes.length === 0 ? bytes : relaid(bytes, change));
    await rename(join(to, `${name}.part`), join(to, name));
    if (++count % 100 === 0) log(`${done.size + count} of ${files.length} skins`);
  }
}

function relaid(bytes: Uint8Array, change: ReturnType<typeof atlasChange>): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const out = new Map(tensors);
  const size = tensors.get('albedo')!.shape[0]!;
  const old = new Float32Array(3 * size * size);
  decodeSrgb(tensors.get('albedo')!.data as Uint8Array, old);
  const albedo = new Uint8Array(3 * change.size * change.size);
  encodeSrgb(change.carry(old, size, 3), albedo);
  const sources = change.carry(Float32Array.from(tensors.get('sources')!.data as Uint8Array), size, 3, false);
  const shape = [change.size, change.size, 3];
  out.set('albedo', { shape, data: albedo } as never);
  out.set('sources', { shape, data: Uint8Array.from(sources, Math.round) } as never);
  return writeSafetensors(out as never, metadata);
}
