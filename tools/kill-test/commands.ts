import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { rogue, type Disturbed } from './disturb.js';

/** Photos of the album, one of which holds no face, and photos of the shards. */
const PHOTOS = 12;
const SAMPLES = 12;

/** An album of small photos and shards of synthetic ones, which the commands work on. */
export async function makeData(folder: string): Promise<void> {
  await mkdir(join(folder, 'album'), { recursive: true });
  const small = await sharp('examples/astronaut.jpg').resize(200).jpeg().toBuffer();
  for (let k = 0; k < PHOTOS; k++) await writeFile(join(folder, 'album', `${k}.jpg`), small);
  const plain = sharp({ create: { width: 200, height: 200, channels: 3, background: '#678' } });
  await writeFile(join(folder, 'album', 'plain.jpg'), await plain.jpeg().toBuffer());
  await rogue(['synth', '--count', `${SAMPLES}`, '--size', '96', '-o', join(folder, 'shards')]).ended;
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
    name: 'synth',
    settled: asIs,
    args: (out) => ['synth', '--count', '12', '--size', '96', '--per-shard', '2', '-o', out],
  },
  train('pretrain', 24),
  train('robustify', 8),
];
