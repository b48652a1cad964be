/**
 * Gives the open head model the statistics of skins in photos: first their skins are unwrapped, then their
 * mean and principal components are found. The photos stay where they are.
 *
 *     npm run build-albedo -- collect --photos <folder> --photos <folder> --skins <folder>
 *     npm run build-albedo -- basis --skins <folder> --out assets/head-model.safetensors
 *
 * Skins and albedo of models before the bust lie in another layout. They are carried over by
 *
 *     npm run build-albedo -- relay --skins <folder> --relaid <folder>
 *     npm run build-albedo -- carry --from-model <old model> --model <bare model> --out <file>
 *
 * The scalp of a model ends where hair does after
 *
 *     npm run build-albedo -- neck [--model <file>] --out <file>
 */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { modelFromTensors, modelToTensors } from '../../src/model/model-file.js';
import type { MorphableModel } from '../../src/model/morphable-model.js';
import { bareNeck } from './bare-neck.js';
import { carryAlbedo } from './carry-albedo.js';
import { collectSkins } from './collect.js';
import { readCollectedSkins } from './collected-skin.js';
import { relaySkins } from './relay-skins.js';
import { skinStatistics } from './skin-statistics.js';
import { withSkins } from './with-skins.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    photos: { type: 'string', multiple: true, default: [] },
    skins: { type: 'string' },
    relaid: { type: 'string' },
    'from-model': { type: 'string' },
    part: { type: 'string', default: '1/1' },
    model: { type: 'string', default: 'assets/head-model.safetensors' },
    out: { type: 'string' },
    modes: { type: 'string', default: '160' },
  },
});

const [step] = positionals;
if (step === 'collect' && values.skins !== undefined) {
  const [part, parts] = values.part.split('/').map(Number) as [number, number];
  const photos: string[] = [];
  for (const folder of values.photos) {
    const files = (await readdir(folder)).filter((file) => /\.jpg$/.test(file)).sort();
    photos.push(...files.filter(mayTeach).map((file) => join(folder, file)));
  }
  const own = photos.filter((_, k) => k % parts === part - 1);
  await collectSkins(own, values.skins, (line) => process.stdout.write(`${line}\n`));
} else if (step === 'basis' && values.skins !== undefined && values.out !== undefined) {
  await writeBasis(values.skins, values.model, values.out, Number(values.modes));
} else if (step === 'relay' && values.skins !== undefined && values.relaid !== undefined) {
  await relaySkins(await readModel(values.model), values.skins, values.relaid, (line) =>
    process.stdout.write(`${line}\n`),
  );
} else if (step === 'carry' && values['from-model'] !== undefined && values.out !== undefined) {
  const carried = await carryAlbedo(await readModel(values['from-model']), await readModel(values.model));
  await writeModel(carried, values.out);
} else if (step === 'neck' && values.out !== undefined) {
  await writeModel(bareNeck(await readModel(values.model)), values.out);
} else {
  process.stderr.write(
    'Usage: build-albedo collect --photos folder… --skins folder\n' +
      '       build-albedo basis --skins folder [--model file] [--modes 160] --out file\n' +
      '       build-albedo relay --skins folder --relaid folder [--model file]\n' +
      '       build-albedo carry --from-model file [--model file] --out file\n' +
      '       build-albedo neck [--model file] --out file\n',
  );
  process.exitCode = 2;
}

/** Gives a head model the statistics of collected skins. */
async function writeBasis(skins: string, model: string, out: string, modes: number): Promise<void> {
  const log = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const bare = await readModel(model);
  const basis = skinStatistics(await readCollectedSkins(skins), { modes, rounds: 4, log });
  const shares = [10, 40, 80, 160].map((count) => {
    const sum = basis.explained.slice(0, count).reduce((a, b) => a + b, 0);
    return `${count} modes ${(100 * sum).toFixed(1)} %`;
  });
  log(`of the variance: ${shares.join(', ')}`);
  const size = await writeModel(await withSkins(bare, basis, skins), out);
  log(`${out}: ${(size / 1e6).toFixed(1)} MB from ${basis.used.length} skins`);
}

async function readModel(path: string): Promise<MorphableModel> {
  return modelFromTensors(readSafetensors(new Uint8Array(await readFile(path))));
}

/** @returns bytes of the file */
async function writeModel(model: MorphableModel, out: string): Promise<number> {
  const { tensors, metadata } = modelToTensors(model);
  const bytes = writeSafetensors(tensors, metadata);
  await writeFile(`${out}.part`, bytes);
  await rename(`${out}.part`, out);
  return bytes.length;
}

/** The London portraits of webmorph are for testing only. */
function mayTeach(file: string): boolean {
  return !/^(neutral|smiling)_front/.test(file);
}
