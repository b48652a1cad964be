import { zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import {
  hairFromTensors,
  hairToTensors,
  shippedStyles,
  type HairStyle,
  type HairTensors,
} from '../../src/model/hair-file.js';
import { assetFiles, readAsset } from '../../src/node/files/assets.js';
import { expectClose } from '../math/close.js';

const deflate = (bytes: Uint8Array): Uint8Array => zlibSync(bytes);
const texture = { size: 2, data: Uint8Array.of(10, 0, 200, 255, 90, 128, 7, 30) };
const style = (name: string): HairStyle => ({
  name,
  length: 'short',
  positions: Float32Array.of(0, 100, 0, 10, 100, 0.5, 0, 100, -12.5),
  normals: Float32Array.of(0, 1, 0, 0, 1, 0, 0, 0, 1),
  heights: Float32Array.of(0, 2.5, 40),
  uvs: Float32Array.of(0, 0, 1, 0, 0.5, 1),
  triangles: Uint32Array.of(0, 1, 2),
  texture,
});

describe('hair file', () => {
  const pair = hairToTensors([style('a'), style('b')], { licence: 'CC0-1.0' }, deflate);

  it('gives back what was written, and stores a texture that two styles wear once', async () => {
    const [a, b] = await hairFromTensors(readSafetensors(writeSafetensors(pair.tensors, pair.metadata)));
    expect(a!.texture.data).toEqual(texture.data);
    expect(b!.texture).toBe(a!.texture);
    expectClose(a!.positions, style('a').positions, 0.02);
    expectClose(a!.heights, style('a').heights, 0.3);
    expectClose(a!.uvs, style('a').uvs, 1e-4);
    expect(a!.triangles).toEqual(Uint32Array.of(0, 1, 2));
    expect([...pair.tensors.keys()].filter((name) => name.endsWith('.texture'))).toEqual(['a.texture']);
  });

  it.each<[string, (given: HairTensors) => HairTensors]>([
    ['another format', (given) => ({ ...given, metadata: { ...given.metadata, format: 'rogue-people' } })],
    ['another version', (given) => ({ ...given, metadata: { ...given.metadata, formatVersion: '9' } })],
    [
      'a damaged texture',
      ({ tensors, metadata }) => ({
        metadata,
        tensors: new Map([...tensors, ['a.texture', { shape: [3], data: Uint8Array.of(1, 2, 3) }]]),
      }),
    ],
    [
      'a missing tensor',
      ({ tensors, metadata }) => ({
        metadata,
        tensors: new Map([...tensors].filter(([name]) => name !== 'b.uvs')),
      }),
    ],
  ])('says in one line what is wrong with %s', async (_, change) => {
    await expect(hairFromTensors(change(pair))).rejects.toThrow(
      /^hair file: [^\n]+; install the package again\.$/,
    );
  });
});

describe('assets/hair.safetensors', () => {
  let bytes: Uint8Array;
  let styles: HairStyle[];
  beforeAll(async () => {
    bytes = await readAsset(assetFiles.hair);
    styles = await hairFromTensors(readSafetensors(bytes));
  });

  it('holds the styles that options name, and is small', () => {
    expect(new Set(styles.map(({ name }) => name))).toEqual(new Set(shippedStyles));
    expect(bytes.length).toBeLessThan(1.6e6);
    expect(readSafetensors(bytes).metadata['licence']).toBe('CC0-1.0');
  });

  it('ends above the edge of the bust, and within the budget of triangles', () => {
    for (const { positions, triangles, name } of styles) {
      expect(triangles.length / 3, name).toBeLessThanOrEqual(4200);
      const lowest = positions.reduce((low, y, i) => (i % 3 === 1 ? Math.min(low, y) : low), 0);
      expect(lowest, name).toBeGreaterThan(name === 'ponytail01' ? -245 : -215);
    }
  });
});
