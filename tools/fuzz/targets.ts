import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { readShardIndex } from '../../src/data/shards/index-file.js';
import { readEvaluation } from '../../src/evaluate/report.js';
import { decodeOnnx } from '../../src/graph/onnx/decode.js';
import { encodeOnnx } from '../../src/graph/onnx/encode.js';
import { profileOfIcc } from '../../src/io/color-profile.js';
import { exifOfJpeg, focalLength35mm, usableFocal } from '../../src/io/exif.js';
import { readPoints, readPts } from '../../src/io/landmark-file.js';
import { readMat } from '../../src/io/mat.js';
import { readNpy } from '../../src/io/npy.js';
import { readObj } from '../../src/io/read-obj.js';
import { readPly } from '../../src/io/read-ply.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { readTar, tarMember } from '../../src/io/tar.js';
import { modelFromTensors } from '../../src/model/model-file.js';
import { readAsset, assetFiles } from '../../src/node/files/assets.js';
import { decodeImage } from '../../src/node/files/image-codec.js';
import { caseList, faceList, pictureList } from '../../src/node/files/list-kinds.js';
import { readLine } from '../../src/node/files/result-list.js';
import { decodeLabels } from '../../src/train/labelled-faces.js';
import { adamWDefaults, momentNames } from '../../src/train/optimizer.js';
import { createParameterStore, type ParameterStore } from '../../src/train/parameter-store.js';
import { readPhotoSample } from '../../src/train/photo-sample.js';
import { readTrainingState, writeTrainingState } from '../../src/train/state.js';
import { matFile, npyFile, plyFile } from './seeds.js';

export const groups = ['pictures', 'models', 'readers'] as const;
export type Group = (typeof groups)[number];

/** Something that reads bytes from outside. */
export interface Target {
  readonly name: string;
  readonly group: Group;
  /** Whole files to begin with. */
  readonly seeds: () => Promise<Uint8Array[]>;
  /** Reads a file: a value, or an Error of one line. */
  readonly read: (bytes: Uint8Array) => unknown;
  /** Numbers that the file itself holds may be no numbers; `read` tells what must be. */
  readonly mayHoldNaN?: boolean;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const json = (content: unknown): Uint8Array => text(JSON.stringify(content));
const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const picture = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#a76' } })
    .composite([{ input: { create: { width: 5, height: 4, channels: 3, background: '#123' } } }])
    .withExif({ IFD0: { Make: 'A' }, IFD2: { FocalLengthIn35mmFilm: '85' } });

/** The smallest bitmap of three colours a pixel. */
function bmp(width: number, height: number): Uint8Array {
  const row = (width * 3 + 3) & ~3;
  const file = Buffer.alloc(54 + row * height, 120);
  file.fill(0, 0, 54);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return Uint8Array.from(file);
}

const readPicture = async (bytes: Uint8Array): Promise<unknown> => {
  const { image, focal35mm = 50 } = await decodeImage(bytes);
  if (image.data.length !== image.width * image.height * image.channels)
    throw new TypeError(`${image.width}×${image.height}×${image.channels} but ${image.data.length} values`);
  return { width: image.width, height: image.height, focal35mm };
};

const pictures: readonly Target[] = [
  {
    name: 'jpeg',
    group: 'pictures',
    seeds: async () => [
      await picture(48, 32).jpeg().toBuffer(),
      await picture(16, 40).jpeg({ progressive: true }).withIccProfile('p3').toBuffer(),
    ],
    read: readPicture,
  },
  {
    name: 'png',
    group: 'pictures',
    seeds: async () => [
      await picture(32, 24).png().toBuffer(),
      await picture(8, 8).ensureAlpha(0.5).png({ palette: true }).toBuffer(),
      await picture(12, 9).toColourspace('rgb16').png().toBuffer(),
    ],
    read: readPicture,
  },
  {
    name: 'webp',
    group: 'pictures',
    seeds: async () => [
      await picture(32, 24).webp().toBuffer(),
      await picture(9, 9).webp({ lossless: true }).toBuffer(),
    ],
    read: readPicture,
  },
  {
    name: 'gif',
    group: 'pictures',
    seeds: async () => [await picture(16, 12).gif().toBuffer()],
    read: readPicture,
  },
  {
    name: 'tiff',
    group: 'pictures',
    seeds: async () => [
      await picture(16, 12).tiff({ compression: 'lzw' }).toBuffer(),
      await picture(16, 12).toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer(),
    ],
    read: readPicture,
  },
  {
    name: 'avif',
    group: 'pictures',
    seeds: async () => [await picture(24, 16).avif({ effort: 0 }).toBuffer()],
    read: readPicture,
  },
  {
    name: 'heic',
    group: 'pictures',
    seeds: async () => [await readFile(new URL('../../test/fixtures/display-p3.heic', import.meta.url))],
    read: readPicture,
  },
  { name: 'bmp', group: 'pictures', seeds: () => Promise.resolve([bmp(7, 5), bmp(4, 8)]), read: readPicture },
  {
    name: 'exif',
    group: 'pictures',
    seeds: async () => [await picture(8, 8).jpeg().toBuffer()],
    read: (bytes) => {
      const exif = exifOfJpeg(bytes);
      return exif && usableFocal(focalLength35mm(exif));
    },
  },
  {
    name: 'icc',
    group: 'pictures',
    seeds: async () => [
      (await sharp(await picture(8, 8).withIccProfile('p3').jpeg().toBuffer()).metadata()).icc!,
    ],
    read: profileOfIcc,
  },
];

const tensors = (): Uint8Array =>
  writeSafetensors(
    new Map([
      ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['b', { shape: [4], data: Uint8Array.of(1, 2, 3, 4) }],
    ]),
    { kind: 'x' },
  );

function smallNetwork(): Uint8Array {
  return encodeOnnx({
    name: 'g',
    opsets: { '': 17 },
    nodes: [
      { opType: 'Add', inputs: ['x', 'c'], outputs: ['y'] },
      { opType: 'Concat', inputs: ['y', 'y'], outputs: ['z'], attributes: { axis: { int: 0 } } },
    ],
    constants: [{ name: 'c', type: 'float32', dims: [2], data: new Uint8Array(8) }],
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', 2] }],
    outputs: [{ name: 'z', type: 'float32', dims: ['...'] }],
  });
}

/** Assets are large: a change in the first bytes, which say where everything lies, counts most. */
const BEGINNING = 60_000;
const assets = new Map<string, Promise<Uint8Array>>();

function asset(file: string): Promise<Uint8Array> {
  const known = assets.get(file) ?? readAsset(file);
  assets.set(file, known);
  return known;
}

/** An asset with another beginning. */
async function withBeginning(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  return Uint8Array.from(Buffer.concat([bytes, (await asset(file)).subarray(BEGINNING)]));
}

const models: readonly Target[] = [
  {
    name: 'safetensors',
    group: 'models',
    seeds: () => Promise.resolve([tensors()]),
    read: readSafetensors,
    mayHoldNaN: true,
  },
  {
    name: 'head-model',
    group: 'models',
    seeds: async () => [(await asset(assetFiles.model)).slice(0, BEGINNING)],
    read: async (bytes) => {
      const model = modelFromTensors(readSafetensors(await withBeginning(assetFiles.model, bytes)));
      return { mean: model.meanShape };
    },
  },
  {
    name: 'onnx',
    group: 'models',
    seeds: () => Promise.resolve([smallNetwork()]),
    read: decodeOnnx,
    mayHoldNaN: true,
  },
  {
    name: 'network',
    group: 'models',
    seeds: async () => [(await asset(assetFiles.detector)).slice(0, BEGINNING)],
    read: async (bytes) => decodeOnnx(await withBeginning(assetFiles.detector, bytes)),
    mayHoldNaN: true,
  },
];

/** The store of a training of two parameters. */
function smallTraining(): { store: ParameterStore; shapes: Map<string, readonly number[]> } {
  const parameters = { a: Float32Array.of(1, 2, 3, 4, 5, 6), b: Float32Array.of(7, 8) };
  return {
    store: createParameterStore(parameters, momentNames[adamWDefaults.kind].length),
    shapes: new Map([['a', [2, 3]]]),
  };
}

const obj = 'v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvt 0 1\nf 1/1 2/1 3/1\nf 1 3 4 2\nf -1 -2 -3\n';
const points = `version: 1\nn_points: 3\n{\n1.5 2\n3 4\n5e1 6\n}\n`;

const readers: readonly Target[] = [
  {
    name: 'npy',
    group: 'readers',
    seeds: () => Promise.resolve([npyFile('<f8', [2, 3]), npyFile('<f4', [5])]),
    read: readNpy,
  },
  {
    name: 'mat',
    group: 'readers',
    seeds: () => Promise.resolve([matFile(false), matFile(true)]),
    read: (bytes) => readMat(bytes, (packed, maxOutputLength) => inflateSync(packed, { maxOutputLength })),
    mayHoldNaN: true,
  },
  {
    name: 'ply',
    group: 'readers',
    seeds: () => Promise.resolve([plyFile('ascii'), plyFile('binary_little_endian')]),
    read: readPly,
  },
  {
    name: 'obj',
    group: 'readers',
    seeds: () => Promise.resolve([text(obj)]),
    read: (bytes) => readObj(decoded(bytes)),
  },
  {
    name: 'pts',
    group: 'readers',
    seeds: () => Promise.resolve([text(points)]),
    read: (bytes) => readPts(decoded(bytes)),
  },
  {
    name: 'points',
    group: 'readers',
    seeds: () => Promise.resolve([text('1 2\n3 4\n5 6\n'), text('1,2,3\n4,5,6\n'), npyFile('<f8', [3, 2])]),
    read: (bytes) => readPoints(bytes, 2),
  },
  {
    name: 'tar',
    group: 'readers',
    seeds: () =>
      Promise.resolve([
        Uint8Array.from(
          Buffer.concat([
            tarMember('a.json', text('{}')),
            tarMember('a.bin', new Uint8Array(700)),
            new Uint8Array(1024),
          ]),
        ),
      ]),
    read: async (bytes) => {
      let length = 0;
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += 333) yield bytes.subarray(at, at + 333);
      }
      for await (const member of readTar(chunks())) length += 'content' in member ? member.content.length : 1;
      return { length };
    },
  },
  {
    name: 'shard-index',
    group: 'readers',
    seeds: () =>
      Promise.resolve([
        json({
          ...{ schema: 'rogue-face/shards', version: 1, prefix: 'faces', samplesPerShard: 3, settings: {} },
          shards: [{ file: 'faces-000000.tar', first: 0, samples: 3, bytes: 10 }],
        }),
      ]),
    read: (bytes) => readShardIndex(decoded(bytes)),
  },
  {
    name: 'labels',
    group: 'readers',
    seeds: () =>
      Promise.resolve([
        json({
          version: 1,
          faces: [
            {
              ...{ centreX: 1, centreY: 2, size: 3, doubtful: false, up: [0, 1], forward: [0, 0, 1] },
              keypoints: Array.from({ length: 12 }, (_, k) => k),
            },
          ],
        }),
      ]),
    read: decodeLabels,
  },
  {
    name: 'photo-sample',
    group: 'readers',
    seeds: () =>
      Promise.resolve([
        json({
          ...{ version: 1, box: { x: 1, y: 2, width: 3, height: 3 }, roll: 1 },
          landmarks68: Array.from({ length: 68 }, (_, k) => [k, 1]),
          alignment: Array.from({ length: 5 }, (_, k) => [k, 1]),
        }),
      ]),
    read: readPhotoSample,
  },
  {
    name: 'evaluation',
    group: 'readers',
    seeds: () =>
      Promise.resolve([
        json({
          ...{ schema: 'rogue-face/evaluation', version: 1, protocol: 'landmarks', rogue: '1', created: '' },
          ...{ seed: 's', settings: {}, hardware: { processor: 'p', cores: 1, node: 'v' } },
          ...{ data: { items: 0, sha256: '' }, methods: [], conditions: [], measures: [], items: [] },
        }),
      ]),
    read: (bytes) => readEvaluation(decoded(bytes)),
  },
  {
    name: 'training-state',
    group: 'readers',
    seeds: () => {
      const { store, shapes } = smallTraining();
      return Promise.resolve([writeTrainingState(store, shapes, { step: 7, optimizer: adamWDefaults })]);
    },
    read: (bytes) => {
      const { store, shapes } = smallTraining();
      const step = readTrainingState(bytes, store, shapes, adamWDefaults);
      return { step, parameters: store.parameters, moments: store.moments };
    },
  },
  {
    name: 'list-lines',
    group: 'readers',
    seeds: () =>
      Promise.resolve([
        json({ folder: 'a/face-1', run: { key: 'k', photo: 'a.jpg', face: 1, faces: 2 } }),
        json({
          ...{ protocol: 'boxes', source: 'a.jpg', file: 'a-boxes-1.png', mask: 'a-boxes-1-mask.png' },
          run: { key: 'k', photo: 'a.jpg', picture: 1, pictures: 3 },
        }),
        json({ id: 'a.jpg', run: { key: 'k' }, items: [] }),
      ]),
    read: (bytes) => [faceList, pictureList, caseList].map((kind) => readLine(decoded(bytes), kind)?.listed),
  },
];

export const targets: readonly Target[] = [...pictures, ...models, ...readers];
