import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadRogue } from '../../src/node.js';
import { rogue, type Disturbed } from './disturb.js';

/** Photos whose landmarks are known, and photos of the shards. */
const MARKED = 3;
const SAMPLES = 12;

/**
 * An album of small photos, one of which holds no face, some with landmarks, and shards of synthetic ones:
 * what the commands work on.
 * @param photos of the album
 */
export async function makeData(folder: string, photos: number): Promise<void> {
  const album = join(folder, 'album');
  // Photos of an earlier, larger album would be taken for this one's.
  await rm(album, { recursive: true, force: true });
  await mkdir(album, { recursive: true });
  const small = await sharp('examples/astronaut.jpg').resize(200).jpeg().toBuffer();
  for (let k = 1; k < photos; k++) await writeFile(join(album, `${k}.jpg`), small);
  const plain = sharp({ create: { width: 200, height: 200, channels: 3, background: '#678' } });
  await writeFile(join(album, 'plain.jpg'), await plain.jpeg().toBuffer());
  await markedPhotos(join(folder, 'marked'), small);
  await rogue(['synth', '--count', `${SAMPLES}`, '--size', '96', '-o', join(folder, 'shards')]).ended;
}

/** Photos with the landmarks that we find in them, which is near enough. */
async function markedPhotos(folder: string, photo: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: MARKED }, (_, k) => `${k}.jpg`);
  for (const name of names) await writeFile(join(folder, name), photo);
  const loaded = await loadRogue();
  const [head] = await loaded.reconstruct(photo, { texture: 'none' });
  await loaded.release();
  const landmarks68 = Array.from({ length: 68 }, (_, k) =>
    Array.from(head!.landmarks68.subarray(2 * k, 2 * k + 2)),
  );
  await writeFile(join(folder, 'index.json'), JSON.stringify(names.map((file) => ({ file, landmarks68 }))));
}

const asIs = (_: string, content: Buffer): Buffer => content;

/** Times of day and speeds in text, which no two runs share. */
function withoutClock(file: string, content: Buffer): Buffer {
  if (!/\.(jsonl?|md|html)$/.test(file)) return content;
  const text = content
    .toString()
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"(seconds|imagesPerSecond)":[\d.]+/g, '"$1":0');
  return Buffer.from(text);
}

/** The report of a training draws its speed. */
const withoutReport = (file: string, content: Buffer): Buffer =>
  file === 'report.html' ? Buffer.alloc(0) : withoutClock(file, content);

const train = (stage: string, steps: number): Disturbed => ({
  name: stage,
  interrupted: true,
  settled: withoutReport,
  args: (out, data) => [
    ...['train', stage, '--data', join(data, 'shards'), '-o', out],
    ...['--batch', '2', '--steps', `${steps}`, '--threads', '2'],
  ],
});

export const commands: readonly Disturbed[] = [
  {
    name: 'reconstruct',
    settled: asIs,
    args: (out, data) => [
      ...['reconstruct', join(data, 'album'), '-o', out],
      ...['--format', 'glb,json', '--texture', 'none'],
    ],
  },
  {
    name: 'corrupt',
    settled: asIs,
    args: (out, data) => [
      ...['corrupt', join(data, 'album'), '-o', out],
      ...['--protocol', 'synchocc', '--per-image', '3'],
    ],
  },
  {
    name: 'evaluate',
    settled: withoutClock,
    args: (out, data) => [
      ...['evaluate', 'consistency', join(data, 'album'), '-o', out],
      ...['--methods', 'landmarks', '--conditions', 'half,noise'],
    ],
  },
  {
    name: 'leak',
    settled: withoutClock,
    args: (out, data) => ['evaluate', 'leak', join(data, 'marked'), '-o', out],
  },
  {
    name: 'parsing',
    settled: withoutClock,
    args: (out, data) => ['evaluate', 'parsing', join(data, 'album'), '-o', out],
  },
  {
    name: 'studio',
    settled: asIs,
    args: (out) => ['studio', '--export', out],
  },
  {
    name: 'synth',
    settled: asIs,
    args: (out) => ['synth', '--count', '12', '--size', '96', '--per-shard', '2', '-o', out],
  },
  train('pretrain', 24),
  train('robustify', 8),
  train('finetune', 6),
];
