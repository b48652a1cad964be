import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '../../src/io/safetensors.js';
import { decodeSrgb } from '../../src/render/color.js';
import { FACE_WINDOW } from '../build-head-model/atlas.js';

/** Cells per side of the window, and of the whole atlas. */
export const WINDOW_SIZE = 112;
export const ATLAS_SIZE = 32;

/** The skin of one photo, as statistics need it; linear RGB. */
export interface CollectedSkin {
  readonly file: string;
  /** WINDOW_SIZE²×3. */
  readonly face: Float32Array;
  /** How far the photo, or its mirror image, shows each cell, 0…1. */
  readonly seen: Float32Array;
  /** ATLAS_SIZE²×3. */
  readonly atlas: Float32Array;
  /** Of the detector. */
  readonly score: number;
  /** Turn of the head: the z of the direction it looks in, 1 is to the camera. */
  readonly frontal: number;
}

/** Of a mirrored texel so much is believed. */
const MIRRORED = 0.8;

export async function readCollectedSkins(folder: string): Promise<CollectedSkin[]> {
  const skins: CollectedSkin[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).sort()) {
    const skin = await readSkin(folder, file);
    if (skin) skins.push(skin);
  }
  return skins;
}

/** Whole texture of a collected skin, linear. */
export async function readWholeSkin(folder: string, file: string): Promise<Float32Array> {
  const { tensors } = readSafetensors(new Uint8Array(await readFile(join(folder, file))));
  return linearOf(tensors.get('albedo')!.data as Uint8Array);
}

async function readSkin(folder: string, file: string): Promise<CollectedSkin | undefined> {
  const bytes = new Uint8Array(await readFile(join(folder, file)));
  if (bytes.length === 0) return undefined;
  const { tensors } = readSafetensors(bytes);
  const data = (name: string) => tensors.get(name)!.data as Uint8Array & Float32Array;
  const size = tensors.get('albedo')!.shape[0]!;
  const albedo = linearOf(data('albedo'));
  const sources = data('sources');
  const trust = new Float32Array(size * size);
  for (let texel = 0; texel < trust.length; texel++)
    trust[texel] = Math.min(1, (sources[3 * texel]! + MIRRORED * sources[3 * texel + 1]!) / 255);
  return {
    file,
    face: resampled(albedo, size, 3, FACE_WINDOW, WINDOW_SIZE),
    seen: resampled(trust, size, 1, FACE_WINDOW, WINDOW_SIZE),
    atlas: resampled(albedo, size, 3, { left: 0, top: 0, width: 1, height: 1 }, ATLAS_SIZE),
    score: data('score')[0]!,
    frontal: Math.abs(data('rotation')[8]!),
  };
}

function linearOf(bytes: Uint8Array): Float32Array {
  const out = new Float32Array(bytes.length);
  decodeSrgb(bytes, out);
  return out;
}

/** Area average over the cells of a grid. */
export function resampled(
  texture: Float32Array,
  size: number,
  channels: number,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  cells: number,
): Float32Array {
  const out = new Float32Array(cells * cells * channels);
  const steps = Math.max(2, Math.ceil((width * size) / cells));
  for (let y = 0; y < cells * steps; y++) {
    const v = Math.min(size - 1, Math.floor((top + (height * (y + 0.5)) / (cells * steps)) * size));
    const row = Math.floor(y / steps) * cells;
    for (let x = 0; x < cells * steps; x++) {
      const u = Math.min(size - 1, Math.floor((left + (width * (x + 0.5)) / (cells * steps)) * size));
      const at = (row + Math.floor(x / steps)) * channels;
      for (let c = 0; c < channels; c++) out[at + c]! += texture[(v * size + u) * channels + c]!;
    }
  }
  return out.map((sum) => sum / (steps * steps));
}
